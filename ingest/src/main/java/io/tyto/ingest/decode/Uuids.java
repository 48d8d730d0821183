package io.tyto.ingest.decode;

import java.util.Arrays;

/// Reads uuids as they are mostly written.
final class Uuids {
  static final int LENGTH = 36;
  private static final byte[] HEX = hex();

  /// Where the digits of each byte stand.
  private static final int[] PLACES = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

  private Uuids() {}

  /// Reads `8-4-4-4-12` into sixteen bytes; false where something else stands here. As many bytes
  /// are there.
  static boolean read(byte[] data, int first, byte[] target, int to) {
    int wrong =
        data[first + 8] ^ '-'
            | data[first + 13] ^ '-'
            | data[first + 18] ^ '-'
            | data[first + 23] ^ '-';
    for (int i = 0; i < PLACES.length; i++) {
      int place = first + PLACES[i];
      int high = HEX[data[place] & 0xFF];
      int low = HEX[data[place + 1] & 0xFF];
      wrong |= (high | low) & ~0xF;
      target[to + i] = (byte) (high << 4 | low);
    }
    return wrong == 0;
  }

  private static byte[] hex() {
    byte[] values = new byte[256];
    Arrays.fill(values, (byte) -1);
    for (int i = 0; i < 16; i++) {
      values[Character.forDigit(i, 16)] = (byte) i;
      values[Character.toUpperCase(Character.forDigit(i, 16))] = (byte) i;
    }
    return values;
  }
}
