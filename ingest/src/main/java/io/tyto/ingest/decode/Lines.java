package io.tyto.ingest.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Where lines end.
public final class Lines {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = ONES << 7;
  private static final long BREAKS = ONES * '\n';

  private Lines() {}

  /// Position of the first line break in `[from, to)`, or `to`.
  public static int end(byte[] data, int from, int to) {
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long word = (long) LONG.get(data, at) ^ BREAKS;
      long hits = word - ONES & ~word & HIGH_BITS;
      if (hits != 0) {
        return at + (Long.numberOfTrailingZeros(hits) >>> 3);
      }
    }
    while (at < to && data[at] != '\n') {
      at++;
    }
    return at;
  }

  /// Where the text in `[from, to)` ends before the blanks at its end; `from` if it is nothing
  /// else.
  public static int withoutBlanks(byte[] data, int from, int to) {
    int end = to;
    while (end > from && Framer.isBlank(data[end - 1])) {
      end--;
    }
    return end;
  }

  /// Whether nothing but blanks stands in `[from, to)`.
  static boolean isBlank(byte[] data, int from, int to) {
    return withoutBlanks(data, from, to) == from;
  }
}
