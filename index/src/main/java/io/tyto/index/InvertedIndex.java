package io.tyto.index;

/// Row sets by dictionary ordinal of one column in one segment. Thread-safe.
public interface InvertedIndex {
  int ordinals();

  /// Rows whose value (or one of whose elements) has the ordinal; a fresh set that the caller owns.
  RowSet rows(int ordinal);

  /// Rows of any ordinal in `[from, to)`.
  RowSet rowsBetween(int from, int to);

  /// Rows of any of the ordinals.
  RowSet rowsOfAny(int[] ordinals, int count);

  /// How many rows have the ordinal, without building the set.
  int cardinality(int ordinal);
}
