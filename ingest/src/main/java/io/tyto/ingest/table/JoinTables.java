package io.tyto.ingest.table;

import org.jspecify.annotations.Nullable;

/// The dimension tables that events are joined with. Thread-safe.
@FunctionalInterface
public interface JoinTables {
  /// There are none: joined columns stay null.
  JoinTables NONE = _ -> null;

  /// Null where there is no such table.
  @Nullable TableVersions named(String table);
}
