package io.tyto.engine.shipping;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.StateSource;
import io.tyto.engine.source.VectorReader;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Some groups of a scan elsewhere: their keys and states. Immutable, thread-safe.
///
/// @param rowCount groups; at most {@link #MAX_ROWS}
/// @param columns by id, in the order in which they are sent
public record StateTable(int rowCount, Map<Integer, Column> columns) implements StateSource {
  /// Groups of one table: so many are sent and checked as a whole.
  public static final int MAX_ROWS = BLOCK_ROWS;

  /// All values of a column.
  public record Column(ColumnType type, ColumnVector values) {}

  @Override
  public int schemaVersion() {
    return 1;
  }

  @Override
  public int partition() {
    return 0;
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    Column column = columns.get(columnId);
    return column == null ? null : new VectorReader(column.type(), column.values());
  }

  @Override
  public String name() {
    return "groups of another node";
  }

  @Override
  public long storedBytes() {
    return 0;
  }
}
