package io.tyto.engine.lookup;

import java.nio.charset.StandardCharsets;

/// The file of a dimension table; docs/formats/tables.md is the specification. Little-endian, every
/// part begins on a multiple of 8.
final class LookupFormat {
  static final byte[] MAGIC = "TYTOTAB\n".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;
  static final int HEADER_BYTES = 32;

  /// Two slots a row or more, so that a search ends soon.
  static final int MIN_SLOTS = 4;

  private LookupFormat() {}

  static long aligned(long bytes) {
    return bytes + 7 & -8;
  }

  static int slots(int rows) {
    return Math.max(MIN_SLOTS, Integer.highestOneBit(Math.max(1, rows)) << 2);
  }

  static long nullsBytes(int rows) {
    return (rows + 63L) / 64 * Long.BYTES;
  }
}
