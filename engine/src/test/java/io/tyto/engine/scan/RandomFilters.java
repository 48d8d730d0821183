package io.tyto.engine.scan;

import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Random filters over a {@link TestTable}: every operator on every type.
public final class RandomFilters {
  private static final List<String> PATTERNS =
      List.of(
          "a", "A", "b", "ß", "%", "_", "a%", "%b", "%a%", "_b", "a_c", "b\\%", "Σ", "", "%_%a");
  private static final List<String> REGEXES = List.of("^a", "b+$", "[äß]", "a|b", "(ab)+c?", ".");

  private final TestTable table;
  private final RandomGenerator random;
  private final List<ColumnSpec> columns;

  public RandomFilters(TestTable table, RandomGenerator random) {
    this.table = table;
    this.random = random;
    columns =
        table.columns.stream()
            .filter(c -> c.id() >= SystemColumns.FIRST_USER_ID)
            .filter(c -> !c.type().equals(ColumnType.JSON))
            .toList();
  }

  public @Nullable Filter maybe() {
    return random.nextInt(4) == 0 ? null : tree(3);
  }

  public TimeInterval range() {
    Instant from = TestTable.START.plus(Duration.ofMinutes(random.nextInt(8 * 1440)));
    return switch (random.nextInt(6)) {
      case 0 -> new TimeInterval(from, null);
      case 1 -> new TimeInterval(null, from);
      case 2 -> new TimeInterval(from, from.plusNanos(random.nextLong(3L * 86_400_000_000_000L)));
      default -> TimeInterval.ALL_TIME;
    };
  }

  public Filter tree(int depth) {
    int pick = depth == 0 ? 9 : random.nextInt(10);
    if (pick == 0) {
      return new Filter.Not(tree(depth - 1));
    }
    if (pick < 5) {
      List<Filter> parts = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        parts.add(tree(depth - 1));
      }
      return pick < 3 ? new Filter.And(parts) : new Filter.Or(parts);
    }
    return leaf();
  }

  private Filter leaf() {
    ColumnSpec column = columns.get(random.nextInt(columns.size()));
    String name = column.name();
    ColumnType.Scalar type = column.type().element();
    if (column.type().isList()) {
      switch (random.nextInt(8)) {
        case 0 -> {
          return new Filter.ListEmpty(name);
        }
        case 1 -> {
          return new Filter.ListLength(name, lengths());
        }
        case 2 -> {
          return new Filter.HasAll(name, literals(type));
        }
        case 3 -> {
          return new Filter.AnyElement(
              name, new Filter.And(List.of(value(name, type), new Filter.Not(value(name, type)))));
        }
        default -> {}
      }
    }
    return random.nextInt(8) == 0 ? new Filter.IsNull(name) : value(name, type);
  }

  private Filter lengths() {
    Filter compare = new Filter.Compare("", op(), (long) random.nextInt(4), false);
    return random.nextBoolean()
        ? compare
        : new Filter.Or(List.of(new Filter.Not(compare), new Filter.IsNull("")));
  }

  private Filter value(String name, ColumnType.Scalar type) {
    boolean ignoreCase = type.equals(ColumnType.STRING) && random.nextInt(3) == 0;
    if (type.equals(ColumnType.STRING) && random.nextInt(2) == 0) {
      Filter.MatchKind kind =
          Filter.MatchKind.values()[random.nextInt(Filter.MatchKind.values().length)];
      List<String> patterns = kind == Filter.MatchKind.REGEX ? REGEXES : PATTERNS;
      return new Filter.Match(
          name, kind, patterns.get(random.nextInt(patterns.size())), ignoreCase);
    }
    return random.nextInt(3) == 0
        ? new Filter.In(name, literals(type), ignoreCase)
        : new Filter.Compare(name, op(), literal(type), ignoreCase);
  }

  private Filter.Op op() {
    return Filter.Op.values()[random.nextInt(Filter.Op.values().length)];
  }

  private List<Object> literals(ColumnType.Scalar type) {
    List<Object> literals = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      literals.add(literal(type));
    }
    return literals;
  }

  /// Sometimes finer or wider than the column can hold.
  private Object literal(ColumnType.Scalar type) {
    Object value = table.logical(type);
    boolean isOdd = random.nextInt(5) == 0;
    return switch (value) {
      case Instant instant when isOdd -> instant.plusNanos(random.nextInt(2_000_000) - 1_000_000);
      case BigDecimal decimal when isOdd ->
          random.nextBoolean()
              ? decimal.add(new BigDecimal("0.00001"))
              : decimal.multiply(BigDecimal.TEN.pow(random.nextInt(30)));
      case Long number when isOdd && type.equals(ColumnType.INT) -> number + (1L << 40);
      case Double number when isOdd -> -number;
      default -> value;
    };
  }
}
