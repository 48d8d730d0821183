package io.tyto.engine.cube;

import io.tyto.engine.source.CellShape;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;

/// Types of the keys of cells.
public final class CellTypes {
  private CellTypes() {}

  /// Whether stored cells have keys of the types that the schema says: a column that has become
  /// wider since is read from rows until they are written anew.
  public static boolean match(CellSource cells, CellShape shape, TableSchema schema) {
    List<Integer> keys = new ArrayList<>(shape.dimensions());
    keys.add(shape.time());
    for (int id : keys) {
      ColumnReader reader = cells.column(id);
      if (reader == null || !reader.type().equals(of(schema, id))) {
        return false;
      }
    }
    return true;
  }

  static ColumnType of(TableSchema schema, int columnId) {
    for (ColumnSpec column : schema.columns()) {
      if (column.id() == columnId) {
        return column.type();
      }
    }
    for (ColumnSpec column : SystemColumns.ALL) {
      if (column.id() == columnId) {
        return column.type();
      }
    }
    throw new IllegalArgumentException(
        "collection " + schema.name() + " has no column " + columnId);
  }
}
