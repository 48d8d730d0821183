package io.tyto.engine.encoding;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

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
      case HEX_LOWER -> length % 2 == 0 && areDigits(data, from, from + length, 'a');
      case HEX_UPPER -> length % 2 == 0 && areDigits(data, from, from + length, 'A');
      case UUID_LOWER -> length == UUID_LENGTH && isUuid(data, from, 'a');
      case UUID_UPPER -> length == UUID_LENGTH && isUuid(data, from, 'A');
    };
  }

  private static boolean isUuid(byte[] data, int from, char firstLetter) {
    for (int i = 0; i < UUID_LENGTH; i++) {
      byte character = data[from + i];
      if (isDash(i) ? character != '-' : !isDigit(character, firstLetter)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDash(int i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
  }

  private static boolean areDigits(byte[] data, int from, int to, char firstLetter) {
    for (int i = from; i < to; i++) {
      if (!isDigit(data[i], firstLetter)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(byte character, char firstLetter) {
    return character >= '0' && character <= '9'
        || character >= firstLetter && character < firstLetter + 6;
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

  void store(byte[] data, int from, int length, PayloadBuilder target) {
    if (this == RAW) {
      target.putBytes(data, from, length);
      return;
    }
    for (int i = from; i < from + length; i += 2) {
      if (data[i] == '-') {
        i++;
      }
      target.putByte(HexFormat.fromHexDigit(data[i]) << 4 | HexFormat.fromHexDigit(data[i + 1]));
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
