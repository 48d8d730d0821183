package io.tyto.engine.load;

import io.tyto.engine.encoding.BytesTable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Ordinals of texts of up to fifteen bytes, which are two longs with their length, before the
/// table of all texts is asked: one probe, one comparison.
///
/// Direct-mapped: a text that finds its slot taken by another takes it over.
final class ShortTexts {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_LENGTH = 15;
  private static final int SLOT_BITS = 10;

  /// Low and high half of each slot's text, the length in the highest byte.
  private final long[] keys = new long[2 << SLOT_BITS];

  private final int[] ordinals = new int[1 << SLOT_BITS];

  ShortTexts() {
    clear();
  }

  void clear() {
    // No text: its length would be 255.
    Arrays.fill(keys, -1);
  }

  int ordinal(BytesTable table, byte[] source, int from, int length) {
    if (length > MAX_LENGTH || from + 2 * Long.BYTES > source.length) {
      return table.add(source, from, length);
    }
    long low = (long) LONG.get(source, from);
    long high = (long) length << 7 * Byte.SIZE;
    if (length < Long.BYTES) {
      low &= (1L << length * Byte.SIZE) - 1;
    } else {
      long mask = (1L << (length - Long.BYTES) * Byte.SIZE) - 1;
      high |= (long) LONG.get(source, from + Long.BYTES) & mask;
    }
    long mixed = (low ^ high * 0x9E3779B97F4A7C15L) * 0xD6E8FEB86659FD93L;
    int slot = (int) (mixed >>> Long.SIZE - SLOT_BITS);
    if (keys[2 * slot] != low || keys[2 * slot + 1] != high) {
      ordinals[slot] = table.add(source, from, length);
      keys[2 * slot] = low;
      keys[2 * slot + 1] = high;
    }
    return ordinals[slot];
  }
}
