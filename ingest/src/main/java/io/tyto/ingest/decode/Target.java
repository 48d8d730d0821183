package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;
import org.jspecify.annotations.Nullable;

/// A column that wants the value at one place of a record.
///
/// @param position in the row
/// @param converter null where the column is json, which keeps the value whole
/// @param list null where the column is no list
/// @param isRepeated whether the place lies below a `*`, so that null there is an element
/// @param isAlias whether the place is that of an earlier name of the column, which counts only
///   where the column's own gives nothing
record Target(
    int position,
    ColumnSpec column,
    @Nullable ValueConverter converter,
    @Nullable ListBuilder list,
    boolean isRepeated,
    boolean isAlias) {

  /// An alias whose column has a value already.
  boolean isServed(Row row) {
    return isAlias && !row.isNull(position);
  }

  /// The column takes any value as the text it is.
  boolean keepsWhole() {
    return converter == null;
  }
}
