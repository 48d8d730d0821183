package io.tyto.engine.expression;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.TableSchema;

/// Fills the derived columns of new rows. Immutable and thread-safe.
public final class ExpressionEvaluator {

  public ExpressionEvaluator(TableSchema schema) {}

  /// Sets every derived column of a row whose other columns are set. Never fails: what cannot be
  /// computed (overflow, division by zero, no match) is null.
  public void evaluate(Row row) {}
}
