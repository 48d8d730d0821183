package io.tyto.engine.vector;

import java.util.Arrays;

/// The distinct byte values of one column in one source. Ordinals are dense from 0.
///
/// Thread-safe for ordinals below a size that was read before.
public interface Dictionary {
  int size();

  /// A copy of the value.
  byte[] value(int ordinal);

  /// The values of the ordinals `[from, to)`.
  default Run values(int from, int to) {
    int[] offsets = new int[to - from + 1];
    byte[] data = new byte[16 * (to - from)];
    for (int ordinal = from; ordinal < to; ordinal++) {
      byte[] value = value(ordinal);
      int start = offsets[ordinal - from];
      int end = Math.addExact(start, value.length);
      if (end > data.length) {
        data = Arrays.copyOf(data, Math.max(end, 2 * data.length));
      }
      System.arraycopy(value, 0, data, start, value.length);
      offsets[ordinal - from + 1] = end;
    }
    return new Run(data, offsets);
  }

  /// Values laid end to end: value i is `data[offsets[i], offsets[i + 1])`. The arrays belong to
  /// whoever asked.
  record Run(byte[] data, int[] offsets) {
    public int size() {
      return offsets.length - 1;
    }
  }

  /// Ordinal of the value, or `-(insertion point) - 1` in an ordered dictionary, or -1.
  int find(byte[] value);

  /// Ordinals ascend with the values' unsigned byte order.
  boolean isOrdered();
}
