package io.tyto.index;

/// A mutable set of row ids of one segment. Not thread-safe.
public interface RowSet {
  int cardinality();

  boolean contains(int row);

  /// This := this AND other; returns this.
  RowSet and(RowSet other);

  RowSet or(RowSet other);

  RowSet andNot(RowSet other);

  RowSet copy();

  /// Rows in `[from, to)`, counted without visiting them.
  int countBetween(int from, int to);

  /// Writes the rows in `[from, to)`, ascending, as `row - from` into `positions`; returns how
  /// many.
  int positions(int from, int to, int[] positions);
}
