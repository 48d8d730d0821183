package io.tyto.engine.tail;

import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Plain bytes, for columns whose values seldom repeat.
final class TailBytes implements TailColumn {
  private final NullBits nulls = new NullBits();
  private volatile byte[] data;
  private volatile int[] offsets;
  private int size;

  TailBytes(int capacity) {
    data = new byte[capacity * 16];
    offsets = new int[capacity + 1];
  }

  @Override
  public int append(@Nullable Object value) {
    return value == null ? appendNull() : appendBytes((byte[]) value);
  }

  @Override
  public int appendNull() {
    nulls.set(size);
    return appendBytes(new byte[0]);
  }

  @Override
  public int appendBytes(byte[] value) {
    int[] starts = offsets;
    if (size + 1 == starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
      offsets = starts;
    }
    byte[] bytes = data;
    int start = starts[size];
    int end = Math.addExact(start, value.length);
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, grownLength(bytes.length, end));
      data = bytes;
    }
    System.arraycopy(value, 0, bytes, start, value.length);
    starts[++size] = end;
    return Integer.BYTES + value.length;
  }

  private static int grownLength(int length, int needed) {
    return (int) Math.min(Integer.MAX_VALUE - 64, Math.max(needed, length * 2L));
  }

  @Override
  public Cursor cursor(int rows) {
    // Offsets first: the data array read after them holds at least what they point to.
    int[] starts = offsets;
    return new BytesCursor(starts, data, nulls, rows);
  }

  static Zone unboundedZone(NullBits nulls, int rows) {
    int nullCount = 0;
    long[] words = nulls.copy(0, rows);
    if (words != null) {
      for (long word : words) {
        nullCount += Long.bitCount(word);
      }
    }
    return new Zone(rows, nullCount, false, 0, 0, 0, 0);
  }

  private static final class BytesCursor implements Cursor {
    private final int[] offsets;
    private final byte[] data;
    private final NullBits nulls;
    private final int rows;

    BytesCursor(int[] offsets, byte[] data, NullBits nulls, int rows) {
      this.offsets = offsets;
      this.data = data;
      this.nulls = nulls;
      this.rows = rows;
    }

    @Override
    public ColumnVector read(int from, int count) {
      int[] starts = Arrays.copyOfRange(offsets, from, from + count + 1);
      return new ColumnVector.Bytes(count, data, starts, nulls.copy(from, count));
    }

    @Override
    public Zone zone() {
      return unboundedZone(nulls, rows);
    }
  }
}
