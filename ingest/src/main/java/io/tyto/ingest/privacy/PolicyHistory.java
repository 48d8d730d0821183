package io.tyto.ingest.privacy;

import io.tyto.engine.row.Row;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.TableSchema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The policies of a collection in all versions of its config. Immutable and thread-safe.
public final class PolicyHistory {
  /// By version, the last policy of every column there had been by then.
  private final SortedMap<Integer, Map<Integer, Optional<Privacy>>> policies = new TreeMap<>();

  private final int changedAt;

  /// @param versions ascending, with the ids of their columns
  public PolicyHistory(List<TableSchema> versions) {
    int changed = 0;
    Map<Integer, Optional<Privacy>> before = Map.of();
    for (TableSchema version : versions) {
      Map<Integer, Optional<Privacy>> now = new HashMap<>(before);
      for (ColumnSpec column : version.columns()) {
        Optional<Privacy> policy = Optional.ofNullable(column.privacy());
        Optional<Privacy> known = now.put(column.id(), policy);
        // A private column that is new may follow another of which values are stored.
        if (!policies.isEmpty() && policy.isPresent() && !policy.equals(known)) {
          changed = version.version();
        }
      }
      policies.put(version.version(), Map.copyOf(now));
      before = now;
    }
    changedAt = changed;
  }

  /// The version of the last change; 0 where no policy was changed since the first.
  public int changedAt() {
    return changedAt;
  }

  /// The policy under which the newest values of a column are stored; null: none.
  public @Nullable Privacy of(int columnId) {
    return at(Integer.MAX_VALUE).getOrDefault(columnId, Optional.empty()).orElse(null);
  }

  /// The rows as the policies of a schema leave them.
  public RowSource current(RowSource rows, TableSchema schema, KeyFile keys) {
    if (rows.schemaVersion() >= changedAt || rows.schemaVersion() >= schema.version()) {
      return rows;
    }
    PrivacyChange change = changeFrom(rows.schemaVersion(), schema, keys);
    return change.isNone() ? rows : new PrivateRows(rows, change);
  }

  /// Brings a row of an older version over.
  public void bringOver(Row row, int version, TableSchema schema, KeyFile keys) {
    if (version < changedAt && version < schema.version()) {
      changeFrom(version, schema, keys).apply(row);
    }
  }

  private PrivacyChange changeFrom(int version, TableSchema schema, KeyFile keys) {
    return PrivacyChange.of(at(version), schema, keys);
  }

  private Map<Integer, Optional<Privacy>> at(int version) {
    Map<Integer, Optional<Privacy>> last = Map.of();
    for (Map<Integer, Optional<Privacy>> one : policies.headMap(version).values()) {
      last = one;
    }
    return policies.getOrDefault(version, last);
  }
}
