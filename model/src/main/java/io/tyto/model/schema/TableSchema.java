package io.tyto.model.schema;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One version of a collection as the catalog knows it: numeric ids and the columns in stored
/// order.
///
/// @param version config version of the collection, from 1
/// @param columns user columns, ids from {@link SystemColumns#FIRST_USER_ID}
/// @param config where the columns come from; its columns carry the ids too
/// @param dormant columns that earlier versions read from events and this one does not name: their
///   values stay stored, and nobody can ask for them
public record TableSchema(
    int projectId,
    int groupId,
    int collectionId,
    String name,
    int version,
    List<ColumnSpec> columns,
    EventConfig config,
    List<ColumnSpec> dormant) {

  public TableSchema {
    dormant = List.copyOf(dormant);
  }

  /// A schema that never lost a column.
  public TableSchema(
      int projectId,
      int groupId,
      int collectionId,
      String name,
      int version,
      List<ColumnSpec> columns,
      EventConfig config) {
    this(projectId, groupId, collectionId, name, version, columns, config, List.of());
  }

  /// Column by config name or system name, or null.
  public @Nullable ColumnSpec column(String name) {
    for (ColumnSpec column : columns) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    for (ColumnSpec column : SystemColumns.ALL) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    return null;
  }

  /// Position of a column among those of its config, or -1 where there is none of that name.
  public int positionOf(@Nullable String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /// Columns that are computed from dimension tables when somebody asks.
  public List<ColumnSpec> lookups() {
    return columns.stream().filter(ColumnSpec::isLookup).toList();
  }

  /// The same schema with other columns, which have the same ids.
  public TableSchema withColumns(List<ColumnSpec> other) {
    return new TableSchema(
        projectId,
        groupId,
        collectionId,
        name,
        version,
        List.copyOf(other),
        config.withColumns(other),
        dormant);
  }

  /// Whether some column's values are not stored as they come.
  public boolean hasPrivate() {
    return columns.stream().anyMatch(column -> column.privacy() != null);
  }

  /// With the columns that were private when they were removed, as if they were there still: what
  /// is stored of them follows their policies as long as there is any of it. Itself without them.
  public TableSchema withDormantPrivate() {
    List<ColumnSpec> kept = dormant.stream().filter(column -> column.privacy() != null).toList();
    if (kept.isEmpty()) {
      return this;
    }
    List<ColumnSpec> all = new ArrayList<>(columns);
    all.addAll(kept);
    return new TableSchema(projectId, groupId, collectionId, name, version, all, config, dormant);
  }

  /// The column that holds event time, or `_received`.
  public ColumnSpec timeColumn() {
    String time = config.time();
    ColumnSpec column = column(time == null ? "_received" : time);
    if (column == null) {
      throw new IllegalStateException("collection " + name + " has no column " + time);
    }
    return column;
  }

  /// Position of the column that keeps the keys no column reads, or -1.
  public int restPosition() {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).discovery() != null) {
        return i;
      }
    }
    return -1;
  }

  /// Position of each user column by id, for row holders.
  public Map<Integer, Integer> positions() {
    Map<Integer, Integer> positions = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      positions.put(columns.get(i).id(), i);
    }
    return positions;
  }
}
