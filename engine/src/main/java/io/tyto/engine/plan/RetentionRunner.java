package io.tyto.engine.plan;

import io.tyto.engine.behaviour.EntityScan;
import io.tyto.engine.behaviour.EventClock;
import io.tyto.engine.behaviour.RetentionPass;
import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.RetentionResult;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Answers one retention grid.
public final class RetentionRunner {
  private static final int MAX_CELLS = 100_000;

  private final RetentionQuery query;
  private final EventSources sources;
  private final EventClock clock;

  private RetentionRunner(RetentionQuery query, EventSources sources) {
    this.query = query;
    this.sources = sources;
    clock = sources.clock(List.of(query.first(), query.returning()), query.zone());
  }

  /// RANGE_TOO_WIDE where the grid would have more than 100,000 cells.
  ///
  /// @param snapshots of both collections
  public static RetentionResult run(
      RetentionQuery query, Map<String, TableSnapshot> snapshots, ScanContext context) {
    EventSources sources = new EventSources(snapshots, context);
    sources.check(List.of(query.first(), query.returning()), null);
    boolean isPeriod =
        switch (query.granularity()) {
          case DAY, WEEK, MONTH -> true;
          case SECOND, MINUTE, HOUR, QUARTER, YEAR, ALL -> false;
        };
    if (!isPeriod || query.periods() < 0 || query.periods() > RetentionQuery.MAX_PERIODS) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "retention is asked by DAY, WEEK or MONTH and for 0 to %d periods, not by %s for %d"
              .formatted(RetentionQuery.MAX_PERIODS, query.granularity(), query.periods()));
    }
    return Checkpoint.within(context.query(), () -> new RetentionRunner(query, sources).run());
  }

  private RetentionResult run() {
    EventSources.Ticks range = sources.ticks(List.of(query.first()), clock);
    int maxCohorts = MAX_CELLS / (query.periods() + 1);
    TimeAxis cohorts = axis(range.from(), range.to(), maxCohorts);
    if (cohorts.size() == 0) {
      return new RetentionResult(List.of(), sources.meta(ScanStats.NONE, false));
    }
    ZonedDateTime end = later(cohorts.timeOf(cohorts.size() - 1));
    long endTicks = Math.max(range.to(), cohorts.position(end));
    TimeAxis axis = axis(range.from(), endTicks, maxCohorts + query.periods() + 1);
    TimeInterval returning =
        new TimeInterval(
            query.returning().range().from(),
            clock.instant(sources.time(query.returning()), endTicks));
    List<EventFilter> events =
        List.of(
            query.first(),
            new EventFilter(query.returning().collection(), returning, query.returning().where()));
    EntityScan.Found<RetentionPass> found =
        sources
            .scan(sources.tables(events, null), clock)
            .run(() -> new RetentionPass(axis, cohorts.size(), query.periods()));
    List<RetentionResult.Cohort> rows = new ArrayList<>();
    for (int cohort = 0; cohort < cohorts.size(); cohort++) {
      rows.add(row(axis, cohort, found.passes()));
    }
    return new RetentionResult(rows, sources.meta(found.stats(), false));
  }

  private TimeAxis axis(long from, long to, int maxBuckets) {
    return EventSources.axis(
        query.granularity(),
        query.zone(),
        query.weekStart(),
        clock,
        new EventSources.Ticks(from, to),
        maxBuckets);
  }

  /// Behind the last period of the cohort that begins there.
  private ZonedDateTime later(ZonedDateTime cohort) {
    long periods = query.periods() + 1L;
    return switch (query.granularity()) {
      case WEEK -> cohort.plusWeeks(periods);
      case MONTH -> cohort.plusMonths(periods);
      case SECOND, MINUTE, HOUR, DAY, QUARTER, YEAR, ALL -> cohort.plusDays(periods);
    };
  }

  private RetentionResult.Cohort row(TimeAxis axis, int cohort, List<RetentionPass> passes) {
    List<Long> returned = new ArrayList<>();
    for (int period = 0; period <= query.periods(); period++) {
      int at = period;
      returned.add(passes.stream().mapToLong(pass -> pass.returned(cohort, at)).sum());
    }
    long entities = passes.stream().mapToLong(pass -> pass.size(cohort)).sum();
    return new RetentionResult.Cohort(axis.bucket(cohort), entities, List.copyOf(returned));
  }
}
