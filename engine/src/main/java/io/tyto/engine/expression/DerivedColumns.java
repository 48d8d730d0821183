package io.tyto.engine.expression;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;

/// Reads derived columns from sources that are older than the column, by computing them.
public final class DerivedColumns {
  private DerivedColumns() {}

  /// A reader over the columns that the source does have; columns it lacks count as null.
  ///
  /// @param column a column with `derive` that the source does not store
  public static ColumnReader reader(RowSource source, TableSchema schema, ColumnSpec column) {
    throw new UnsupportedOperationException();
  }
}
