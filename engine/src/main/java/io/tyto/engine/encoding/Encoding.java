package io.tyto.engine.encoding;

import org.jspecify.annotations.Nullable;

/// The layouts of block payloads. Numbers are durable: never changed, never reused.
public enum Encoding {
  /// Bytes with a layout of their own, said by the block's kind.
  RAW(0),
  /// Integers: one value for all.
  CONSTANT(1),
  /// Integers or doubles, eight bytes each.
  PLAIN(2),
  /// Integers as bit-packed multiples of a divisor above a base (frame of reference).
  PACKED(3),
  /// {@link #PACKED}, with a list of the values that do not fit.
  PATCHED(4),
  /// Bit-packed differences from value to value, with an anchor every 1,024.
  DELTA(5),
  /// Integers as (end of run, value).
  RUN_LENGTH(6),
  /// Bit-packed positions in a list of the distinct integers.
  DISTINCT(7),
  /// Doubles as integers divided by a power of ten, with a list of the values that are not.
  SCALED(8),
  /// Byte values of one length, or text that stands for such (hexadecimal, UUID).
  FIXED(9),
  /// Byte values in compressed chunks.
  CHUNKED(10),
  /// Byte values one after the other, with bit-packed offsets: dictionaries.
  STRINGS(11),
  /// One bit a row.
  BITMAP(12);

  /// Parameters of an encoding stand in the first bytes of its payload.
  static final int PARAMETER_BYTES = 64;

  private static final @Nullable Encoding[] BY_ID = new Encoding[64];

  static {
    for (Encoding encoding : values()) {
      BY_ID[encoding.id] = encoding;
    }
  }

  private final int id;

  Encoding(int id) {
    this.id = id;
  }

  public int id() {
    return id;
  }

  /// The encoding of a number, or null where this version knows none.
  public static @Nullable Encoding of(int id) {
    return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
  }
}
