package io.tyto.index;

/// Collects the rows of every ordinal of one column and serialises them. Not thread-safe.
public final class InvertedIndexBuilder {
  /// @param occurrences of each ordinal, at least as many as will be added
  public InvertedIndexBuilder(int[] occurrences) {
    throw new UnsupportedOperationException("written next");
  }

  /// Rows ascend; adding a row twice to an ordinal in a row is the same as once.
  public void add(int ordinal, int row) {
    throw new UnsupportedOperationException("written next");
  }

  /// The index in the form that {@link InvertedIndexes#open} reads.
  public byte[] build() {
    throw new UnsupportedOperationException("written next");
  }
}
