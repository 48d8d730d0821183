package io.tyto.engine.load;

import io.tyto.engine.encoding.BytesTable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Ordinals of texts of up to seven bytes, which are a long with their length, before the table of
/// all texts is asked: one probe, one comparison.
///
/// Direct-mapped: a text that finds its slot taken by another takes it over.
final class ShortTexts {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_LENGTH = 7;
  private static final int SLOTS = 1 << 9;

  private final long[] keys = new long[SLOTS];
  private final int[] ordinals = new int[SLOTS];

  ShortTexts() {
    clear();
  }

  void clear() {
    // No text: its length would be 255.
    java.util.Arrays.fill(keys, -1);
  }

  int ordinal(BytesTable table, byte[] source, int from, int length) {
    if (length > MAX_LENGTH || from + Long.BYTES > source.length) {
      return table.add(source, from, length);
    }
    long bytes = (long) LONG.get(source, from) & (1L << length * Byte.SIZE) - 1;
    long key = bytes | (long) length << MAX_LENGTH * Byte.SIZE;
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> Long.SIZE - 9);
    if (keys[slot] != key) {
      ordinals[slot] = table.add(source, from, length);
      keys[slot] = key;
    }
    return ordinals[slot];
  }
}
