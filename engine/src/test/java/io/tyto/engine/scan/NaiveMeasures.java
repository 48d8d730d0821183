package io.tyto.engine.scan;

import io.tyto.model.query.Measure;
import io.tyto.model.result.CountedValue;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Computes measures over lists of rows, straight from the definition.
public final class NaiveMeasures {
  private final TestTable table;

  public NaiveMeasures(TestTable table) {
    this.table = table;
  }

  /// A row of a group; its place is where it stands in the table.
  public record Member(int place, @Nullable Object[] row) {
    long offset() {
      return (Long) Objects.requireNonNull(row[1]);
    }
  }

  public @Nullable Object value(Measure measure, List<Member> members) {
    return switch (measure) {
      case Measure.Count _ -> (long) members.size();
      case Measure.Column column -> column(column, members);
      case Measure.Quantiles quantiles -> quantiles(quantiles, members);
      case Measure.Top top -> top(top, members);
      case Measure.Only _, Measure.Expr _ -> throw new IllegalArgumentException();
    };
  }

  private List<Object> values(String name, List<Member> members) {
    ColumnSpec column = table.column(name);
    List<Object> values = new ArrayList<>();
    for (Member member : members) {
      Object cell = member.row[table.position(name)];
      for (Object value : cell instanceof List<?> list ? list : Collections.singletonList(cell)) {
        if (value != null) {
          values.add(NaiveFilter.logical(column.type().element(), value));
        }
      }
    }
    return values;
  }

  private @Nullable Object column(Measure.Column measure, List<Member> members) {
    ColumnType.Scalar type = table.column(measure.column()).type().element();
    List<Object> values = values(measure.column(), members);
    Comparator<Object> order = (left, right) -> NaiveFilter.compare(type, left, right, false);
    return switch (measure.function()) {
      case COUNT -> (long) values.size();
      case COUNT_DISTINCT, COUNT_DISTINCT_EXACT -> distinct(type, values);
      case SUM ->
          values.isEmpty()
              ? null
              : type.equals(ColumnType.INT) || type.equals(ColumnType.LONG)
                  ? (Object) sum(values).longValueExact()
                  : (Object) sum(values).doubleValue();
      case SUM_EXACT -> values.isEmpty() ? null : sum(values);
      case AVG ->
          values.isEmpty()
              ? null
              : (Object)
                  sum(values)
                      .divide(BigDecimal.valueOf(values.size()), MathContext.DECIMAL128)
                      .doubleValue();
      case MIN -> values.isEmpty() ? null : Collections.min(values, order);
      case MAX -> values.isEmpty() ? null : Collections.max(values, order);
      case STDDEV -> stddev(values);
      case FIRST -> edge(measure.column(), members, false);
      case LAST -> edge(measure.column(), members, true);
    };
  }

  private static long distinct(ColumnType.Scalar type, List<Object> values) {
    List<Object> sorted = new ArrayList<>(values);
    sorted.sort((left, right) -> NaiveFilter.compare(type, left, right, false));
    long distinct = 0;
    for (int i = 0; i < sorted.size(); i++) {
      distinct +=
          i == 0 || NaiveFilter.compare(type, sorted.get(i - 1), sorted.get(i), false) != 0 ? 1 : 0;
    }
    return distinct;
  }

  private static BigDecimal decimal(Object value) {
    return value instanceof BigDecimal decimal ? decimal : new BigDecimal(value.toString());
  }

  private static BigDecimal sum(List<Object> values) {
    return values.stream().map(NaiveMeasures::decimal).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static @Nullable Object stddev(List<Object> values) {
    if (values.size() < 2) {
      return null;
    }
    BigDecimal mean = sum(values).divide(BigDecimal.valueOf(values.size()), MathContext.DECIMAL128);
    BigDecimal squares = BigDecimal.ZERO;
    for (Object value : values) {
      BigDecimal delta = decimal(value).subtract(mean);
      squares = squares.add(delta.multiply(delta));
    }
    return squares
        .divide(BigDecimal.valueOf(values.size() - 1), MathContext.DECIMAL128)
        .sqrt(MathContext.DECIMAL64)
        .doubleValue();
  }

  /// Ascending by time, then by identity.
  private int compareRows(Member left, Member right) {
    Instant leftTime = time(left);
    Instant rightTime = time(right);
    int order = leftTime.compareTo(rightTime);
    if (order == 0) {
      order = compareIdentity(left, right);
    }
    return order;
  }

  public int compareIdentity(Member left, Member right) {
    int order =
        Integer.compare(
            table.sources.get(table.places.get(left.place)[0]).partition(),
            table.sources.get(table.places.get(right.place)[0]).partition());
    if (order == 0) {
      order = Arrays.compareUnsigned((byte[]) left.row[0], (byte[]) right.row[0]);
    }
    return order == 0 ? Long.compare(left.offset(), right.offset()) : order;
  }

  private Instant time(Member member) {
    Object value = NaiveFilter.logical(ColumnType.TIMESTAMP, member.row[table.position("ts")]);
    return value == null ? Instant.MIN : (Instant) value;
  }

  private @Nullable Object edge(String column, List<Member> members, boolean isLast) {
    List<Member> timed = new ArrayList<>();
    for (Member member : members) {
      if (member.row[table.position("ts")] != null && !values(column, List.of(member)).isEmpty()) {
        timed.add(member);
      }
    }
    if (timed.isEmpty()) {
      return null;
    }
    Member best =
        isLast
            ? Collections.max(timed, this::compareRows)
            : Collections.min(timed, this::compareRows);
    List<Object> values = values(column, List.of(best));
    return isLast ? values.getLast() : values.getFirst();
  }

  private List<@Nullable Double> quantiles(Measure.Quantiles measure, List<Member> members) {
    List<Double> sorted =
        values(measure.column(), members).stream()
            .map(v -> ((Number) v).doubleValue())
            .sorted()
            .toList();
    List<@Nullable Double> result = new ArrayList<>();
    for (double q : measure.qs()) {
      if (sorted.isEmpty()) {
        result.add(null);
      } else if (!measure.exact()) {
        result.add(sorted.get((int) (q * (sorted.size() - 1))));
      } else if (measure.method() == Measure.QuantileMethod.DISCRETE) {
        int rank = Math.max(1, (int) Math.ceil(q * sorted.size()));
        result.add(sorted.get(rank - 1));
      } else {
        double rank = q * (sorted.size() - 1);
        int below = (int) rank;
        int above = Math.min(below + 1, sorted.size() - 1);
        result.add(sorted.get(below) + (sorted.get(above) - sorted.get(below)) * (rank - below));
      }
    }
    return result;
  }

  private List<CountedValue> top(Measure.Top measure, List<Member> members) {
    ColumnType.Scalar type = table.column(measure.column()).type().element();
    Map<Object, Long> counts = new LinkedHashMap<>();
    for (Object value : values(measure.column(), members)) {
      counts.merge(value, 1L, Long::sum);
    }
    return counts.entrySet().stream()
        .map(e -> new CountedValue(e.getKey(), e.getValue(), 0))
        .sorted(
            Comparator.comparingLong((CountedValue v) -> -v.count())
                .thenComparing(
                    CountedValue::value,
                    (left, right) -> NaiveFilter.compare(type, left, right, false)))
        .limit(measure.n())
        .toList();
  }

  /// Measures that make sense for a column.
  public static boolean isNumber(ColumnType.Scalar type) {
    return switch (type) {
      case ColumnType.IntType _,
          ColumnType.LongType _,
          ColumnType.DoubleType _,
          ColumnType.DecimalType _ ->
          true;
      case ColumnType.BoolType _,
          ColumnType.StringType _,
          ColumnType.TimestampType _,
          ColumnType.DateType _,
          ColumnType.UuidType _,
          ColumnType.IpType _,
          ColumnType.JsonType _ ->
          false;
    };
  }
}
