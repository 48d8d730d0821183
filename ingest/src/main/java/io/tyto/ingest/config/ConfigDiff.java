package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a new version of a config changes, and what follows from it. Comments, blanks and the order
/// of fields are no change. Immutable.
///
/// @param changes every difference, in the order of the config
/// @param keptIds column name -> id of the stored column that it continues; a column without an
///   entry is new to the store
public record ConfigDiff(List<ConfigChange> changes, Map<String, Integer> keptIds) {

  public ConfigDiff {
    changes = List.copyOf(changes);
    keptIds = Map.copyOf(keptIds);
  }

  /// @param stored what the consequences are counted over
  public static ConfigDiff compare(TableSchema current, EventConfig wanted, StoredRows stored) {
    return compare(current, Set.of(), wanted, stored);
  }

  /// @param discovered names of the current columns that no file speaks of
  public static ConfigDiff compare(
      TableSchema current, Set<String> discovered, EventConfig wanted, StoredRows stored) {
    List<ConfigChange> changes = new ArrayList<>();
    HeadChanges.compare(current.config(), wanted, stored, changes);
    ColumnChanges columns = new ColumnChanges(current, discovered, wanted, stored);
    changes.addAll(columns.compare());
    SourceChanges.compare(current, wanted, columns.earlierNames(), changes);
    if (changes.isEmpty() && !content(current.config()).equals(content(wanted))) {
      // Better a change without words than one that is not taken over.
      changes.add(
          new ConfigChange(Verdict.COMPATIBLE, "the config is written otherwise", "holds at once"));
    }
    return new ConfigDiff(changes, columns.keptIds());
  }

  /// What a config says, without the catalog's ids, its comments and the order of its fields.
  private static EventConfig content(EventConfig config) {
    return config
        .withColumns(
            config.columns().stream()
                .map(column -> column.withId(0))
                .sorted(Comparator.comparing(ColumnSpec::name))
                .toList())
        .withText("");
  }

  /// Nothing in it contradicts what is stored.
  public boolean isCompatible() {
    return changes.stream().noneMatch(change -> change.verdict() == Verdict.BREAKING);
  }

  public boolean isUnchanged() {
    return changes.isEmpty();
  }

  /// The names of columns that are new to the store, in the order of the config.
  public List<String> added(EventConfig wanted) {
    return wanted.columns().stream()
        .map(ColumnSpec::name)
        .filter(name -> !keptIds.containsKey(name))
        .toList();
  }
}
