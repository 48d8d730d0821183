package io.tyto.engine.source;

/// Rows of a collection rolled up: each row of this source is a cell, the state of all rows of one
/// bucket of time with the same values of some columns.
///
/// Those columns and the time column, whose value is the bucket's begin, have the ids they have in
/// rows.
public interface CellSource extends StateSource {
  CellShape shape();
}
