package io.tyto.engine.scan;

import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Filters row by row in three-valued logic, straight from the definition: null is unknown.
public final class NaiveFilter {
  private final TestTable table;

  public NaiveFilter(TestTable table) {
    this.table = table;
  }

  public boolean passes(@Nullable Filter where, TimeInterval range, @Nullable Object[] row) {
    return inRange(range, row) && (where == null || Boolean.TRUE.equals(test(where, row)));
  }

  private boolean inRange(TimeInterval range, @Nullable Object[] row) {
    if (range.from() == null && range.to() == null) {
      return true;
    }
    Object time = logical(table.column("ts").type().element(), row[table.position("ts")]);
    return time instanceof Instant instant
        && (range.from() == null || !instant.isBefore(range.from()))
        && (range.to() == null || instant.isBefore(range.to()));
  }

  public @Nullable Boolean test(Filter filter, @Nullable Object[] row) {
    return switch (filter) {
      case Filter.And and -> {
        List<@Nullable Boolean> parts = new ArrayList<>();
        and.filters().forEach(f -> parts.add(test(f, row)));
        yield and(parts);
      }
      case Filter.Or or -> {
        List<@Nullable Boolean> parts = new ArrayList<>();
        or.filters().forEach(f -> parts.add(test(f, row)));
        yield or(parts);
      }
      case Filter.Not not -> not(test(not.filter(), row));
      case Filter.Compare leaf -> leaf(leaf.column(), leaf, row);
      case Filter.In leaf -> leaf(leaf.column(), leaf, row);
      case Filter.Match leaf -> leaf(leaf.column(), leaf, row);
      case Filter.IsNull leaf -> row[table.position(leaf.column())] == null;
      case Filter.HasAll leaf -> hasAll(leaf, row);
      case Filter.ListEmpty leaf ->
          row[table.position(leaf.column())] instanceof List<?> list ? list.isEmpty() : null;
      case Filter.ListLength leaf ->
          value(
              leaf.is(),
              ColumnType.LONG,
              row[table.position(leaf.column())] instanceof List<?> list
                  ? (Long) (long) list.size()
                  : null);
      case Filter.AnyElement leaf -> leaf(leaf.column(), leaf.is(), row);
      case Filter.JsonPath leaf -> throw new IllegalArgumentException("not here: " + leaf);
      case Filter.InCohort leaf -> throw new IllegalArgumentException("not here: " + leaf);
      case Filter.Sampled leaf -> throw new IllegalArgumentException("not here: " + leaf);
    };
  }

  private @Nullable Boolean hasAll(Filter.HasAll leaf, @Nullable Object[] row) {
    Boolean all = row[table.position(leaf.column())] == null ? null : true;
    for (Object value : leaf.values()) {
      all = and(Arrays.asList(all, leaf(leaf.column(), eq(leaf.column(), value), row)));
    }
    return all;
  }

  private static Filter eq(String column, Object value) {
    return new Filter.Compare(column, Filter.Op.EQ, value, false);
  }

  private @Nullable Boolean leaf(String name, Filter leaf, @Nullable Object[] row) {
    ColumnSpec column = table.column(name);
    ColumnType.Scalar type = column.type().element();
    Object cell = row[table.position(name)];
    if (!column.type().isList()) {
      return value(leaf, type, logical(type, cell));
    }
    if (cell == null) {
      return null;
    }
    boolean any = false;
    for (Object element : (List<?>) cell) {
      any |= element != null && Boolean.TRUE.equals(value(leaf, type, logical(type, element)));
    }
    return any;
  }

  /// A tree of leaves over one logical value.
  private @Nullable Boolean value(Filter leaf, ColumnType.Scalar type, @Nullable Object value) {
    return switch (leaf) {
      case Filter.And and -> {
        List<@Nullable Boolean> parts = new ArrayList<>();
        and.filters().forEach(f -> parts.add(value(f, type, value)));
        yield and(parts);
      }
      case Filter.Or or -> {
        List<@Nullable Boolean> parts = new ArrayList<>();
        or.filters().forEach(f -> parts.add(value(f, type, value)));
        yield or(parts);
      }
      case Filter.Not not -> not(value(not.filter(), type, value));
      case Filter.IsNull _ -> value == null;
      case Filter.Compare compare ->
          value == null
              ? null
              : holds(compare.op(), compare(type, value, compare.value(), compare.ignoreCase()));
      case Filter.In in ->
          value == null
              ? null
              : (Boolean)
                  in.values().stream().anyMatch(v -> compare(type, value, v, in.ignoreCase()) == 0);
      case Filter.Match match -> value == null ? null : (Boolean) matches(match, (String) value);
      default -> throw new IllegalArgumentException("not here: " + leaf);
    };
  }

  private static boolean holds(Filter.Op op, int order) {
    return switch (op) {
      case EQ -> order == 0;
      case NE -> order != 0;
      case LT -> order < 0;
      case LTE -> order <= 0;
      case GT -> order > 0;
      case GTE -> order >= 0;
    };
  }

  private static boolean matches(Filter.Match match, String text) {
    String value = match.ignoreCase() ? fold(text) : text;
    String pattern = match.ignoreCase() ? fold(match.pattern()) : match.pattern();
    return switch (match.kind()) {
      case STARTS_WITH -> value.startsWith(pattern);
      case ENDS_WITH -> value.endsWith(pattern);
      case CONTAINS -> value.contains(pattern);
      case LIKE -> Pattern.compile(likeToRegex(pattern), Pattern.DOTALL).matcher(value).matches();
      case REGEX ->
          Pattern.compile(
                  match.pattern(),
                  match.ignoreCase() ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0)
              .matcher(text)
              .find();
    };
  }

  private static String likeToRegex(String pattern) {
    StringBuilder regex = new StringBuilder();
    boolean isEscaped = false;
    for (int c : pattern.codePoints().toArray()) {
      String text = Character.toString(c);
      if (isEscaped || c != '%' && c != '_' && c != '\\') {
        regex.append(Pattern.quote(text));
        isEscaped = false;
      } else if (c == '\\') {
        isEscaped = true;
      } else {
        regex.append(c == '%' ? ".*" : ".");
      }
    }
    return regex.toString();
  }

  private static String fold(String text) {
    return text.codePoints()
        .map(c -> Character.toLowerCase(Character.toUpperCase(c)))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /// Order of two logical values that are not null.
  public static int compare(
      ColumnType.Scalar type, @Nullable Object left, @Nullable Object right, boolean ignoreCase) {
    if (left == null || right == null) {
      throw new IllegalArgumentException("null has no order");
    }
    return switch (type) {
      case ColumnType.StringType _, ColumnType.JsonType _ ->
          Arrays.compareUnsigned(
              utf8(ignoreCase ? fold((String) left) : (String) left),
              utf8(ignoreCase ? fold((String) right) : (String) right));
      case ColumnType.BoolType _ -> Boolean.compare((Boolean) left, (Boolean) right);
      case ColumnType.IntType _, ColumnType.LongType _ -> Long.compare((Long) left, (Long) right);
      case ColumnType.DoubleType _ ->
          Double.compare((Double) left + 0.0, ((Number) right).doubleValue() + 0.0);
      case ColumnType.DecimalType _ -> ((BigDecimal) left).compareTo((BigDecimal) right);
      case ColumnType.TimestampType _ -> ((Instant) left).compareTo((Instant) right);
      case ColumnType.DateType _ -> ((LocalDate) left).compareTo((LocalDate) right);
      case ColumnType.UuidType _, ColumnType.IpType _ ->
          Arrays.compareUnsigned(Values.toBytes(type, left), Values.toBytes(type, right));
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The logical value of a physical one.
  public static @Nullable Object logical(ColumnType.Scalar type, @Nullable Object physical) {
    return switch (physical) {
      case null -> null;
      case Long value -> Values.fromLong(type, value);
      case byte[] value -> Values.fromBytes(type, value);
      default -> physical;
    };
  }

  private static @Nullable Boolean not(@Nullable Boolean value) {
    return value == null ? null : (Boolean) !value;
  }

  private static @Nullable Boolean and(List<@Nullable Boolean> values) {
    return values.contains(false) ? (Boolean) false : values.contains(null) ? null : (Boolean) true;
  }

  private static @Nullable Boolean or(List<@Nullable Boolean> values) {
    return values.contains(true) ? (Boolean) true : values.contains(null) ? null : (Boolean) false;
  }
}
