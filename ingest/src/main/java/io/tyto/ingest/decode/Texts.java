package io.tyto.ingest.decode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Ends of JSON strings that stand as they are.
final class Texts {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = ONES << 7;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long SPACES = ONES * ' ';

  private Texts() {}

  /// Position of the quote that ends the string whose content begins here, which is valid UTF-8
  /// without escapes; else -1. A control character, such as a line break, ends the search, and
  /// eight bytes may be read from any byte before it.
  static int endOfPlain(byte[] data, int from) {
    int at = from;
    boolean isAscii = true;
    while (true) {
      long word = (long) LONG.get(data, at);
      long quotes = word ^ QUOTES;
      long backslashes = word ^ BACKSLASHES;
      // A borrow may mark bytes above the first hit, never below it. Bytes beyond ASCII are hits.
      long hits =
          (quotes - ONES & ~quotes
                  | backslashes - ONES & ~backslashes
                  | word - SPACES & ~word
                  | word)
              & HIGH_BITS;
      if (hits == 0) {
        at += Long.BYTES;
        continue;
      }
      at += Long.numberOfTrailingZeros(hits) >>> 3;
      if (data[at] >= 0) {
        boolean isEnd = data[at] == '"' && (isAscii || Utf8.invalidAt(data, from, at) < 0);
        return isEnd ? at : -1;
      }
      isAscii = false;
      at++;
    }
  }
}
