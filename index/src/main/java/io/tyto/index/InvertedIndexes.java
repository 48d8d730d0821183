package io.tyto.index;

import java.lang.foreign.MemorySegment;

/// Opens serialised indexes.
public final class InvertedIndexes {
  private InvertedIndexes() {}

  /// Reads in place: the bytes must have been checked against their checksum, be followed by at
  /// least 8 readable bytes that belong to the segment, and stay valid while the index is used.
  ///
  /// Throws IllegalArgumentException or IndexOutOfBoundsException, here or on use, where they are
  /// no index.
  public static InvertedIndex open(MemorySegment bytes) {
    int ordinals = bytes.get(IndexFormat.INT, 0);
    int width = bytes.get(IndexFormat.BYTE, 4);
    int version = bytes.get(IndexFormat.BYTE, 5);
    if (version != IndexFormat.VERSION
        || ordinals < 0
        || width < 1
        || width > IndexFormat.MAX_WIDTH) {
      throw new IllegalArgumentException(
          "an index of version %d, %d ordinals, width %d".formatted(version, ordinals, width));
    }
    long postingsAt = IndexFormat.HEADER_BYTES + IndexFormat.offsetBytes(ordinals, width);
    return new StoredIndex(bytes, ordinals, width, postingsAt);
  }
}
