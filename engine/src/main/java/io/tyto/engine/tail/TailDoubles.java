package io.tyto.engine.tail;

import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

final class TailDoubles implements TailColumn {
  private final NullBits nulls = new NullBits();
  private volatile double[] values;
  private int size;

  TailDoubles(int capacity) {
    values = new double[capacity];
  }

  @Override
  public int append(@Nullable Object value) {
    return value == null ? appendNull() : appendDouble((Double) value);
  }

  @Override
  public int appendNull() {
    nulls.set(size);
    return appendDouble(0);
  }

  @Override
  public int appendDouble(double value) {
    double[] array = values;
    if (size == array.length) {
      array = Arrays.copyOf(array, size * 2);
      values = array;
    }
    array[size++] = value;
    return Double.BYTES;
  }

  @Override
  public Cursor cursor(int rows) {
    return new DoublesCursor(values, nulls, rows);
  }

  private static final class DoublesCursor implements Cursor {
    private final double[] values;
    private final NullBits nulls;
    private final int rows;
    private double[] batch = new double[0];

    DoublesCursor(double[] values, NullBits nulls, int rows) {
      this.values = values;
      this.nulls = nulls;
      this.rows = rows;
    }

    @Override
    public ColumnVector read(int from, int count) {
      if (batch.length < count) {
        batch = new double[count];
      }
      System.arraycopy(values, from, batch, 0, count);
      return new ColumnVector.Doubles(count, batch, nulls.copy(from, count));
    }

    @Override
    public Zone zone() {
      ColumnVector all = new ColumnVector.Doubles(rows, values, nulls.copy(0, rows));
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      int present = 0;
      for (int i = 0; i < rows; i++) {
        if (!all.isNull(i)) {
          min = Math.min(min, values[i]);
          max = Math.max(max, values[i]);
          present++;
        }
      }
      return present == 0
          ? new Zone(rows, rows, false, 0, 0, 0, 0)
          : new Zone(rows, rows - present, true, 0, 0, min, max);
    }
  }
}
