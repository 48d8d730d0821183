package io.tyto.engine.scan;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;

/// The columns one scan reads, each once, by slot number. Filled while a query is compiled,
/// read-only afterwards.
public final class ColumnSlots {
  private final TableSchema schema;
  private final List<ColumnSpec> columns = new ArrayList<>();

  public ColumnSlots(TableSchema schema) {
    this.schema = schema;
  }

  public TableSchema schema() {
    return schema;
  }

  /// The slot of the column of that config or system name.
  public int slot(String name) {
    ColumnSpec column = schema.column(name);
    if (column == null) {
      throw new IllegalArgumentException("collection " + schema.name() + " has no column " + name);
    }
    return slot(column);
  }

  public int slot(ColumnSpec column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).id() == column.id()) {
        return i;
      }
    }
    columns.add(column);
    return columns.size() - 1;
  }

  public ColumnSpec column(int slot) {
    return columns.get(slot);
  }

  public int size() {
    return columns.size();
  }
}
