package io.tyto.ingest.config;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnSpec.Role;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    return toTableSchema(config, projectId, groupId, collectionId, version, columnIds, List.of());
  }

  /// @param dormant columns of earlier versions whose values are stored still
  public static TableSchema toTableSchema(
      EventConfig config,
      int projectId,
      int groupId,
      int collectionId,
      int version,
      Map<String, Integer> columnIds,
      List<ColumnSpec> dormant) {
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
        identified,
        dormant);
  }

  /// A column that no version names any more, for the sake of its values.
  ///
  /// @param privacy under which they are stored
  public static ColumnSpec dormant(
      int id, String name, ColumnType type, @Nullable Privacy privacy) {
    return new ColumnSpec(
        id,
        name,
        ApiNames.field(name),
        type,
        Role.AUTO,
        null,
        null,
        null,
        null,
        Map.of(),
        privacy,
        List.of(),
        null,
        null);
  }

  /// Version 1 of a collection: ids by position from {@link SystemColumns#FIRST_USER_ID}.
  public static TableSchema firstVersion(
      EventConfig config, int projectId, int groupId, int collectionId) {
    Map<String, Integer> ids = numbered(Map.of(), config.columns(), SystemColumns.FIRST_USER_ID);
    return toTableSchema(config, projectId, groupId, collectionId, 1, ids);
  }

  /// The next version, with ids as the catalog gives them.
  ///
  /// @param next a config of which {@link ConfigDiff} says that it is compatible
  /// @param nextColumnId above every id the collection ever used
  public static TableSchema nextVersion(TableSchema current, EventConfig next, int nextColumnId) {
    Map<String, Integer> kept = ConfigDiff.compare(current, next, StoredRows.NONE).keptIds();
    List<ColumnSpec> dormant = new ArrayList<>();
    for (ColumnSpec column : current.dormant()) {
      addUnless(kept.containsValue(column.id()), column, dormant);
    }
    for (ColumnSpec column : current.columns()) {
      // Values that were computed here are nobody's but the column's: one of its name begins anew.
      boolean isComputed = column.derive() != null || column.isAppended();
      addUnless(kept.containsValue(column.id()) || isComputed, column, dormant);
    }
    return toTableSchema(
        next,
        current.projectId(),
        current.groupId(),
        current.collectionId(),
        current.version() + 1,
        numbered(kept, next.columns(), nextColumnId),
        dormant);
  }

  private static void addUnless(boolean isLeftOut, ColumnSpec column, List<ColumnSpec> dormant) {
    if (!isLeftOut) {
      dormant.add(dormant(column.id(), column.name(), column.type(), column.privacy()));
    }
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
