package io.tyto.engine.plan;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Order;
import io.tyto.model.query.AggregateQuery.Wants;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.GapFill;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.GroupKey.TimeAmount;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.SnapshotChoice;
import io.tyto.model.query.TimeInterval;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Spells an aggregate query of the table `game` for a test; everything not said is left out.
public final class Query {
  private TimeInterval range = TimeInterval.ALL_TIME;
  private @Nullable Filter where;
  private final List<GroupKey> keys = new ArrayList<>();
  private final List<Measure> measures = new ArrayList<>();
  private AggregateQuery.@Nullable Having having;
  private final List<Order> orders = new ArrayList<>();
  private AggregateQuery.@Nullable LimitPer limitPer;
  private AggregateQuery.@Nullable TopGroups top;
  private boolean others;
  private @Nullable TimeInterval compareTo;
  private @Nullable TimeAmount shift;
  private Wants wants = Wants.ROWS;
  private int limit = 100;
  private int offset;
  private @Nullable String after;
  private SnapshotChoice snapshot = SnapshotChoice.NEWEST;

  public static Query of(Measure... measures) {
    Query query = new Query();
    query.measures.addAll(List.of(measures));
    return query;
  }

  public static Measure count() {
    return new Measure.Count();
  }

  public static Measure of(String column, Function function) {
    return new Measure.Column(column, function);
  }

  public static GroupKey.TimeBucket time(Granularity granularity, GapFill fill) {
    return time(granularity, fill, null, false);
  }

  public static GroupKey.TimeBucket time(
      Granularity granularity, GapFill fill, @Nullable TimeAmount window, boolean cumulative) {
    return new GroupKey.TimeBucket(
        "ts", granularity, 1, ZoneId.of("UTC"), DayOfWeek.MONDAY, null, fill, window, cumulative);
  }

  public static TimeAmount days(int days) {
    return new TimeAmount(Period.ofDays(days), Duration.ZERO);
  }

  /// Days of March 2026, the last not included.
  public static TimeInterval march(int from, int to) {
    Instant start = Instant.parse("2026-03-01T00:00:00Z");
    return new TimeInterval(
        start.plus(Duration.ofDays(from - 1)), start.plus(Duration.ofDays(to - 1)));
  }

  public Query range(TimeInterval interval) {
    range = interval;
    return this;
  }

  public Query where(Filter filter) {
    where = filter;
    return this;
  }

  public Query by(String... columns) {
    for (String column : columns) {
      keys.add(new GroupKey.Dimension(column));
    }
    return this;
  }

  public Query by(GroupKey key) {
    keys.add(key);
    return this;
  }

  public Query having(AggregateQuery.Having test) {
    having = test;
    return this;
  }

  public Query orderBy(int key, Direction direction) {
    orders.add(new Order.ByKey(key, direction));
    return this;
  }

  public Query orderBy(Measure measure, Direction direction) {
    return orderBy(measure, direction, AggregateQuery.Basis.CURRENT);
  }

  public Query orderBy(Measure measure, Direction direction, AggregateQuery.Basis basis) {
    orders.add(new Order.ByMeasure(measure, direction, basis));
    return this;
  }

  public Query limitPer(int n, Integer... positions) {
    limitPer = new AggregateQuery.LimitPer(List.of(positions), n);
    return this;
  }

  public Query top(int n, Measure by, Integer... positions) {
    top = new AggregateQuery.TopGroups(List.of(positions), n, by, Direction.DESC);
    return this;
  }

  public Query withOthers() {
    others = true;
    wants = new Wants(wants.totals(), wants.previous(), true, wants.groupCount(), wants.cursors());
    return this;
  }

  public Query compareTo(TimeInterval interval, @Nullable TimeAmount by) {
    compareTo = interval;
    shift = by;
    wants =
        new Wants(wants.totals(), true, wants.othersRows(), wants.groupCount(), wants.cursors());
    return this;
  }

  public Query withTotals() {
    wants =
        new Wants(true, wants.previous(), wants.othersRows(), wants.groupCount(), wants.cursors());
    return this;
  }

  public Query page(int size, @Nullable String cursor) {
    limit = size;
    after = cursor;
    wants =
        new Wants(wants.totals(), wants.previous(), wants.othersRows(), wants.groupCount(), true);
    return this;
  }

  public Query snapshot(@Nullable String asOf, boolean isKept) {
    snapshot = new SnapshotChoice(asOf, isKept);
    return this;
  }

  public Query offset(int rows) {
    offset = rows;
    return this;
  }

  public AggregateQuery build() {
    return new AggregateQuery(
        "game",
        range,
        where,
        List.copyOf(keys),
        List.copyOf(measures),
        having,
        List.copyOf(orders),
        limitPer,
        top,
        others,
        compareTo,
        shift,
        wants,
        limit,
        offset,
        after,
        "test",
        snapshot);
  }
}
