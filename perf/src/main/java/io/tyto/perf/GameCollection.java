package io.tyto.perf;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.Map;

/// The collection `game` of four columns, of which only the schema is there.
final class GameCollection {
  private GameCollection() {}

  static TableSchema schema() {
    List<ColumnSpec> columns =
        List.of(
            column(0, "ts", ColumnType.TIMESTAMP),
            column(1, "country", ColumnType.STRING),
            column(2, "level", ColumnType.LONG),
            column(3, "score", ColumnType.DOUBLE));
    EventConfig config = EventConfig.of("game", columns).time("ts").build();
    return new TableSchema(1, 1, 1, "game", 1, columns, config);
  }

  private static ColumnSpec column(int position, String name, ColumnType type) {
    return new ColumnSpec(
        SystemColumns.FIRST_USER_ID + position,
        name,
        ApiNames.field(name),
        type,
        ColumnSpec.Role.AUTO,
        null,
        null,
        null,
        null,
        Map.of());
  }
}
