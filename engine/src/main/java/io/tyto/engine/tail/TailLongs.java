package io.tyto.engine.tail;

import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

final class TailLongs implements TailColumn {
  private final NullBits nulls = new NullBits();
  private volatile long[] values;
  private int size;

  TailLongs(int capacity) {
    values = new long[capacity];
  }

  @Override
  public int append(@Nullable Object value) {
    return value == null ? appendNull() : appendLong((Long) value);
  }

  @Override
  public int appendNull() {
    nulls.set(size);
    return appendLong(0);
  }

  @Override
  public int appendLong(long value) {
    long[] array = values;
    if (size == array.length) {
      array = Arrays.copyOf(array, size * 2);
      values = array;
    }
    array[size++] = value;
    return Long.BYTES;
  }

  @Override
  public Cursor cursor(int rows) {
    return new LongsCursor(values, nulls, rows);
  }

  private static final class LongsCursor implements Cursor {
    private final long[] values;
    private final NullBits nulls;
    private final int rows;
    private long[] batch = new long[0];

    LongsCursor(long[] values, NullBits nulls, int rows) {
      this.values = values;
      this.nulls = nulls;
      this.rows = rows;
    }

    @Override
    public ColumnVector read(int from, int count) {
      if (batch.length < count) {
        batch = new long[count];
      }
      System.arraycopy(values, from, batch, 0, count);
      return new ColumnVector.Longs(count, batch, nulls.copy(from, count));
    }

    @Override
    public Zone zone() {
      ColumnVector all = new ColumnVector.Longs(rows, values, nulls.copy(0, rows));
      long min = Long.MAX_VALUE;
      long max = Long.MIN_VALUE;
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
          : new Zone(rows, rows - present, true, min, max, 0, 0);
    }
  }
}
