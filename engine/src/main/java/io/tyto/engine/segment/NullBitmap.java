package io.tyto.engine.segment;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Nulls of one block, read where they lie: bit i of the little-endian words set where value i is
/// null.
record NullBitmap(MemorySegment words) {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Bits of values `[from, from + count)`, or null where none is set. The last word may be read
  /// from the slack behind the payload; bits beyond `count` are cleared.
  long @Nullable [] copy(int from, int count) {
    long[] target = new long[(count + 63) >>> 6];
    long any = 0;
    int shift = from & 63;
    long at = (from >>> 6) * 8L;
    for (int i = 0; i < target.length; i++, at += 8) {
      long word = words.get(LONG, at) >>> shift;
      if (shift != 0) {
        word |= words.get(LONG, at + 8) << -shift;
      }
      target[i] = word;
    }
    if (target.length > 0 && (count & 63) != 0) {
      target[target.length - 1] &= -1L >>> -count;
    }
    for (long word : target) {
      any |= word;
    }
    return any == 0 ? null : target;
  }

  static long[] allNull(int count) {
    long[] target = new long[(count + 63) >>> 6];
    Arrays.fill(target, -1L);
    if ((count & 63) != 0) {
      target[target.length - 1] &= -1L >>> -count;
    }
    return target;
  }
}
