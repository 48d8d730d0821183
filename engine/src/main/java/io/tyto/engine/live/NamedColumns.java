package io.tyto.engine.live;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The columns that a question names, by collection: its own, and those of the cohorts that it
/// filters by. Not thread-safe; one a question.
final class NamedColumns {
  private final Map<String, Set<String>> byCollection = new HashMap<>();

  private NamedColumns() {}

  static Map<String, Set<String>> of(AggregateQuery query) {
    NamedColumns named = new NamedColumns();
    Set<String> own = named.in(query.collection());
    named.addFilter(own, query.where());
    for (GroupKey key : query.groupBy()) {
      own.add(key.column());
    }
    for (Measure measure : query.measures()) {
      named.addMeasure(own, measure);
    }
    named.addHaving(own, query.having());
    for (AggregateQuery.Order order : query.orderBy()) {
      if (order instanceof AggregateQuery.Order.ByMeasure byMeasure) {
        named.addMeasure(own, byMeasure.of());
      }
    }
    AggregateQuery.TopGroups top = query.top();
    named.addMeasure(own, top == null ? null : top.by());
    return named.byCollection;
  }

  static Map<String, Set<String>> of(EventsQuery query) {
    NamedColumns named = new NamedColumns();
    Set<String> own = named.in(query.collection());
    own.addAll(query.columns());
    named.addFilter(own, query.where());
    return named.byCollection;
  }

  private Set<String> in(String collection) {
    return byCollection.computeIfAbsent(collection, _ -> new HashSet<>());
  }

  /// Filters within leaves are over one value, and name no column.
  private void addFilter(Set<String> columns, @Nullable Filter filter) {
    switch (filter) {
      case null -> {}
      case Filter.And(var filters) -> filters.forEach(each -> addFilter(columns, each));
      case Filter.Or(var filters) -> filters.forEach(each -> addFilter(columns, each));
      case Filter.Not(var inner) -> addFilter(columns, inner);
      case Filter.Compare compare -> columns.add(compare.column());
      case Filter.In in -> columns.add(in.column());
      case Filter.Match match -> columns.add(match.column());
      case Filter.IsNull isNull -> columns.add(isNull.column());
      case Filter.HasAll hasAll -> columns.add(hasAll.column());
      case Filter.ListEmpty isEmpty -> columns.add(isEmpty.column());
      case Filter.ListLength length -> columns.add(length.column());
      case Filter.AnyElement any -> columns.add(any.column());
      case Filter.JsonPath path -> columns.add(path.column());
      case Filter.InCohort in -> addCohort(in.cohort());
      case Filter.Sampled _ -> {}
    }
  }

  private void addCohort(Cohort cohort) {
    for (Cohort.Did did : cohort.leaves()) {
      EventFilter event = did.event();
      addFilter(in(event.collection()), event.where());
    }
  }

  private void addMeasure(Set<String> columns, @Nullable Measure measure) {
    switch (measure) {
      case null -> {}
      case Measure.Count _ -> {}
      case Measure.Column column -> columns.add(column.column());
      case Measure.Quantiles quantiles -> columns.add(quantiles.column());
      case Measure.Top top -> columns.add(top.column());
      case Measure.Only(var of, var where) -> {
        addMeasure(columns, of);
        addFilter(columns, where);
      }
      case Measure.Expr(var of, var where, var per, var perWhere) -> {
        addMeasure(columns, of);
        addFilter(columns, where);
        addMeasure(columns, per);
        addFilter(columns, perWhere);
      }
    }
  }

  private void addHaving(Set<String> columns, @Nullable Having having) {
    switch (having) {
      case null -> {}
      case Having.And(var havings) -> havings.forEach(each -> addHaving(columns, each));
      case Having.Or(var havings) -> havings.forEach(each -> addHaving(columns, each));
      case Having.Not(var inner) -> addHaving(columns, inner);
      case Having.Compare compare -> addMeasure(columns, compare.of());
      case Having.IsNull isNull -> addMeasure(columns, isNull.of());
    }
  }
}
