package io.tyto.ingest.config;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.text.Suggestion;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The section `fields` after reading: what other sections may refer to.
///
/// @param columns those that could be read, in the order of the file
/// @param broken names of those that could not; a reference to one of them is no problem of its own
/// @param running measures of the columns that states fill
record Fields(List<ColumnSpec> columns, Set<String> broken, List<Lifetime.Measure> running) {
  /// Fields of which no state fills one.
  Fields(List<ColumnSpec> columns, Set<String> broken) {
    this(columns, broken, List.of());
  }

  @Nullable ColumnSpec column(String name) {
    for (ColumnSpec column : columns) {
      if (column.name().equals(name)) {
        return column;
      }
    }
    return null;
  }

  boolean has(String name) {
    return column(name) != null || broken.contains(name);
  }

  /// ` (did you mean 'x'?)`, or nothing.
  String didYouMean(String name) {
    Set<String> names = new TreeSet<>(broken);
    columns.forEach(column -> names.add(column.name()));
    return Suggestion.didYouMean(name, names);
  }
}
