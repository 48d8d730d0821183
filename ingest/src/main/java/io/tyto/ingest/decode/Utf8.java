package io.tyto.ingest.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Validity of UTF-8: shortest forms only, no surrogates, nothing beyond U+10FFFF.
public final class Utf8 {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /// Position of the first byte that is not part of valid UTF-8, or -1.
  public static int invalidAt(byte[] data, int from, int to) {
    int position = from;
    while (position < to) {
      if (position <= to - Long.BYTES && ((long) LONG.get(data, position) & HIGH_BITS) == 0) {
        position += Long.BYTES;
      } else if (data[position] >= 0) {
        position++;
      } else {
        int length = sequenceLength(data, position, to);
        if (length == 0) {
          return position;
        }
        position += length;
      }
    }
    return -1;
  }

  /// Bytes of the well-formed sequence that begins here, 0 where it is not one (Unicode table 3-7).
  private static int sequenceLength(byte[] data, int at, int to) {
    int lead = data[at] & 0xFF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      return isContinuation(data, at + 1, to, 0x80, 0xBF) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
      int low = lead == 0xE0 ? 0xA0 : 0x80;
      int high = lead == 0xED ? 0x9F : 0xBF;
      return isContinuation(data, at + 1, to, low, high)
              && isContinuation(data, at + 2, to, 0x80, 0xBF)
          ? 3
          : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
      int low = lead == 0xF0 ? 0x90 : 0x80;
      int high = lead == 0xF4 ? 0x8F : 0xBF;
      return isContinuation(data, at + 1, to, low, high)
              && isContinuation(data, at + 2, to, 0x80, 0xBF)
              && isContinuation(data, at + 3, to, 0x80, 0xBF)
          ? 4
          : 0;
    }
    return 0;
  }

  private static boolean isContinuation(byte[] data, int at, int to, int low, int high) {
    return at < to && (data[at] & 0xFF) >= low && (data[at] & 0xFF) <= high;
  }
}
