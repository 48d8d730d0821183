package io.tyto.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// An index in bytes, little-endian:
///
/// ```
/// 0   u32 ordinals
/// 4   u8  width
/// 5   u8  format version, 1
/// 8   (ordinals + 1) byteOffsets of `width` bits in one bit stream, counted from the first posting
///     postings, one after the other
///
/// posting   varint (rows << 1 | form), then
///   form 0  varint first row, then varint distance from the row before
///   form 1  Roaring bitmap in its portable format
/// ```
///
/// Varints are unsigned LEB128. Rare values take a few bytes each, where a bitmap's headers alone
/// would take twenty. At least 8 bytes after the byteOffsets are readable: postings, or the slack
/// of the block.
final class IndexFormat {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 8;
  static final int LIST = 0;
  static final int BITMAP = 1;

  /// Sets of at most this many rows are lists; larger ones what is smaller.
  static final int MAX_CERTAIN_LIST = 16;

  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// A value of more bits might span nine bytes.
  static final int MAX_WIDTH = 57;

  private IndexFormat() {}

  static long offsetBytes(int ordinals, int width) {
    return ((ordinals + 1L) * width + 7) >>> 3;
  }

  static long byteOffset(MemorySegment index, int width, int ordinal) {
    long bit = (long) ordinal * width;
    return index.get(LONG, HEADER_BYTES + (bit >>> 3)) >>> (bit & 7) & (1L << width) - 1;
  }
}
