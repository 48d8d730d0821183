package io.tyto.engine.encoding;

import java.nio.charset.StandardCharsets;

/// What values of one length stand for: themselves, or text of which only the digits are stored.
///
/// Numbers are durable. Within one form the order of the stored bytes is the order of the text.
enum TextForm {
  RAW(0),
  HEX_LOWER(1),
  HEX_UPPER(2),
  UUID_LOWER(3),
  UUID_UPPER(4);

  private static final int UUID_LENGTH = 36;
  private static final int UUID_BYTES = 16;
  private static final byte[] LOWER = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] UPPER = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private static final int LOWER_DIGIT = 1;
  private static final int UPPER_DIGIT = 2;

  /// By character: which kinds of digit it is, and its value as one.
  private static final byte[] CLASSES = new byte[256];

  private static final byte[] DIGIT_VALUES = new byte[256];

  static {
    for (int value = 0; value < LOWER.length; value++) {
      CLASSES[LOWER[value]] |= LOWER_DIGIT;
      CLASSES[UPPER[value]] |= UPPER_DIGIT;
      DIGIT_VALUES[LOWER[value]] = (byte) value;
      DIGIT_VALUES[UPPER[value]] = (byte) value;
    }
  }

  private final int id;

  TextForm(int id) {
    this.id = id;
  }

  int id() {
    return id;
  }

  static TextForm of(int id) {
    for (TextForm form : values()) {
      if (form.id == id) {
        return form;
      }
    }
    throw new IllegalArgumentException("unknown text form " + id);
  }

  boolean matches(byte[] data, int from, int length) {
    return switch (this) {
      case RAW -> true;
      case HEX_LOWER -> length % 2 == 0 && areDigits(data, from, from + length, LOWER_DIGIT);
      case HEX_UPPER -> length % 2 == 0 && areDigits(data, from, from + length, UPPER_DIGIT);
      case UUID_LOWER -> length == UUID_LENGTH && isUuid(data, from, LOWER_DIGIT);
      case UUID_UPPER -> length == UUID_LENGTH && isUuid(data, from, UPPER_DIGIT);
    };
  }

  private static boolean isUuid(byte[] data, int from, int digit) {
    return data[from + 8] == '-'
        && data[from + 13] == '-'
        && data[from + 18] == '-'
        && data[from + 23] == '-'
        && areDigits(data, from, from + 8, digit)
        && areDigits(data, from + 9, from + 13, digit)
        && areDigits(data, from + 14, from + 18, digit)
        && areDigits(data, from + 19, from + 23, digit)
        && areDigits(data, from + 24, from + UUID_LENGTH, digit);
  }

  private static boolean areDigits(byte[] data, int from, int to, int digit) {
    int classes = digit;
    for (int i = from; i < to; i++) {
      classes &= CLASSES[data[i] & 0xff];
    }
    return classes == digit;
  }

  /// Bytes stored for a value of so many bytes.
  int storedLength(int length) {
    return switch (this) {
      case RAW -> length;
      case HEX_LOWER, HEX_UPPER -> length / 2;
      case UUID_LOWER, UUID_UPPER -> UUID_BYTES;
    };
  }

  /// Bytes of a value of which so many are stored.
  int valueLength(int storedLength) {
    return switch (this) {
      case RAW -> storedLength;
      case HEX_LOWER, HEX_UPPER -> storedLength * 2;
      case UUID_LOWER, UUID_UPPER -> UUID_LENGTH;
    };
  }

  /// Writes what is stored of the value at `data[from]` to `target[0, storedLength)`.
  void store(byte[] data, int from, int storedLength, byte[] target) {
    if (this == RAW) {
      System.arraycopy(data, from, target, 0, storedLength);
      return;
    }
    int at = from;
    for (int i = 0; i < storedLength; i++, at += 2) {
      if (data[at] == '-') {
        at++;
      }
      target[i] = (byte) (DIGIT_VALUES[data[at]] << 4 | DIGIT_VALUES[data[at + 1]]);
    }
  }

  /// Turns `storedLength` bytes at `source[from]` into the value at `target[to]`.
  void restore(byte[] source, int from, int storedLength, byte[] target, int to) {
    switch (this) {
      case RAW -> System.arraycopy(source, from, target, to, storedLength);
      case HEX_LOWER -> restoreHex(source, from, storedLength, target, to, LOWER);
      case HEX_UPPER -> restoreHex(source, from, storedLength, target, to, UPPER);
      case UUID_LOWER -> restoreUuid(source, from, target, to, LOWER);
      case UUID_UPPER -> restoreUuid(source, from, target, to, UPPER);
    }
  }

  private static void restoreHex(
      byte[] source, int from, int length, byte[] target, int to, byte[] digits) {
    for (int i = 0; i < length; i++) {
      int value = source[from + i];
      target[to + 2 * i] = digits[value >>> 4 & 15];
      target[to + 2 * i + 1] = digits[value & 15];
    }
  }

  private static void restoreUuid(byte[] source, int from, byte[] target, int to, byte[] digits) {
    restoreHex(source, from, 4, target, to, digits);
    target[to + 8] = '-';
    restoreHex(source, from + 4, 2, target, to + 9, digits);
    target[to + 13] = '-';
    restoreHex(source, from + 6, 2, target, to + 14, digits);
    target[to + 18] = '-';
    restoreHex(source, from + 8, 2, target, to + 19, digits);
    target[to + 23] = '-';
    restoreHex(source, from + 10, 6, target, to + 24, digits);
  }
}
