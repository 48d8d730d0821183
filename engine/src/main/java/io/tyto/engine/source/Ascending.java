package io.tyto.engine.source;

/// The values of a column by which the rows of its source ascend: rows without a value come last.
///
/// Found by zone maps and a search within one block, so that a range of values becomes a range of
/// rows without reading the column. As thread-safe as its reader: not at all.
public interface Ascending {
  /// Rows `[0, present)` have a value, the others none.
  int present();

  /// The first row whose value is not below, or {@link #present} where all are.
  int firstAtLeast(long value);

  /// The same among the rows from `from` on, found faster the nearer it is.
  int firstAtLeast(long value, int from);

  /// The value of a row below {@link #present}.
  long value(int row);
}
