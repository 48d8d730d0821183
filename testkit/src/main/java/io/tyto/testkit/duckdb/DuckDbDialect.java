package io.tyto.testkit.duckdb;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Spells queries in DuckDB's SQL over a table `t`. Thread-safe.
///
/// Left out (no SQL): windows, gap fill, top, comparison, limits, first and last, approximate
/// measures, buckets whose start is not a plain truncation of local time.
public final class DuckDbDialect {
  private final TableSchema schema;

  public DuckDbDialect(TableSchema schema) {
    this.schema = schema;
  }

  /// One row a group: its keys (time buckets as local timestamps, bins as `[from, to]`), then its
  /// measures; rows in no order.
  public Optional<String> select(AggregateQuery query) {
    try {
      return Optional.of(translate(query));
    } catch (NoSql _) {
      return Optional.empty();
    }
  }

  private static final class NoSql extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSql() {
      super("no SQL", null, false, false);
    }
  }

  private String translate(AggregateQuery query) {
    List<String> cells = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    StringBuilder from = new StringBuilder("t");
    for (int i = 0; i < query.groupBy().size(); i++) {
      GroupKey key = query.groupBy().get(i);
      String column = name(key.column());
      if (spec(key.column()).type().isList()) {
        // unnest in a lateral join drops rows without elements, as grouping by a list does.
        from.append(", (select unnest(t.").append(column).append(") as x").append(i).append(")");
        column = "x" + i;
      } else {
        column = "t." + column;
      }
      String cell = key(key, column);
      cells.add(cell);
      groups.add(String.valueOf(i + 1));
    }
    for (Measure measure : query.measures()) {
      cells.add(measure(measure, null));
    }
    StringBuilder sql = new StringBuilder("select ").append(String.join(", ", cells));
    sql.append(" from ").append(from).append(" where ").append(range(query));
    if (query.where() != null) {
      sql.append(" and ").append(filter(query.where()));
    }
    if (!groups.isEmpty()) {
      sql.append(" group by ").append(String.join(", ", groups));
    }
    if (query.having() != null) {
      sql.append(" having ").append(having(query.having()));
    }
    return sql.toString();
  }

  private String range(AggregateQuery query) {
    String time = schema.config().time();
    if (time == null) {
      throw new NoSql();
    }
    List<String> bounds = new ArrayList<>(List.of("true"));
    Instant from = query.range().from();
    Instant to = query.range().to();
    if (from != null) {
      bounds.add("t." + name(time) + " >= " + literal(from));
    }
    if (to != null) {
      bounds.add("t." + name(time) + " < " + literal(to));
    }
    return "(" + String.join(" and ", bounds) + ")";
  }

  // ---- keys ------------------------------------------------------------------------------------

  private String key(GroupKey key, String column) {
    return switch (key) {
      case GroupKey.Dimension _ -> column;
      case GroupKey.Bins bins -> bin(bins, column);
      case GroupKey.TimeBucket bucket -> bucket(bucket, column);
    };
  }

  private static String bin(GroupKey.Bins bins, String column) {
    String value = "cast(" + column + " as double)";
    Double width = bins.width();
    if (width != null) {
      String index = "floor(" + value + " / " + width + ")";
      return "case when %s is null then null else [%s * %s, (%s + 1) * %s] end"
          .formatted(column, index, width, index, width);
    }
    StringBuilder sql = new StringBuilder("case when " + column + " is null then null");
    List<Double> edges = bins.edges();
    for (int i = 0; i < edges.size(); i++) {
      String from = i == 0 ? "null" : edges.get(i - 1) + "::double";
      sql.append(
          " when %s < %s then [%s, %s::double]".formatted(value, edges.get(i), from, edges.get(i)));
    }
    return sql.append(" else [%s::double, null] end".formatted(edges.getLast())).toString();
  }

  private String bucket(GroupKey.TimeBucket bucket, String column) {
    boolean isPlain =
        bucket.every() == 1
            && bucket.offset() == null
            && bucket.window() == null
            && !bucket.cumulative()
            && bucket.fill() == GroupKey.GapFill.NONE;
    boolean isDate = spec(bucket.column()).type() instanceof ColumnType.DateType;
    boolean isFine = bucket.granularity().ordinal() <= GroupKey.Granularity.HOUR.ordinal();
    boolean isFixedZone = bucket.zone().getRules().isFixedOffset();
    if (!isPlain
        || isDate && isFine
        || isFine && !isFixedZone
        || bucket.granularity() == GroupKey.Granularity.ALL) {
      throw new NoSql();
    }
    String local =
        isDate
            ? "cast(" + column + " as timestamp)"
            : "timezone('%s', timezone('UTC', %s))".formatted(bucket.zone(), column);
    if (bucket.granularity() == GroupKey.Granularity.WEEK) {
      int shift = bucket.weekStart().getValue() - 1;
      return "cast(date_trunc('week', %s - interval %d day) + interval %d day as timestamp)"
          .formatted(local, shift, shift);
    }
    return "cast(date_trunc('%s', %s) as timestamp)".formatted(bucket.granularity(), local);
  }

  /// What {@link #select} calls a time bucket's start.
  public static LocalDateTime local(Instant start, ZoneId zone) {
    return LocalDateTime.ofInstant(start, zone);
  }

  // ---- measures --------------------------------------------------------------------------------

  private String measure(Measure measure, @Nullable Filter where) {
    return switch (measure) {
      case Measure.Count _ -> "count(*)" + only(where);
      case Measure.Column column -> function(column, where);
      case Measure.Quantiles quantiles -> quantiles(quantiles, where);
      case Measure.Top _ -> throw new NoSql();
      case Measure.Only only -> measure(only.of(), and(where, only.where()));
      case Measure.Expr expr -> expression(expr, where);
    };
  }

  private String expression(Measure.Expr expr, @Nullable Filter where) {
    String of = "cast(" + measure(expr.of(), and(where, expr.where())) + " as double)";
    Measure per = expr.per();
    return per == null
        ? of
        : "(%s / nullif(cast(%s as double), 0))"
            .formatted(of, measure(per, and(where, expr.perWhere())));
  }

  private static @Nullable Filter and(@Nullable Filter left, @Nullable Filter right) {
    return left == null ? right : right == null ? left : new Filter.And(List.of(left, right));
  }

  private String only(@Nullable Filter where) {
    return where == null ? "" : " filter (where " + filter(where) + ")";
  }

  private String function(Measure.Column measure, @Nullable Filter where) {
    ColumnType type = spec(measure.column()).type();
    if (type.isList()) {
      throw new NoSql();
    }
    String column = "t." + name(measure.column());
    boolean isText = type instanceof ColumnType.IpType;
    String only = only(where);
    return switch (measure.function()) {
      case COUNT -> "count(" + column + ")" + only;
      case COUNT_DISTINCT_EXACT -> "count(distinct " + column + ")" + only;
      case SUM ->
          type instanceof ColumnType.DecimalType
              ? "cast(sum(" + column + ")" + only + " as double)"
              : "sum(" + column + ")" + only;
      case SUM_EXACT -> {
        if (type instanceof ColumnType.DoubleType) {
          throw new NoSql();
        }
        yield "sum(" + column + ")" + only;
      }
      case AVG -> "avg(" + column + ")" + only;
      case STDDEV -> "stddev_samp(cast(" + column + " as double))" + only;
      case MIN, MAX -> {
        if (isText) {
          throw new NoSql();
        }
        yield measure.function().name().toLowerCase(java.util.Locale.ROOT)
            + "("
            + column
            + ")"
            + only;
      }
      case FIRST, LAST, COUNT_DISTINCT -> throw new NoSql();
    };
  }

  private String quantiles(Measure.Quantiles measure, @Nullable Filter where) {
    if (!measure.exact() || spec(measure.column()).type().isList()) {
      throw new NoSql();
    }
    String function =
        measure.method() == Measure.QuantileMethod.LINEAR ? "quantile_cont" : "quantile_disc";
    return "%s(cast(t.%s as double), %s)%s"
        .formatted(function, name(measure.column()), measure.qs(), only(where));
  }

  private String having(Having having) {
    return switch (having) {
      case Having.And and -> havings(and.havings(), " and ", "true");
      case Having.Or or -> havings(or.havings(), " or ", "false");
      case Having.Not not -> "(not " + having(not.having()) + ")";
      case Having.Compare compare ->
          "(cast(%s as double) %s %s)"
              .formatted(measure(compare.of(), null), operator(compare.op()), compare.value());
      case Having.IsNull isNull -> "(" + measure(isNull.of(), null) + " is null)";
    };
  }

  private String havings(List<Having> havings, String between, String empty) {
    return havings.isEmpty()
        ? empty
        : "(" + String.join(between, havings.stream().map(this::having).toList()) + ")";
  }

  // ---- filters ---------------------------------------------------------------------------------

  private String filter(Filter filter) {
    return switch (filter) {
      case Filter.And and -> filters(and.filters(), " and ", "true");
      case Filter.Or or -> filters(or.filters(), " or ", "false");
      case Filter.Not not -> "(not " + filter(not.filter()) + ")";
      case Filter.IsNull isNull -> "(t." + name(isNull.column()) + " is null)";
      case Filter.Compare compare -> leaf(compare.column(), compare);
      case Filter.In in -> leaf(in.column(), in);
      case Filter.Match match -> leaf(match.column(), match);
      case Filter.HasAll all -> list(all.column(), hasAll(all));
      case Filter.ListEmpty empty ->
          list(empty.column(), "len(t." + name(empty.column()) + ") = 0");
      case Filter.ListLength length -> element(length.is(), "len(t." + name(length.column()) + ")");
      case Filter.AnyElement any -> list(any.column(), anyOf(any.column(), any.is()));
      case Filter.JsonPath _, Filter.InCohort _, Filter.Sampled _ -> throw new NoSql();
    };
  }

  private String filters(List<Filter> filters, String between, String empty) {
    return filters.isEmpty()
        ? empty
        : "(" + String.join(between, filters.stream().map(this::filter).toList()) + ")";
  }

  private String leaf(String column, Filter leaf) {
    ColumnSpec spec = spec(column);
    if (spec.type() instanceof ColumnType.IpType) {
      throw new NoSql();
    }
    return spec.type().isList()
        ? list(column, anyOf(column, leaf))
        : element(leaf, "t." + name(column));
  }

  /// Null where the list is.
  private static String list(String column, String predicate) {
    return "(case when t." + name(column) + " is null then null else " + predicate + " end)";
  }

  private String anyOf(String column, Filter leaf) {
    return "len(list_filter(t.%s, lambda x: coalesce(%s, false))) > 0"
        .formatted(name(column), element(leaf, "x"));
  }

  private static String hasAll(Filter.HasAll all) {
    List<String> parts = new ArrayList<>(List.of("true"));
    for (Object value : all.values()) {
      parts.add("list_contains(t." + name(all.column()) + ", " + literal(value) + ")");
    }
    return "(" + String.join(" and ", parts) + ")";
  }

  /// A leaf, or a tree of leaves, over one value.
  private String element(Filter leaf, String value) {
    return switch (leaf) {
      case Filter.And and -> "(true" + join(" and ", and.filters(), value) + ")";
      case Filter.Or or -> "(false" + join(" or ", or.filters(), value) + ")";
      case Filter.Not not -> "(not " + element(not.filter(), value) + ")";
      case Filter.Compare compare ->
          "(%s %s %s)"
              .formatted(
                  folded(value, compare.ignoreCase()),
                  operator(compare.op()),
                  folded(literal(compare.value()), compare.ignoreCase()));
      case Filter.In in -> in(in, value);
      case Filter.Match match -> match(match, value);
      case Filter.IsNull _ -> "(" + value + " is null)";
      case Filter.HasAll _,
          Filter.ListEmpty _,
          Filter.ListLength _,
          Filter.AnyElement _,
          Filter.JsonPath _,
          Filter.InCohort _,
          Filter.Sampled _ ->
          throw new NoSql();
    };
  }

  private String join(String between, List<Filter> filters, String value) {
    StringBuilder sql = new StringBuilder();
    filters.forEach(filter -> sql.append(between).append(element(filter, value)));
    return sql.toString();
  }

  private static String in(Filter.In in, String value) {
    if (in.values().isEmpty()) {
      return "(case when " + value + " is null then null else false end)";
    }
    List<String> literals =
        in.values().stream().map(v -> folded(literal(v), in.ignoreCase())).toList();
    return "(" + folded(value, in.ignoreCase()) + " in (" + String.join(", ", literals) + "))";
  }

  private static String match(Filter.Match match, String value) {
    String left = folded(value, match.ignoreCase());
    String right = folded(literal(match.pattern()), match.ignoreCase());
    return switch (match.kind()) {
      case STARTS_WITH -> "starts_with(" + left + ", " + right + ")";
      case ENDS_WITH -> "ends_with(" + left + ", " + right + ")";
      case CONTAINS -> "contains(" + left + ", " + right + ")";
      case LIKE -> "(" + left + " like " + right + " escape '\\')";
      case REGEX ->
          "regexp_matches(%s, %s%s)"
              .formatted(value, literal(match.pattern()), match.ignoreCase() ? ", 'i'" : "");
    };
  }

  private static String folded(String sql, boolean ignoreCase) {
    return ignoreCase ? "lower(" + sql + ")" : sql;
  }

  private static String operator(Filter.Op op) {
    return switch (op) {
      case EQ -> "=";
      case NE -> "<>";
      case LT -> "<";
      case LTE -> "<=";
      case GT -> ">";
      case GTE -> ">=";
    };
  }

  private ColumnSpec spec(String column) {
    ColumnSpec spec = schema.column(column);
    if (spec == null || column.startsWith("_")) {
      throw new NoSql();
    }
    return spec;
  }

  static String name(String column) {
    return '"' + column.replace("\"", "\"\"") + '"';
  }

  static String literal(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> "'" + text.replace("'", "''") + "'";
      case Boolean bool -> bool.toString();
      case Long number -> number.toString();
      case Double number -> "cast('" + number + "' as double)";
      case BigDecimal number -> number.toPlainString();
      case Instant instant ->
          "timestamp '" + instant.atOffset(ZoneOffset.UTC).toLocalDateTime() + "'";
      case LocalDate date -> "date '" + date + "'";
      case UUID uuid -> "'" + uuid + "'";
      case InetAddress address -> "'" + address.getHostAddress() + "'";
      case List<?> list ->
          "[" + String.join(", ", list.stream().map(DuckDbDialect::literal).toList()) + "]";
      case Object[] array -> literal(java.util.Arrays.asList(array));
      default -> throw new IllegalArgumentException("no literal for " + value.getClass());
    };
  }
}
