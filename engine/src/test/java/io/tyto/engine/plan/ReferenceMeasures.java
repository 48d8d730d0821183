package io.tyto.engine.plan;

import io.tyto.engine.measure.Cells;
import io.tyto.engine.measure.ValueOrder;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.result.CountedValue;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/// Measures over plain rows, one value at a time.
@NullUnmarked // null is a value here like any other
final class ReferenceMeasures {
  private final TableSchema schema;

  ReferenceMeasures(TableSchema schema) {
    this.schema = schema;
  }

  @Nullable Object value(Measure measure, List<GameTable.Event> rows) {
    return switch (measure) {
      case Measure.Count _ -> (long) rows.size();
      case Measure.Column(String column, Measure.Function function) ->
          value(column, function, rows);
      case Measure.Quantiles quantiles -> quantiles(quantiles, rows);
      case Measure.Top top -> top(top, rows);
      case Measure.Only(Measure of, Filter where) -> value(of, meeting(where, rows));
      case Measure.Expr expr -> ratio(expr, rows);
    };
  }

  private static List<GameTable.Event> meeting(@Nullable Filter where, List<GameTable.Event> rows) {
    return rows.stream().filter(row -> ReferenceFilter.passes(where, row)).toList();
  }

  private @Nullable Object ratio(Measure.Expr expr, List<GameTable.Event> rows) {
    double of = Cells.numberOf(value(expr.of(), meeting(expr.where(), rows)));
    Measure per = expr.per();
    double divisor = per == null ? 1 : Cells.numberOf(value(per, meeting(expr.perWhere(), rows)));
    return Double.isNaN(of) || Double.isNaN(divisor) || divisor == 0 ? null : of / divisor;
  }

  /// The non-null values of a column; the elements of a list.
  private static List<Object> values(String column, List<GameTable.Event> rows) {
    List<Object> values = new ArrayList<>();
    for (GameTable.Event row : rows) {
      Object value = row.value(column);
      List<?> elements = value instanceof List<?> list ? list : listOf(value);
      elements.stream().filter(element -> element != null).forEach(values::add);
    }
    return values;
  }

  private static List<?> listOf(@Nullable Object value) {
    return value == null ? List.of() : List.of(value);
  }

  private @Nullable Object value(
      String column, Measure.Function function, List<GameTable.Event> rows) {
    List<Object> values = values(column, rows);
    return switch (function) {
      case COUNT -> (long) values.size();
      case COUNT_DISTINCT, COUNT_DISTINCT_EXACT -> {
        TreeSet<Object> distinct = new TreeSet<>(ValueOrder::compare);
        distinct.addAll(values);
        yield (long) distinct.size();
      }
      case SUM -> values.isEmpty() ? null : sum(column, values);
      case SUM_EXACT -> values.isEmpty() ? null : exactSum(values);
      case AVG ->
          values.isEmpty() ? null : (Object) (exactSum(values).doubleValue() / values.size());
      case MIN -> values.stream().min(ValueOrder::compare).orElse(null);
      case MAX -> values.stream().max(ValueOrder::compare).orElse(null);
      case STDDEV -> stddev(values);
      case FIRST -> extreme(column, rows, byTime());
      case LAST -> extreme(column, rows, byTimeDescending());
    };
  }

  private Object sum(String column, List<Object> values) {
    ColumnType.Scalar type = schema.column(column).type().element();
    BigDecimal sum = exactSum(values);
    return type instanceof ColumnType.LongType ? (Object) sum.longValueExact() : sum.doubleValue();
  }

  private static BigDecimal exactSum(List<Object> values) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Object value : values) {
      sum =
          sum.add(
              switch (value) {
                case BigDecimal decimal -> decimal;
                case Long number -> BigDecimal.valueOf(number);
                default -> new BigDecimal((Double) value);
              });
    }
    return sum;
  }

  private static @Nullable Object stddev(List<Object> values) {
    if (values.size() < 2) {
      return null;
    }
    double mean = exactSum(values).doubleValue() / values.size();
    double squares = 0;
    for (Object value : values) {
      double distance = ((Number) value).doubleValue() - mean;
      squares += distance * distance;
    }
    return Math.sqrt(squares / (values.size() - 1));
  }

  private Comparator<GameTable.Event> byTime() {
    return Comparator.<GameTable.Event, Instant>comparing(this::time).thenComparing(identity());
  }

  private Comparator<GameTable.Event> byTimeDescending() {
    return byTime().reversed();
  }

  private Instant time(GameTable.Event row) {
    return GameTable.instant(row.value(schema.timeColumn().name()));
  }

  static Comparator<GameTable.Event> identity() {
    return Comparator.comparingInt(GameTable.Event::partition)
        .thenComparing(GameTable.Event::logId)
        .thenComparingLong(GameTable.Event::offset);
  }

  private @Nullable Object extreme(
      String column, List<GameTable.Event> rows, Comparator<GameTable.Event> order) {
    return rows.stream()
        .filter(row -> row.value(column) != null && time(row) != null)
        .min(order)
        .map(row -> row.value(column))
        .orElse(null);
  }

  private static Object quantiles(Measure.Quantiles quantiles, List<GameTable.Event> rows) {
    List<Object> values = new ArrayList<>(values(quantiles.column(), rows));
    values.sort(ValueOrder::compare);
    List<@Nullable Object> results = new ArrayList<>();
    for (double q : quantiles.qs()) {
      results.add(values.isEmpty() ? null : (Object) quantile(values, q, quantiles.method()));
    }
    return results;
  }

  private static double quantile(List<Object> sorted, double q, Measure.QuantileMethod method) {
    int n = sorted.size();
    if (method == Measure.QuantileMethod.DISCRETE) {
      return number(sorted, Math.max(0, (int) Math.ceil(q * n) - 1));
    }
    double at = q * (n - 1);
    int below = (int) at;
    double low = number(sorted, below);
    return below + 1 >= n ? low : low + (number(sorted, below + 1) - low) * (at - below);
  }

  private static double number(List<Object> sorted, int index) {
    return ((Number) sorted.get(index)).doubleValue();
  }

  private static Object top(Measure.Top top, List<GameTable.Event> rows) {
    Map<Object, Long> counts = new HashMap<>();
    values(top.column(), rows).forEach(value -> counts.merge(value, 1L, Long::sum));
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<Object, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey(ValueOrder::compare)))
        .limit(top.n())
        .map(entry -> new CountedValue(entry.getKey(), entry.getValue(), 0))
        .toList();
  }
}
