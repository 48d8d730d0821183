package io.tyto.ingest.config;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.util.List;

/// What a new version of a config changes.
///
/// @param added columns that are new, without ids
/// @param differences everything else, one sentence each; while there is one, the change cannot be
///     taken over
public record ConfigDiff(List<ColumnSpec> added, List<String> differences) {

  public ConfigDiff {
    added = List.copyOf(added);
    differences = List.copyOf(differences);
  }

  public static ConfigDiff compare(TableSchema current, EventConfig wanted) {
    throw new UnsupportedOperationException();
  }

  /// Only fields are added, if anything.
  public boolean isCompatible() {
    return differences.isEmpty();
  }

  public boolean isUnchanged() {
    return added.isEmpty() && differences.isEmpty();
  }
}
