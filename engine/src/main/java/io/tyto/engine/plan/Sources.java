package io.tyto.engine.plan;

import io.tyto.engine.expression.DerivedColumns;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The row sources of a snapshot and the schema they are read by. Thread-safe; its readers are not.
record Sources(TableSchema schema, List<RowSource> list) {
  static Sources of(TableSnapshot snapshot) {
    return new Sources(snapshot.schema(), snapshot.sources());
  }

  /// Null where every row of the source has no value.
  @Nullable ColumnReader reader(RowSource source, ColumnSpec column) {
    ColumnReader stored = source.column(column.id());
    if (stored != null || !column.isComputable()) {
      return stored;
    }
    return DerivedColumns.reader(source, schema, column);
  }
}
