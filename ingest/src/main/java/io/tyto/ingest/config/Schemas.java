package io.tyto.ingest.config;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Joins a config with the numeric ids of the catalog. Thread-safe: no state.
public final class Schemas {
  private Schemas() {}

  /// The schema of a config whose every column has an id.
  ///
  /// @param columnIds column name -> id
  public static TableSchema toTableSchema(
      EventConfig config,
      int projectId,
      int groupId,
      int collectionId,
      int version,
      Map<String, Integer> columnIds) {
    List<ColumnSpec> columns = new ArrayList<>();
    for (ColumnSpec column : config.columns()) {
      Integer id = columnIds.get(column.name());
      if (id == null) {
        throw new IllegalArgumentException(
            "column " + column.name() + " of " + config.collection() + " has no id");
      }
      columns.add(column.withId(id));
    }
    EventConfig identified = config.withColumns(columns);
    return new TableSchema(
        projectId,
        groupId,
        collectionId,
        config.collection(),
        version,
        identified.columns(),
        identified);
  }

  /// Version 1 of a collection: ids by position from {@link SystemColumns#FIRST_USER_ID}.
  public static TableSchema firstVersion(
      EventConfig config, int projectId, int groupId, int collectionId) {
    Map<String, Integer> ids = numbered(Map.of(), config.columns(), SystemColumns.FIRST_USER_ID);
    return toTableSchema(config, projectId, groupId, collectionId, 1, ids);
  }

  /// The next version: columns that stand keep their ids, added ones get new ones.
  ///
  /// @param grown a config of which {@link ConfigDiff} says that it is compatible
  /// @param nextColumnId above every id the collection ever used
  public static TableSchema nextVersion(TableSchema current, EventConfig grown, int nextColumnId) {
    Map<String, Integer> known = new HashMap<>();
    for (ColumnSpec column : current.columns()) {
      known.put(column.name(), column.id());
    }
    return toTableSchema(
        grown,
        current.projectId(),
        current.groupId(),
        current.collectionId(),
        current.version() + 1,
        numbered(known, grown.columns(), nextColumnId));
  }

  private static Map<String, Integer> numbered(
      Map<String, Integer> known, List<ColumnSpec> columns, int firstId) {
    Map<String, Integer> ids = new HashMap<>(known);
    int next = firstId;
    for (ColumnSpec column : columns) {
      if (!ids.containsKey(column.name())) {
        ids.put(column.name(), next++);
      }
    }
    return ids;
  }
}
