package io.tyto.engine.plan;

import io.tyto.engine.behaviour.EntityScan;
import io.tyto.engine.behaviour.EventClock;
import io.tyto.engine.behaviour.EventTable;
import io.tyto.engine.behaviour.FunnelPass;
import io.tyto.engine.behaviour.LongValues;
import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.plan.EventSources.Dimension;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.FunnelResult;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers one funnel.
public final class FunnelRunner {
  private static final double MEDIAN = 0.5;

  private final FunnelQuery query;
  private final EventSources sources;
  private final EventClock clock;

  private FunnelRunner(FunnelQuery query, EventSources sources) {
    this.query = query;
    this.sources = sources;
    clock = sources.clock(query.steps(), ZoneOffset.UTC);
  }

  /// @param snapshots of every collection that the steps name
  public static FunnelResult run(
      FunnelQuery query, Map<String, TableSnapshot> snapshots, ScanContext context) {
    EventSources sources = new EventSources(snapshots, context);
    Dimension dimension = dimension(query);
    sources.check(query.steps(), dimension);
    if (query.window().isNegative() || query.window().isZero()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "the window of a funnel is longer than nothing");
    }
    if (query.limit() < 0) {
      throw new TytoException(ErrorCode.BAD_USER_INPUT, "limit must not be negative");
    }
    return Checkpoint.within(
        context.query(), () -> new FunnelRunner(query, sources).run(dimension));
  }

  private static @Nullable Dimension dimension(FunnelQuery query) {
    return query.breakdown() == null || query.steps().isEmpty()
        ? null
        : new Dimension(query.steps().getFirst().collection(), query.breakdown());
  }

  private FunnelResult run(@Nullable Dimension dimension) {
    ScanContext context = sources.context();
    List<EventTable> tables = sources.tables(ranged(), dimension);
    long windowTicks = clock.ticks(query.window());
    EntityScan.Found<FunnelPass> found =
        sources
            .scan(tables, clock)
            .run(() ->
                new FunnelPass(
                    query.steps().size(),
                    windowTicks,
                    query.isStrict(),
                    query.wantsTimes(),
                    context.memory()));
    int codes = found.passes().stream().mapToInt(FunnelPass::codes).max().orElse(0);
    List<Integer> all = new ArrayList<>();
    for (int code = 0; code < codes; code++) {
      all.add(code);
    }
    List<FunnelResult.Group> groups = new ArrayList<>();
    long groupCount = 0;
    if (dimension != null) {
      List<Counted> counted = counted(codes, found.passes(), tables.getFirst().dimension());
      groupCount = counted.size();
      for (Counted group : counted.subList(0, (int) Math.min(query.limit(), groupCount))) {
        Object value =
            group.value == null ? null : Columnar.logical(sources.type(dimension), group.value);
        groups.add(
            new FunnelResult.Group(
                value, steps(group.entities, List.of(group.code), found.passes())));
      }
    }
    long[] entities = new long[query.steps().size()];
    all.forEach(code -> found.passes().forEach(pass -> pass.addReached(code, entities)));
    return new FunnelResult(
        steps(entities, all, found.passes()),
        groups,
        groupCount,
        sources.meta(found.stats(), groups.size() < groupCount));
  }

  /// Later steps may lie up to a window behind the first one's range.
  private List<EventFilter> ranged() {
    TimeInterval first = query.steps().getFirst().range();
    List<EventFilter> ranged = new ArrayList<>(List.of(query.steps().getFirst()));
    for (EventFilter step : query.steps().subList(1, query.steps().size())) {
      TimeInterval own = step.range();
      Instant to = own.to() == null ? null : later(own.to(), query.window());
      ranged.add(
          new EventFilter(
              step.collection(),
              new TimeInterval(own.from() == null ? first.from() : own.from(), to),
              step.where()));
    }
    return ranged;
  }

  /// Null where no time is that late.
  private static @Nullable Instant later(Instant time, Duration by) {
    try {
      return time.plus(by);
    } catch (java.time.DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Counted(int code, @Nullable Object value, long[] entities) {}

  /// Groups with an entity, those with the most first, ties by value, null last.
  private List<Counted> counted(int codes, List<FunnelPass> passes, @Nullable ColumnDomain domain) {
    List<Counted> groups = new ArrayList<>();
    for (int code = 0; code < codes; code++) {
      long[] entities = new long[query.steps().size()];
      for (FunnelPass pass : passes) {
        pass.addReached(code, entities);
      }
      if (entities[0] > 0) {
        sources.context().memory().reserve(entities.length * 8L + 64);
        groups.add(
            new Counted(code, code == 0 || domain == null ? null : domain.value(code), entities));
      }
    }
    groups.sort(
        Comparator.comparingLong((Counted group) -> -group.entities[0])
            .thenComparing((left, right) -> EventSources.compare(left.code, right.code, domain)));
    return groups;
  }

  private List<FunnelResult.Step> steps(
      long[] entities, List<Integer> codes, List<FunnelPass> passes) {
    List<FunnelResult.Step> steps = new ArrayList<>();
    for (int step = 0; step < entities.length; step++) {
      steps.add(
          new FunnelResult.Step(
              entities[step],
              step == 0 || !query.wantsTimes() ? null : median(step, codes, passes)));
    }
    return steps;
  }

  private @Nullable Double median(int step, List<Integer> codes, List<FunnelPass> passes) {
    List<LongValues> lists = new ArrayList<>();
    for (FunnelPass pass : passes) {
      codes.forEach(code -> pass.addTimes(code, step, lists));
    }
    long[] sorted = LongValues.sorted(lists, sources.context().memory());
    Double ticks = LongValues.quantile(sorted, MEDIAN);
    sources.context().memory().reserve(-sorted.length * 8L);
    return ticks == null ? null : clock.seconds(ticks);
  }
}
