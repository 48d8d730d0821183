package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.CollectionPlan;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.DimensionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What new versions of the configs of dimension tables change. Thread-safe: no state.
///
/// A field keeps its type for ever, and none goes: every version of every collection that was ever
/// joined with the table must still be readable, and its columns have the types of the fields.
public final class TableChanges {
  private static final String ANOTHER = "; describe another table, and join that";

  private TableChanges() {}

  /// @param standing the tables as they are, by name
  public static List<CollectionPlan> plans(
      List<DimensionTable> wanted, Map<String, DimensionTable> standing) {
    return wanted.stream().map(table -> plan(table, standing.get(table.name()))).toList();
  }

  private static CollectionPlan plan(DimensionTable wanted, @Nullable DimensionTable before) {
    String name = "table " + wanted.name();
    if (before == null) {
      return new CollectionPlan(
          name,
          0,
          1,
          List.of(
              new ConfigChange(
                  Verdict.COMPATIBLE,
                  "new dimension table",
                  "%d fields from %s; loaded before a collection is joined with it"
                      .formatted(wanted.columns().size(), wanted.origin().shown()))));
    }
    List<ConfigChange> changes = new ArrayList<>();
    Comparison<DimensionTable> whole = new Comparison<>("", before, wanted, changes);
    whole.breaking("key", DimensionTable::key, "versions that are kept have another" + ANOTHER);
    for (ColumnSpec column : before.columns()) {
      ColumnSpec after = wanted.column(column.name());
      if (after == null) {
        changes.add(
            new ConfigChange(
                Verdict.BREAKING,
                "fields.%s: removed".formatted(column.name()),
                "collections may take it; leave it in, it may be null" + ANOTHER));
      } else if (!after.type().equals(column.type())) {
        changes.add(
            new ConfigChange(
                Verdict.BREAKING,
                "fields.%s.type: %s becomes %s"
                    .formatted(column.name(), column.type(), after.type()),
                "collections have columns of its type; add a field of another name"));
      }
    }
    if (changes.isEmpty() && !before.text().equals(wanted.text())) {
      changes.add(
          new ConfigChange(
              Verdict.COMPATIBLE, "the config changes", "holds for loads from now on"));
    }
    return new CollectionPlan(name, 1, changes.isEmpty() ? 1 : 2, changes);
  }
}
