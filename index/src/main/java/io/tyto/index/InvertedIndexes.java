package io.tyto.index;

import java.lang.foreign.MemorySegment;

/// Opens serialised indexes.
public final class InvertedIndexes {
  private InvertedIndexes() {}

  /// Reads in place; the bytes must be checked and stay valid while the index is used. Throws
  /// IllegalArgumentException where they are no index.
  public static InvertedIndex open(MemorySegment bytes) {
    throw new UnsupportedOperationException("written next");
  }
}
