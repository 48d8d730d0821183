package io.tyto.engine.plan;

import io.tyto.engine.measure.ValueOrder;
import io.tyto.model.query.Filter;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/// SQL's three-valued logic over plain values: true, false, or null for unknown.
@NullUnmarked // null is a value here like any other
final class ReferenceFilter {
  private ReferenceFilter() {}

  static boolean passes(@Nullable Filter filter, GameTable.Event event) {
    return filter == null || Boolean.TRUE.equals(truth(filter, event));
  }

  private static @Nullable Boolean truth(Filter filter, GameTable.Event event) {
    return switch (filter) {
      case Filter.And(var filters) -> all(filters, event);
      case Filter.Or(var filters) -> {
        Boolean none = all(filters.stream().<Filter>map(Filter.Not::new).toList(), event);
        yield none == null ? null : !none;
      }
      case Filter.Not(Filter inner) -> {
        Boolean truth = truth(inner, event);
        yield truth == null ? null : !truth;
      }
      case Filter.IsNull(String column) -> event.value(column) == null;
      case Filter.ListEmpty(String column) ->
          event.value(column) instanceof List<?> list ? (Boolean) list.isEmpty() : null;
      case Filter.ListLength(String column, Filter.Compare is) ->
          event.value(column) instanceof List<?> list
              ? (Boolean) compares((long) list.size(), is.op(), is.value())
              : null;
      case Filter.InCohort cohort -> throw new IllegalArgumentException("not here: " + cohort);
      case Filter.Sampled sample -> throw new IllegalArgumentException("not here: " + sample);
      case Filter.HasAll(String column, var values) ->
          event.value(column) instanceof List<?> list ? (Boolean) list.containsAll(values) : null;
      case Filter.Compare compare ->
          any(
              event.value(compare.column()),
              value ->
                  compares(
                      folded(value, compare.ignoreCase()),
                      compare.op(),
                      folded(compare.value(), compare.ignoreCase())));
      case Filter.In in ->
          any(
              event.value(in.column()),
              value ->
                  in.values().stream()
                      .anyMatch(each ->
                          compares(
                              folded(value, in.ignoreCase()),
                              Filter.Op.EQ,
                              folded(each, in.ignoreCase()))));
      case Filter.Match match -> any(event.value(match.column()), value -> matches(match, value));
      case Filter.ListLength _, Filter.AnyElement _, Filter.JsonPath _ ->
          throw new IllegalArgumentException("not in the reference: " + filter);
    };
  }

  private static @Nullable Boolean all(List<Filter> filters, GameTable.Event event) {
    Boolean result = true;
    for (Filter filter : filters) {
      Boolean truth = truth(filter, event);
      if (Boolean.FALSE.equals(truth)) {
        return false;
      }
      result = truth == null ? null : result;
    }
    return result;
  }

  private static @Nullable Boolean any(@Nullable Object value, Predicate<Object> test) {
    if (value instanceof List<?> list) {
      return list.stream().anyMatch(element -> element != null && test.test(element));
    }
    return value == null ? null : (Boolean) test.test(value);
  }

  private static Object folded(Object value, boolean ignoreCase) {
    return ignoreCase ? ((String) value).toLowerCase(Locale.ROOT) : value;
  }

  private static boolean compares(Object left, Filter.Op op, Object right) {
    int order = ValueOrder.compare(left, right);
    return switch (op) {
      case EQ -> order == 0;
      case NE -> order != 0;
      case LT -> order < 0;
      case LTE -> order <= 0;
      case GT -> order > 0;
      case GTE -> order >= 0;
    };
  }

  private static boolean matches(Filter.Match match, Object value) {
    String text = (String) folded(value, match.ignoreCase());
    String pattern = (String) folded(match.pattern(), match.ignoreCase());
    return switch (match.kind()) {
      case STARTS_WITH -> text.startsWith(pattern);
      case ENDS_WITH -> text.endsWith(pattern);
      case CONTAINS -> text.contains(pattern);
      case LIKE ->
          Pattern.compile(pattern.replace("%", ".*").replace("_", "."), Pattern.DOTALL)
              .matcher(text)
              .matches();
      case REGEX -> Pattern.compile(pattern).matcher(text).find();
    };
  }
}
