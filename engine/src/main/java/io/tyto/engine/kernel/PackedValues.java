package io.tyto.engine.kernel;

import java.lang.foreign.MemorySegment;

/// Unsigned values of `width` bits in one little-endian bit stream: value i takes the bits `[i *
/// width, (i + 1) * width)` from byte `start` on, bit 0 being the lowest of a byte.
///
/// @param bytes with at least eight readable bytes behind the last value; the more there are, up to
///   64, the fewer values are left to plain loops
/// @param width 1 to 57, or 64; of width 0 only single values may be read
public record PackedValues(MemorySegment bytes, long start, int width) {
  /// The widest value that one unaligned eight-byte read always holds.
  public static final int MAX_SHIFTED_WIDTH = 57;

  /// One value alone.
  public long get(long index) {
    if (width == Long.SIZE) {
      return bytes.get(Layouts.LONG, start + index * Long.BYTES);
    }
    long bit = index * width;
    return bytes.get(Layouts.LONG, start + (bit >>> 3)) >>> (bit & 7) & mask();
  }

  /// The greatest value the width can hold, read as unsigned.
  public long mask() {
    return width == 0 ? 0 : -1L >>> Long.SIZE - width;
  }
}
