package io.tyto.perf.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A growing buffer of text lines; not thread-safe.
final class Lines {
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes = new byte[1 << 16];
  private int length;

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  Lines text(byte[] ascii) {
    reserve(ascii.length);
    System.arraycopy(ascii, 0, bytes, length, ascii.length);
    length += ascii.length;
    return this;
  }

  Lines character(char ascii) {
    reserve(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  /// @param value not negative
  Lines number(long value) {
    reserve(20);
    int end = length;
    long rest = value;
    do {
      end++;
      rest /= 10;
    } while (rest > 0);
    rest = value;
    for (int at = end - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length = end;
    return this;
  }

  /// Hundredths as a number with two digits behind the point.
  Lines hundredths(long value) {
    number(value / 100).character('.');
    return character((char) ('0' + value % 100 / 10)).character((char) ('0' + value % 10));
  }

  /// A UUID of version 4 with these random bits.
  Lines uuid(long high, long low) {
    hex(high >>> 32, 8).character('-');
    hex(high >>> 16, 4).character('-').character('4');
    hex(high, 3).character('-').character('a');
    return hex(low >>> 48, 3).character('-').hex(low, 12);
  }

  private Lines hex(long value, int digits) {
    reserve(digits);
    for (int i = digits - 1; i >= 0; i--) {
      bytes[length++] = DIGITS[(int) (value >>> 4 * i) & 15];
    }
    return this;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }
}
