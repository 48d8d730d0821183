package io.tyto.model.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which columns only the owner of a partition can fill, in the order in which it takes rows in.
/// Thread-safe: no state.
public final class AppendedColumns {
  private AppendedColumns() {}

  /// Whether a schema has such columns.
  public static boolean in(List<ColumnSpec> columns) {
    return columns.stream().anyMatch(ColumnSpec::isAppended);
  }

  /// Names of the columns that are {@link ColumnSpec#isAppended}, and of those derived from them at
  /// whatever remove.
  public static Set<String> names(List<ColumnSpec> columns) {
    Set<String> names = new HashSet<>();
    for (ColumnSpec column : columns) {
      if (column.isAppended()) {
        names.add(column.name());
      }
    }
    if (!names.isEmpty()) {
      derived(columns, names).forEach(column -> names.add(column.name()));
    }
    return names;
  }

  /// Names of the columns whose stored values may change, as joins with other collections are made
  /// again, and of those derived from them. Nothing that is kept apart from the rows may rest on
  /// them.
  public static Set<String> changing(List<ColumnSpec> columns) {
    Set<String> names = new HashSet<>();
    for (ColumnSpec column : columns) {
      if (column.isJoinedWithEvents()) {
        names.add(column.name());
      }
    }
    if (!names.isEmpty()) {
      derived(columns, names).forEach(column -> names.add(column.name()));
    }
    return names;
  }

  /// The columns that are derived from such ones and stored, in the order in which they are to be
  /// computed.
  public static List<ColumnSpec> derived(List<ColumnSpec> columns) {
    Set<String> names = new HashSet<>();
    for (ColumnSpec column : columns) {
      if (column.isAppended()) {
        names.add(column.name());
      }
    }
    return names.isEmpty() ? List.of() : derived(columns, names);
  }

  /// A derived column uses only derived ones that stand before it.
  private static List<ColumnSpec> derived(List<ColumnSpec> columns, Set<String> appended) {
    Set<String> known = new HashSet<>(appended);
    List<ColumnSpec> derived = new ArrayList<>();
    for (ColumnSpec column : columns) {
      boolean isDerived =
          column.derive() != null
              && !column.isLookup()
              && column.derive().columns().stream().anyMatch(known::contains);
      if (isDerived) {
        known.add(column.name());
        derived.add(column);
      }
    }
    return derived;
  }
}
