package io.tyto.engine.plan;

import io.tyto.model.query.Filter;
import io.tyto.model.schema.SystemColumns;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which columns a filter looks at.
final class FilterColumns {
  private FilterColumns() {}

  static Set<String> of(Filter filter) {
    Set<String> columns = new HashSet<>();
    add(List.of(filter), columns);
    return columns;
  }

  private static void add(List<Filter> filters, Set<String> columns) {
    for (Filter filter : filters) {
      switch (filter) {
        case Filter.And(var inner) -> add(inner, columns);
        case Filter.Or(var inner) -> add(inner, columns);
        case Filter.Not(var inner) -> add(List.of(inner), columns);
        case Filter.Compare leaf -> columns.add(leaf.column());
        case Filter.In leaf -> columns.add(leaf.column());
        case Filter.Match leaf -> columns.add(leaf.column());
        case Filter.IsNull leaf -> columns.add(leaf.column());
        case Filter.HasAll leaf -> columns.add(leaf.column());
        case Filter.ListEmpty leaf -> columns.add(leaf.column());
        case Filter.ListLength leaf -> columns.add(leaf.column());
        case Filter.AnyElement leaf -> columns.add(leaf.column());
        case Filter.JsonPath leaf -> columns.add(leaf.column());
        case Filter.InCohort _ -> columns.add(SystemColumns.ENTITY_NAME);
        case Filter.Sampled _ -> columns.add(SystemColumns.OFFSET_NAME);
      }
    }
  }
}
