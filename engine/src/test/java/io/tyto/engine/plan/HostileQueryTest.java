package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Queries put together without regard to types or sense: each is answered, or refused as the
/// user's mistake; none ends in another exception.
class HostileQueryTest {
  private static final long SEED = Long.getLong("test.seed", 31L);
  private static final int ROUNDS = 2_000 * Integer.getInteger("test.scale", 1);
  private static final List<String> COLUMNS =
      List.of(
          "ts",
          "country",
          "server",
          "amount",
          "wide",
          "score",
          "day",
          "ok",
          "seen",
          "device",
          "host",
          "tags",
          "levels",
          "_log",
          "_offset",
          "_received",
          "_entity");
  private static final List<String> NO_COLUMNS = List.of("_id", "nothing", "", "TS");
  private static final List<Object> LITERALS =
      List.of(
          1L,
          Long.MIN_VALUE,
          0.5,
          Double.MAX_VALUE,
          "de",
          "",
          "\\",
          "(",
          true,
          new BigDecimal("1.005"),
          new BigDecimal("1e40"),
          Instant.EPOCH,
          Instant.MAX,
          LocalDate.MIN,
          new UUID(0, 0));

  private final Random random = new Random(SEED);

  @Test
  void isAnsweredOrRefusedAsTheUsersMistake() {
    TableSnapshot snapshot = GameTable.random(60, random).snapshot(2, random);
    int answered = 0;
    int refused = 0;
    EngineOptions options = EngineOptions.defaults().withWorkers(1);
    try (LocalQueryService service = new LocalQueryService(_ -> snapshot.retain(), options)) {
      for (int round = 0; round < ROUNDS; round++) {
        Query query = query();
        String what = "-Dtest.seed=" + SEED + " round " + round + ": " + query.build();
        try {
          QueryContext context = new QueryContext("q", Duration.ofSeconds(30), 64 << 20);
          AggregateResult result = service.aggregate(query.build(), context);
          assertEquals(result.rowCount(), Set.copyOf(result.ids()).size(), what);
          answered++;
        } catch (TytoException e) {
          boolean isOutOfMemory = e.code() == ErrorCode.MEMORY_LIMIT_EXCEEDED;
          assertEquals(
              isOutOfMemory ? ErrorCode.Type.RESOURCES : ErrorCode.Type.USER,
              e.code().type(),
              what);
          refused++;
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(what, e);
        }
      }
    }
    assertEquals(true, answered > ROUNDS / 20 && refused > ROUNDS / 20, answered + " answered");
  }

  private Query query() {
    Query query = Query.of(measure(2));
    for (int i = random.nextInt(3); i > 0; i--) {
      query.by(key());
    }
    if (random.nextInt(3) == 0) {
      query.where(filter(3));
    }
    if (random.nextInt(4) == 0) {
      query.having(new Having.Compare(measure(1), pick(List.of(Filter.Op.values())), 1));
    }
    if (random.nextInt(4) == 0) {
      query.orderBy(measure(1), pick(List.of(Direction.values())));
    }
    if (random.nextInt(6) == 0) {
      query.top(1, measure(1), random.nextInt(3) - 1);
    }
    if (random.nextInt(6) == 0) {
      query.limitPer(random.nextInt(3), random.nextInt(3) - 1);
    }
    if (random.nextInt(3) > 0) {
      query.range(Query.march(random.nextInt(40), random.nextInt(40)));
    }
    return query.page(isRare() ? -1 : random.nextInt(5), isRare() ? "AQAA" : null);
  }

  private GroupKey key() {
    return switch (random.nextInt(4)) {
      case 0 -> new GroupKey.Dimension(column());
      case 1 ->
          new GroupKey.Bins(
              column(),
              random.nextBoolean() ? null : pick(List.of(0.0, 1e-300, 3.0, 1e300)),
              random.nextBoolean() ? List.of() : List.of(random.nextDouble(), random.nextDouble()));
      default ->
          new GroupKey.TimeBucket(
              isRare() ? column() : pick(List.of("ts", "seen", "day")),
              pick(List.of(GroupKey.Granularity.values())),
              isRare() ? pick(List.of(-1, 0, 1_000_000, Integer.MAX_VALUE)) : 1 + random.nextInt(4),
              ZoneId.of(pick(List.of("UTC", "Europe/Berlin", "+14:00"))),
              pick(List.of(DayOfWeek.values())),
              amount(),
              pick(List.of(GroupKey.GapFill.values())),
              amount(),
              random.nextInt(5) == 0);
    };
  }

  private GroupKey.@Nullable TimeAmount amount() {
    return random.nextInt(4) > 0
        ? null
        : new GroupKey.TimeAmount(
            Period.of(random.nextInt(3) - 1, random.nextInt(3) - 1, random.nextInt(40) - 10),
            Duration.ofMillis(random.nextInt(3) * 86_399_500L - 1_000));
  }

  private Measure measure(int depth) {
    return switch (random.nextInt(depth == 0 ? 4 : 6)) {
      case 0 -> new Measure.Count();
      case 1 -> new Measure.Column(column(), pick(List.of(Measure.Function.values())));
      case 2 ->
          new Measure.Quantiles(
              column(),
              List.of(random.nextDouble() * 1.1),
              random.nextBoolean(),
              pick(List.of(Measure.QuantileMethod.values())));
      case 3 -> new Measure.Top(column(), isRare() ? 0 : 2);
      case 4 -> new Measure.Only(measure(depth - 1), filter(1));
      default -> new Measure.Expr(measure(depth - 1), null, measure(depth - 1), filter(1));
    };
  }

  private Filter filter(int depth) {
    String column = column();
    return switch (random.nextInt(depth == 0 ? 7 : 10)) {
      case 0, 1 ->
          new Filter.Compare(column, pick(List.of(Filter.Op.values())), literal(column), isRare());
      case 2 -> new Filter.In(column, List.of(literal(column), literal(column)), false);
      case 3 ->
          new Filter.Match(
              column, pick(List.of(Filter.MatchKind.values())), "(" + random.nextInt(3), false);
      case 4 -> new Filter.IsNull(column);
      case 5 -> new Filter.ListEmpty(column);
      case 6 -> new Filter.HasAll(column, List.of(literal(column)));
      case 7 -> new Filter.ListLength(column, filter(depth - 1));
      case 8 -> new Filter.AnyElement(column, filter(depth - 1));
      default -> new Filter.Not(filter(depth - 1));
    };
  }

  private String column() {
    return isRare() ? pick(NO_COLUMNS) : pick(COLUMNS);
  }

  /// Mostly of the column's type.
  private Object literal(String column) {
    return switch (isRare() ? "" : column) {
      case "ts", "seen", "_received" -> pick(List.of(Instant.EPOCH, Instant.MAX, GameTable.START));
      case "country", "tags", "_log" -> pick(List.of("de", "", "\\"));
      case "server", "levels", "_offset", "_entity" -> pick(List.of(1L, Long.MIN_VALUE));
      case "amount", "wide" -> pick(List.of(new BigDecimal("1.005"), new BigDecimal("1e40")));
      case "score" -> pick(List.of(0.5, -Double.MAX_VALUE, Double.NaN));
      case "day" -> pick(List.of(LocalDate.MIN, LocalDate.of(2026, 3, 21)));
      case "ok" -> true;
      case "device" -> new UUID(0, 0);
      default -> pick(LITERALS);
    };
  }

  private boolean isRare() {
    return random.nextInt(16) == 0;
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
