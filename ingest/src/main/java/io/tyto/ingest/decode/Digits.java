package io.tyto.ingest.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Reads digits eight at a time. The text goes on for eight bytes behind any digit.
final class Digits {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ZEROS = 0x3030303030303030L;
  private static final long ABOVE_NINE = 0x7676767676767676L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private byte[] data = {};
  private long value;

  void begin(byte[] newData) {
    data = newData;
  }

  /// The number read last; of more than eighteen digits, anything.
  long value() {
    return value;
  }

  /// Reads on from the digits `before`; returns where the digits end.
  int read(int from, long before) {
    long result = before;
    int at = from;
    while (true) {
      long word = (long) LONG.get(data, at) ^ ZEROS;
      // A carry may mark bytes above the first that is no digit, never below it.
      long others = (word + ABOVE_NINE | word) & HIGH_BITS;
      int count = Long.numberOfTrailingZeros(others) >>> 3;
      if (count == 8) {
        result = result * 100_000_000 + number(word);
        at += 8;
      } else {
        if (count > 0) {
          result = result * NumberForm.POWERS[count] + number(word << (8 - count) * Byte.SIZE);
        }
        value = result;
        return at + count;
      }
    }
  }

  /// Of eight digits, the first in the lowest byte.
  private static long number(long word) {
    long pairs = (word * 10 + (word >>> 8)) & 0x00FF00FF00FF00FFL;
    long fours = (pairs * 100 + (pairs >>> 16)) & 0x0000FFFF0000FFFFL;
    return (fours * 10_000 + (fours >>> 32)) & 0xFFFFFFFFL;
  }
}
