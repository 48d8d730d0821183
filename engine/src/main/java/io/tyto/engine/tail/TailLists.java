package io.tyto.engine.tail;

import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

final class TailLists implements TailColumn {
  private final NullBits nulls = new NullBits();
  private final TailColumn elements;
  private volatile int[] offsets;
  private int size;

  TailLists(int capacity, TailColumn elements) {
    this.elements = elements;
    offsets = new int[capacity + 1];
  }

  TailColumn elements() {
    return elements;
  }

  @Override
  public int append(@Nullable Object value) {
    throw new IllegalArgumentException("a list is no element of a list");
  }

  @Override
  public int appendNull() {
    nulls.set(size);
    return appendList(new Object[0]);
  }

  @Override
  public int appendList(@Nullable Object[] values) {
    int bytes = Integer.BYTES;
    for (Object value : values) {
      bytes += elements.append(value);
    }
    int[] starts = offsets;
    if (size + 1 == starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
      offsets = starts;
    }
    starts[size + 1] = Math.addExact(starts[size], values.length);
    size++;
    return bytes;
  }

  @Override
  public Cursor cursor(int rows) {
    int[] starts = offsets;
    return new ListsCursor(starts, elements.cursor(starts[rows]), nulls, rows);
  }

  private static final class ListsCursor implements Cursor {
    private final int[] offsets;
    private final Cursor elements;
    private final NullBits nulls;
    private final int rows;

    ListsCursor(int[] offsets, Cursor elements, NullBits nulls, int rows) {
      this.offsets = offsets;
      this.elements = elements;
      this.nulls = nulls;
      this.rows = rows;
    }

    @Override
    public ColumnVector read(int from, int count) {
      int base = offsets[from];
      int[] starts = new int[count + 1];
      for (int i = 0; i <= count; i++) {
        starts[i] = offsets[from + i] - base;
      }
      ColumnVector values = elements.read(base, starts[count]);
      return new ColumnVector.Lists(count, starts, values, nulls.copy(from, count));
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return elements.dictionary();
    }

    @Override
    public Zone zone() {
      Zone inner = elements.zone();
      int nullRows = TailBytes.unboundedZone(nulls, rows).nulls();
      return new Zone(
          rows,
          nullRows,
          inner.hasBounds(),
          inner.minLong(),
          inner.maxLong(),
          inner.minDouble(),
          inner.maxDouble());
    }
  }
}
