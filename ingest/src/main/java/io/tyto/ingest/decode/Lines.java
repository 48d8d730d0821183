package io.tyto.ingest.decode;

import io.tyto.engine.kernel.Kernels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Where lines end.
public final class Lines {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final Kernels KERNELS = Kernels.best();

  /// A line that fills two of these is looked at more closely.
  private static final int PIECE = 1 << 20;

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = ONES << 7;

  private Lines() {}

  /// Position of the first line break in `[from, to)`, or `to`.
  public static int end(byte[] data, int from, int to) {
    return find((byte) '\n', data, from, to);
  }

  /// Position of the first such byte of ASCII in `[from, to)`, or `to`.
  static int find(byte wanted, byte[] data, int from, int to) {
    long pattern = ONES * wanted;
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long word = (long) LONG.get(data, at) ^ pattern;
      long hits = word - ONES & ~word & HIGH_BITS;
      if (hits != 0) {
        return at + (Long.numberOfTrailingZeros(hits) >>> 3);
      }
    }
    while (at < to && data[at] != wanted) {
      at++;
    }
    return at;
  }

  /// How many lines with a break `[from, to)` has, where it begins at one and it is certain that
  /// none of them is blank or too long; else -1. There is a byte behind `to`.
  static int countUsual(byte[] data, int from, int to) {
    if (from == to || data[from] <= ' ' || data[to - 1] != '\n') {
      return -1;
    }
    int lines = 0;
    for (int at = from; at < to; at += PIECE) {
      // Whether the last line is followed by another is not for this to say.
      int count = KERNELS.countLines(data, at, Math.min(at + PIECE, to - 1));
      if (count <= 0 && to - at > PIECE || count < 0) {
        return -1;
      }
      lines += count;
    }
    return lines + 1;
  }

  /// `to`, or one less where a carriage return stands before it.
  static int withoutReturn(byte[] data, int from, int to) {
    return to > from && data[to - 1] == '\r' ? to - 1 : to;
  }

  /// Where the text in `[from, to)` ends before the blanks at its end; `from` if it is nothing
  /// else.
  static int withoutBlanks(byte[] data, int from, int to) {
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
