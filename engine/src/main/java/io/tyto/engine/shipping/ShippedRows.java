package io.tyto.engine.shipping;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.VectorReader;
import org.jspecify.annotations.Nullable;

/// Rows of another node, as they came from there. Immutable, thread-safe.
///
/// @param heldBytes memory that they take
public record ShippedRows(int partition, int schemaVersion, StateTable table, long heldBytes)
    implements RowSource {
  @Override
  public int rowCount() {
    return table.rowCount();
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    StateTable.Column column = table.columns().get(columnId);
    return column == null ? null : new VectorReader(column.type(), column.values());
  }

  @Override
  public String name() {
    return "rows of another node";
  }

  @Override
  public long storedBytes() {
    return 0;
  }
}
