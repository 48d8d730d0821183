package io.tyto.engine.cache;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.CountedValue;
import io.tyto.model.result.ResultColumn;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// About how many bytes of memory questions and answers take, rather too many than too few. Whoever
/// asks chooses how long their lists and texts are, so that these are counted one by one.
/// Thread-safe: no state.
final class Weight {
  /// An object with a few members, or a small value: a number, an instant.
  private static final int OBJECT = 48;

  private static final int REFERENCE = 8;
  private static final int ANSWER = 1_024;

  private Weight() {}

  static long of(AggregateQuery query) {
    long bytes = OBJECT + text(query.identity()) + text(query.after());
    bytes += filter(query.where()) + having(query.having());
    bytes += all(query.groupBy(), Weight::key) + all(query.measures(), Weight::measure);
    bytes += all(query.orderBy(), Weight::order);
    return bytes + (query.top() == null ? 0 : measure(query.top().by()));
  }

  static long of(AggregateResult answer) {
    long bytes = ANSWER + all(answer.ids(), Weight::text);
    for (List<ResultColumn> columns :
        List.of(
            answer.keys(),
            answer.measures(),
            answer.previous(),
            answer.totals(),
            answer.previousTotals(),
            answer.others(),
            answer.othersMeasures())) {
      bytes += all(columns, Weight::column);
    }
    for (ResultColumn column : answer.othersKeys()) {
      bytes += column == null ? 0 : column(column);
    }
    List<String> cursors = answer.cursors();
    return bytes + (cursors == null ? 0 : all(cursors, Weight::text));
  }

  private static long column(ResultColumn column) {
    if (!(column instanceof ResultColumn.Objects objects)) {
      return OBJECT + (long) (Long.BYTES + 1) * column.size();
    }
    long bytes = OBJECT;
    for (Object value : objects.values()) {
      bytes += REFERENCE + value(value);
    }
    return bytes;
  }

  private static long value(@Nullable Object value) {
    return switch (value) {
      case null -> 0;
      case String text -> text(text);
      case Collection<?> values -> all(values, Weight::value);
      case CountedValue counted -> OBJECT + value(counted.value());
      // A bucket has two dates with the time of day and the zone's offset each.
      case Record _ -> 4 * OBJECT;
      default -> OBJECT;
    };
  }

  private static long text(@Nullable String text) {
    return text == null ? 0 : OBJECT + (long) Character.BYTES * text.length();
  }

  private static <T> long all(Collection<T> values, ToLongFunction<? super T> weight) {
    long bytes = OBJECT;
    for (T value : values) {
      bytes += REFERENCE + weight.applyAsLong(value);
    }
    return bytes;
  }

  private static long filter(@Nullable Filter filter) {
    return switch (filter) {
      case null -> 0;
      case Filter.And(var filters) -> OBJECT + all(filters, Weight::filter);
      case Filter.Or(var filters) -> OBJECT + all(filters, Weight::filter);
      case Filter.Not(var inner) -> OBJECT + filter(inner);
      case Filter.Compare(var column, var _, var value, var _) ->
          OBJECT + text(column) + value(value);
      case Filter.In(var column, var values, var _) -> OBJECT + text(column) + value(values);
      case Filter.Match(var column, var _, var pattern, var _) ->
          OBJECT + text(column) + text(pattern);
      case Filter.IsNull(var column) -> OBJECT + text(column);
      case Filter.HasAll(var column, var values) -> OBJECT + text(column) + value(values);
      case Filter.ListEmpty(var column) -> OBJECT + text(column);
      case Filter.ListLength(var column, var is) -> OBJECT + text(column) + filter(is);
      case Filter.AnyElement(var column, var is) -> OBJECT + text(column) + filter(is);
      case Filter.JsonPath(var column, var path, var _, var is) ->
          OBJECT + text(column) + text(path) + filter(is);
      // Answers that depend on cohorts are not kept.
      case Filter.InCohort _, Filter.Sampled _ -> OBJECT;
    };
  }

  private static long key(GroupKey key) {
    return switch (key) {
      case GroupKey.Bins(var column, var _, var edges) -> OBJECT + text(column) + value(edges);
      case GroupKey.TimeBucket bucket -> 4 * OBJECT + text(bucket.column());
      case GroupKey.Dimension(var column) -> OBJECT + text(column);
    };
  }

  private static long measure(@Nullable Measure measure) {
    return switch (measure) {
      case null -> 0;
      case Measure.Count _ -> OBJECT;
      case Measure.Column(var column, var _) -> OBJECT + text(column);
      case Measure.Quantiles(var column, var qs, var _, var _) -> OBJECT + text(column) + value(qs);
      case Measure.Top(var column, var _) -> OBJECT + text(column);
      case Measure.Only(var of, var where) -> OBJECT + measure(of) + filter(where);
      case Measure.Expr(var of, var where, var per, var perWhere) ->
          OBJECT + measure(of) + filter(where) + measure(per) + filter(perWhere);
    };
  }

  private static long having(@Nullable Having having) {
    return switch (having) {
      case null -> 0;
      case Having.And(var havings) -> OBJECT + all(havings, Weight::having);
      case Having.Or(var havings) -> OBJECT + all(havings, Weight::having);
      case Having.Not(var inner) -> OBJECT + having(inner);
      case Having.Compare(var of, var _, var _) -> OBJECT + measure(of);
      case Having.IsNull(var of) -> OBJECT + measure(of);
    };
  }

  private static long order(AggregateQuery.Order order) {
    return switch (order) {
      case AggregateQuery.Order.ByKey _ -> OBJECT;
      case AggregateQuery.Order.ByMeasure byMeasure -> OBJECT + measure(byMeasure.of());
    };
  }
}
