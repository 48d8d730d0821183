package io.tyto.engine.plan;

import io.tyto.engine.behaviour.EntityScan;
import io.tyto.engine.behaviour.EventClock;
import io.tyto.engine.behaviour.EventTable;
import io.tyto.engine.behaviour.LongValues;
import io.tyto.engine.behaviour.SessionPass;
import io.tyto.engine.behaviour.SessionPass.Group;
import io.tyto.engine.behaviour.SessionStats;
import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.result.SessionsResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Answers one question about sessions.
public final class SessionsRunner {
  private static final int MAX_BUCKETS = 100_000;

  private final SessionsQuery query;
  private final EventSources sources;
  private final EventSources.@Nullable Dimension dimension;
  private final EventClock clock;

  private SessionsRunner(
      SessionsQuery query, EventSources sources, EventSources.@Nullable Dimension dimension) {
    this.query = query;
    this.sources = sources;
    this.dimension = dimension;
    clock = sources.clock(query.events(), query.zone());
  }

  /// @param snapshots of every collection that is named
  public static SessionsResult run(
      SessionsQuery query, Map<String, TableSnapshot> snapshots, ScanContext context) {
    EventSources sources = new EventSources(snapshots, context);
    SessionsQuery.Breakdown breakdown = query.breakdown();
    EventSources.Dimension dimension =
        breakdown == null
            ? null
            : new EventSources.Dimension(breakdown.collection(), breakdown.column());
    sources.check(query.events(), dimension);
    boolean isBadQuantile = query.quantiles().stream().anyMatch(q -> !(q >= 0 && q <= 1));
    if (query.gap().isNegative() || query.gap().isZero() || isBadQuantile || query.limit() < 0) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "sessions need a gap above 0, quantiles from 0 to 1 and a limit that is not negative");
    }
    return Checkpoint.within(
        context.query(), () -> new SessionsRunner(query, sources, dimension).run());
  }

  private SessionsResult run() {
    TimeAxis axis = axis();
    List<EventTable> tables = sources.tables(query.events(), dimension);
    EntityScan.Found<SessionPass> found =
        sources
            .scan(tables, clock)
            .run(() ->
                new SessionPass(
                    clock.ticks(query.gap()),
                    axis,
                    !query.quantiles().isEmpty(),
                    sources.context().memory()));
    Map<Group, List<SessionStats>> byGroup = new TreeMap<>();
    List<SessionStats> totals = new ArrayList<>();
    List<LongValues> lengths = new ArrayList<>();
    for (SessionPass pass : found.passes()) {
      totals.add(pass.total());
      pass.groups()
          .forEach(
              (group, stats) -> byGroup.computeIfAbsent(group, _ -> new ArrayList<>()).add(stats));
    }
    byGroup.values().forEach(parts -> lengths.addAll(SessionStats.Sum.of(parts).lengths()));
    boolean isGrouped = axis != null || dimension != null;
    List<SessionsResult.Group> groups =
        isGrouped ? groups(byGroup, axis, domain(tables)) : List.of();
    SessionStats.Sum total = SessionStats.Sum.of(totals);
    long groupCount = isGrouped ? byGroup.size() : 0;
    return new SessionsResult(
        stats(total, lengths),
        groups,
        groupCount,
        sources.meta(found.stats(), groups.size() < groupCount));
  }

  private @Nullable TimeAxis axis() {
    if (query.granularity() == null) {
      return null;
    }
    return EventSources.axis(
        query.granularity(),
        query.zone(),
        query.weekStart(),
        clock,
        sources.ticks(query.events(), clock),
        MAX_BUCKETS);
  }

  private static @Nullable ColumnDomain domain(List<EventTable> tables) {
    return tables.stream()
        .map(EventTable::dimension)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private record Row(Group group, SessionStats.Sum sum) {}

  private List<SessionsResult.Group> groups(
      Map<Group, List<SessionStats>> byGroup,
      @Nullable TimeAxis axis,
      @Nullable ColumnDomain domain) {
    List<Row> rows = new ArrayList<>();
    byGroup.forEach((group, parts) -> rows.add(new Row(group, SessionStats.Sum.of(parts))));
    rows.sort(
        Comparator.comparingInt((Row row) -> row.group().bucket())
            .thenComparingLong(row -> -row.sum().sessions())
            .thenComparing((left, right) ->
                EventSources.compare(left.group().code(), right.group().code(), domain)));
    List<SessionsResult.Group> groups = new ArrayList<>();
    for (Row row : rows.subList(0, Math.min(query.limit(), rows.size()))) {
      int code = row.group().code();
      Object value =
          dimension == null || domain == null || code == 0
              ? null
              : Columnar.logical(sources.type(dimension), domain.value(code));
      groups.add(
          new SessionsResult.Group(
              axis == null ? null : axis.bucket(row.group().bucket()),
              value,
              stats(row.sum(), row.sum().lengths())));
    }
    return groups;
  }

  private SessionsResult.Stats stats(SessionStats.Sum sum, List<LongValues> lengths) {
    List<@Nullable Double> quantiles = new ArrayList<>();
    if (!query.quantiles().isEmpty()) {
      long[] sorted = LongValues.sorted(lengths, sources.context().memory());
      for (double q : query.quantiles()) {
        Double ticks = LongValues.quantile(sorted, q);
        quantiles.add(ticks == null ? null : clock.seconds(ticks));
      }
      sources.context().memory().reserve(-sorted.length * 8L);
    }
    return new SessionsResult.Stats(
        sum.entities(),
        sum.sessions(),
        sum.events(),
        sum.sessions() == 0 ? null : clock.seconds(sum.ticks() / sum.sessions()),
        quantiles);
  }
}
