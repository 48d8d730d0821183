package io.tyto.engine.plan;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Basis;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.AggregateQuery.Order;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.GapFill;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.GroupKey.TimeAmount;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.TimeInterval;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/// Draws queries over {@link GameTable} that mean something.
@NullUnmarked // null is a value here like any other
final class RandomQueries {
  private static final List<String> ZONES =
      List.of("UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Los_Angeles");
  private static final List<String> NUMBERS =
      List.of("server", "amount", "wide", "score", "levels");
  private static final List<String> SCALARS =
      List.of("country", "server", "amount", "score", "day", "ok", "seen", "device", "host");

  private final Random random;

  RandomQueries(Random random) {
    this.random = random;
  }

  AggregateQuery aggregate() {
    List<GroupKey> keys = keys();
    TimeInterval range = range(keys.stream().anyMatch(RandomQueries::isFine));
    TimeAmount shift = random.nextBoolean() ? days(1 + random.nextInt(8)) : null;
    TimeInterval compareTo =
        range.from() == null || random.nextInt(3) > 0 ? null : compared(range, shift);
    AggregateQuery.TopGroups top = random.nextInt(4) == 0 ? top(keys) : null;
    boolean wantsRest = top != null && random.nextBoolean();
    List<Measure> measures = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      measures.add(measure(2));
    }
    return new AggregateQuery(
        "game",
        range,
        random.nextInt(3) == 0 ? filter(2) : null,
        keys,
        measures.stream().distinct().toList(),
        random.nextInt(4) == 0 ? having(2) : null,
        orders(keys, compareTo != null),
        keys.isEmpty() || random.nextInt(5) > 0 ? null : limitPer(keys),
        top,
        wantsRest,
        compareTo,
        compareTo == null ? null : shift,
        new AggregateQuery.Wants(random.nextBoolean(), compareTo != null, wantsRest, true, false),
        random.nextInt(3) == 0 ? 1 + random.nextInt(10) : 100_000,
        random.nextInt(5) == 0 ? random.nextInt(5) : 0,
        null,
        "random");
  }

  private static boolean isRolling(GroupKey key) {
    return key instanceof GroupKey.TimeBucket bucket
        && (bucket.window() != null || bucket.cumulative());
  }

  private static boolean isFine(GroupKey key) {
    return key instanceof GroupKey.TimeBucket bucket
        && bucket.granularity().ordinal() < Granularity.HOUR.ordinal();
  }

  private TimeInterval range(boolean isShort) {
    if (!isShort && random.nextInt(4) == 0) {
      return TimeInterval.ALL_TIME;
    }
    int first = random.nextInt(GameTable.DAYS * 96);
    int length = isShort ? 1 + random.nextInt(24) : 1 + random.nextInt(GameTable.DAYS * 96);
    Instant from = GameTable.START.plusSeconds(first * 900L - random.nextInt(2) * 450L);
    Instant to = from.plusSeconds(length * 900L);
    return switch (random.nextInt(8)) {
      case 0 -> new TimeInterval(isShort ? from : null, to);
      case 1 -> new TimeInterval(from, isShort ? to : null);
      default -> new TimeInterval(from, to);
    };
  }

  private static TimeInterval compared(TimeInterval range, @Nullable TimeAmount shift) {
    if (range.to() == null) {
      return new TimeInterval(range.from().minus(Duration.ofDays(3)), null);
    }
    Duration back =
        shift == null
            ? Duration.between(range.from(), range.to())
            : Duration.ofDays(shift.period().getDays());
    return new TimeInterval(range.from().minus(back), range.to().minus(back));
  }

  private static TimeAmount days(int days) {
    return new TimeAmount(Period.ofDays(days), Duration.ZERO);
  }

  // ---- keys ------------------------------------------------------------------------------------

  private List<GroupKey> keys() {
    List<GroupKey> keys = new ArrayList<>();
    List<String> taken = new ArrayList<>();
    boolean mayFill = true;
    for (int i = random.nextInt(4); i > 0; i--) {
      GroupKey key = key(mayFill);
      if (!taken.contains(key.column())) {
        taken.add(key.column());
        keys.add(key);
        mayFill &= !(key instanceof GroupKey.TimeBucket);
      }
    }
    return keys;
  }

  private GroupKey key(boolean mayRoll) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2, 3 -> time(mayRoll);
      case 4 ->
          random.nextBoolean()
              ? new GroupKey.Bins(pick(NUMBERS), 10.0, List.of())
              : new GroupKey.Bins(pick(NUMBERS), null, List.of(-1.0, 0.5, 20.0));
      case 5 -> new GroupKey.Dimension(random.nextBoolean() ? "tags" : "levels");
      default -> new GroupKey.Dimension(pick(SCALARS));
    };
  }

  private GroupKey time(boolean mayRoll) {
    String column = pick(List.of("ts", "ts", "ts", "ts", "seen", "day", "_received"));
    boolean isDate = column.equals("day");
    Granularity granularity =
        isDate
            ? pick(List.of(Granularity.DAY, Granularity.WEEK, Granularity.MONTH, Granularity.ALL))
            : pick(List.of(Granularity.values()).subList(1, 9));
    int every = granularity == Granularity.ALL ? 1 : 1 + random.nextInt(4);
    every = granularity == Granularity.MINUTE ? 15 * every : every;
    boolean isRolling = mayRoll && random.nextInt(3) == 0;
    boolean isCumulative = isRolling && random.nextBoolean();
    TimeAmount window =
        !isRolling || isCumulative
            ? null
            : isDate || random.nextBoolean()
                ? days(1 + random.nextInt(9))
                : new TimeAmount(Period.ZERO, Duration.ofMinutes(30L * (1 + random.nextInt(100))));
    TimeAmount offset =
        isDate || granularity == Granularity.ALL || random.nextInt(3) > 0
            ? null
            : new TimeAmount(Period.ZERO, Duration.ofHours(random.nextInt(30) - 10));
    return new GroupKey.TimeBucket(
        column,
        granularity,
        every,
        ZoneId.of(pick(ZONES)),
        pick(List.of(DayOfWeek.values())),
        offset,
        mayRoll && random.nextBoolean() ? pick(List.of(GapFill.values())) : GapFill.NONE,
        window,
        isCumulative);
  }

  private AggregateQuery.@Nullable TopGroups top(List<GroupKey> keys) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!isRolling(keys.get(i)) && random.nextBoolean()) {
        positions.add(i);
      }
    }
    return positions.isEmpty()
        ? null
        : new AggregateQuery.TopGroups(
            positions, 1 + random.nextInt(4), orderable(), pick(List.of(Direction.values())));
  }

  private AggregateQuery.LimitPer limitPer(List<GroupKey> keys) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (random.nextBoolean()) {
        positions.add(i);
      }
    }
    return new AggregateQuery.LimitPer(positions, 1 + random.nextInt(3));
  }

  private List<Order> orders(List<GroupKey> keys, boolean isCompared) {
    List<Order> orders = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      Direction direction = pick(List.of(Direction.values()));
      if (!keys.isEmpty() && random.nextBoolean()) {
        orders.add(new Order.ByKey(random.nextInt(keys.size()), direction));
      } else {
        Basis basis = isCompared ? pick(List.of(Basis.values())) : Basis.CURRENT;
        boolean isNumber = basis == Basis.DELTA || basis == Basis.DELTA_PCT;
        orders.add(new Order.ByMeasure(isNumber ? number() : orderable(), direction, basis));
      }
    }
    return orders;
  }

  private Having having(int depth) {
    return switch (depth == 0 ? 3 : random.nextInt(6)) {
      case 0 -> new Having.And(List.of(having(depth - 1), having(depth - 1)));
      case 1 -> new Having.Or(List.of(having(depth - 1), having(depth - 1)));
      case 2 -> new Having.Not(having(depth - 1));
      case 3 -> new Having.IsNull(number());
      default ->
          new Having.Compare(number(), pick(List.of(Filter.Op.values())), random.nextInt(12) - 2);
    };
  }

  // ---- measures --------------------------------------------------------------------------------

  /// Whose values are the same to the bit however they are added up, so that orders agree.
  private Measure number() {
    return switch (random.nextInt(6)) {
      case 0 -> new Measure.Column(pick(SCALARS), Function.COUNT);
      case 1 -> new Measure.Column(pick(SCALARS), Function.COUNT_DISTINCT_EXACT);
      case 2 -> new Measure.Column("score", Function.SUM);
      case 3 -> new Measure.Only(new Measure.Column("server", Function.SUM), filter(1));
      case 4 -> new Measure.Expr(new Measure.Count(), filter(1), new Measure.Count(), null);
      default -> new Measure.Count();
    };
  }

  private Measure orderable() {
    return switch (random.nextInt(4)) {
      case 0 -> new Measure.Column(pick(SCALARS), pick(List.of(Function.MIN, Function.MAX)));
      case 1 -> new Measure.Column(pick(List.of("amount", "wide", "server")), Function.SUM_EXACT);
      default -> number();
    };
  }

  private Measure measure(int depth) {
    return switch (random.nextInt(depth == 0 ? 6 : 8)) {
      case 0 -> new Measure.Count();
      case 1 ->
          new Measure.Column(
              pick(NUMBERS), pick(List.of(Function.SUM, Function.AVG, Function.STDDEV)));
      case 2 -> orderable();
      case 3 -> new Measure.Column(pick(SCALARS), pick(List.of(Function.FIRST, Function.LAST)));
      case 4 ->
          new Measure.Quantiles(
              pick(NUMBERS),
              List.of(random.nextDouble(), 0.5),
              true,
              pick(List.of(Measure.QuantileMethod.values())));
      case 5 ->
          new Measure.Top(random.nextBoolean() ? "tags" : pick(SCALARS), 1 + random.nextInt(3));
      case 6 -> new Measure.Only(measure(depth - 1), filter(1));
      default ->
          new Measure.Expr(number(), filter(1), random.nextBoolean() ? number() : null, filter(1));
    };
  }

  // ---- filters ---------------------------------------------------------------------------------

  Filter filter(int depth) {
    return switch (depth == 0 ? 9 : random.nextInt(8)) {
      case 0 -> new Filter.And(List.of(filter(depth - 1), filter(depth - 1)));
      case 1 -> new Filter.Or(List.of(filter(depth - 1), filter(depth - 1)));
      case 2, 3 -> new Filter.Not(filter(depth - 1));
      default -> leaf();
    };
  }

  private Filter leaf() {
    Filter.Op op = pick(List.of(Filter.Op.values()));
    return switch (random.nextInt(16)) {
      case 0 -> new Filter.Compare("country", op, pick(List.of("de", "fr", "", "日本")), false);
      case 1 -> new Filter.Compare("country", op, "De", true);
      case 2 -> new Filter.In("country", List.of("DE", "br"), random.nextBoolean());
      case 3 ->
          new Filter.Match(
              "country",
              pick(
                  List.of(
                      Filter.MatchKind.STARTS_WITH,
                      Filter.MatchKind.ENDS_WITH,
                      Filter.MatchKind.CONTAINS)),
              pick(List.of("d", "r", "")),
              random.nextBoolean());
      case 4 -> new Filter.Match("country", Filter.MatchKind.LIKE, "%r_", false);
      case 5 -> new Filter.Compare("server", op, pick(List.of(-5L, 2L, 9L)), false);
      case 6 -> new Filter.Compare("amount", op, new BigDecimal("35.50"), false);
      case 7 -> new Filter.Compare("wide", op, new BigDecimal("0.5000"), false);
      case 8 -> new Filter.Compare("score", op, 10.25, false);
      case 9 -> new Filter.Compare("day", op, LocalDate.of(2026, 3, 25), false);
      case 10 -> new Filter.Compare("ok", Filter.Op.EQ, random.nextBoolean(), false);
      case 11 -> new Filter.Compare("ts", op, GameTable.START.plusSeconds(400_000), false);
      case 12 -> new Filter.Compare("device", Filter.Op.NE, new UUID(-1, 0), false);
      case 13 -> new Filter.IsNull(pick(List.of("country", "amount", "tags", "ts")));
      case 14 -> new Filter.Compare("tags", op, "b", false);
      default ->
          pick(
              List.of(
                  new Filter.ListEmpty("tags"),
                  new Filter.HasAll("tags", List.of("a", "b")),
                  new Filter.ListLength(
                      "tags", new Filter.Compare("tags", Filter.Op.GTE, 2L, false)),
                  new Filter.In("levels", List.of(1L, 30L), false)));
    };
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
