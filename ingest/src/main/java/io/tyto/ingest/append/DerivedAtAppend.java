package io.tyto.ingest.append;

import io.tyto.engine.expression.DerivedColumns;
import io.tyto.engine.expression.ExpressionEvaluator;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.row.Row;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;

/// Computes what is derived from columns that were filled before it.
final class DerivedAtAppend implements AppendColumns {
  private final ExpressionEvaluator evaluator;

  DerivedAtAppend(TableSchema schema) {
    evaluator = ExpressionEvaluator.ofAppended(schema);
  }

  @Override
  public void fill(Row row, int entity, long receivedMicros) {
    evaluator.evaluate(row);
  }

  @Override
  public LoadedRows fill(LoadedRows rows) {
    LoadedRows filled = rows;
    TableSchema schema = rows.schema();
    for (ColumnSpec column : AppendedColumns.derived(schema.columns())) {
      // Each reads the rows with those before it.
      filled =
          filled.with(
              column, DerivedColumns.reader(filled, schema, column).read(0, filled.rowCount()));
    }
    return filled;
  }
}
