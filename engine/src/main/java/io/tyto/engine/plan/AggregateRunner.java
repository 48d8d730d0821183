package io.tyto.engine.plan;

import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.measure.MeasurePlan;
import io.tyto.engine.measure.MeasureShape;
import io.tyto.engine.page.Cursor;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.model.access.Guard;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Order;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.result.ResultColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Answers one aggregate query on one snapshot. Not thread-safe; its scans use the context's
/// workers.
///
/// The way of a query: check and compile -> scan each period once -> keep the groups of `top` ->
/// merge overlapping buckets -> unite the periods -> fill gaps -> having -> order -> limitPer ->
/// page.
public final class AggregateRunner {
  private final AggregatePlan plan;
  private final AggregateQuery query;
  private final GroupSource source;
  private final PlanLimits limits;
  private final ScanContext context;
  private final ColumnBounds bounds;
  private final Period current;
  private final @Nullable Period previous;
  private final @Nullable TopGroups top;

  /// Entities or rows that stand behind what is told at least; 0: any.
  private final int minGroup;

  /// Where the page begins among all rows.
  private final long from;

  private AggregateRunner(
      AggregateQuery query,
      @Nullable Cursor after,
      GroupSource source,
      PlanLimits limits,
      int minGroup,
      ScanContext context) {
    this.minGroup = minGroup;
    this.plan =
        AggregatePlan.of(
            query, source.schema(), minGroup == 0 ? null : SmallGroups.counted(source.schema()));
    this.query = query;
    this.source = source;
    this.limits = limits;
    this.context = context;
    this.bounds = ColumnBounds.seen(source, context);
    this.from = (after == null ? 0L : after.first() + 1L) + query.offset();
    this.current = scan(query.range());
    this.previous = query.compareTo() == null ? null : scan(query.compareTo());
    this.top = query.top() == null ? null : TopGroups.of(plan, query.top(), current.ownGroups());
  }

  /// @param after where the page begins, or null for the first
  public static AggregateResult run(
      AggregateQuery query,
      @Nullable Cursor after,
      GroupSource source,
      PlanLimits limits,
      ScanContext context) {
    return run(query, after, source, limits, 0, context);
  }

  /// The same, where groups of few are not told.
  ///
  /// @param minGroup see {@link Guard#minGroup}; the query was checked by {@link SmallGroups}
  public static AggregateResult run(
      AggregateQuery query,
      @Nullable Cursor after,
      GroupSource source,
      PlanLimits limits,
      int minGroup,
      ScanContext context) {
    long started = System.nanoTime();
    return Checkpoint.within(
        context.query(),
        () -> new AggregateRunner(query, after, source, limits, minGroup, context).answer(started));
  }

  private Period scan(TimeInterval interval) {
    GroupScan.Best best = minGroup > 0 ? null : plan.best(from + query.limit() + 1);
    return Period.scan(plan, interval, best, source, bounds, limits.maxBuckets(), context);
  }

  private AggregateResult answer(long started) {
    RowTable table = filled(rows(), plan.filledKey());
    context.memory().reserve((long) table.count() * (plan.keyCount() + 2) * Long.BYTES);
    int[] kept = having(table);
    int[] ordered = inOrder(table, kept, from + query.limit() + 1);
    int first = (int) Math.min(ordered.length, from);
    int end = (int) Math.min(ordered.length, from + query.limit());
    int[] page = Arrays.copyOfRange(ordered, first, end);
    boolean hasNextPage = end < ordered.length;
    Side before = table.previous();
    Rest rest = rest();
    AggregateQuery.Wants wants = query.wants();
    return new AggregateResult(
        page.length,
        keyColumns(table.keys(), allKeys(), page),
        measures(table.current(), page),
        new RowIds(query.identity(), RowKeys.select(table.keys(), page), axes()),
        before == null ? List.of() : measures(before, page),
        wants.totals() ? totals(current) : List.of(),
        wants.totals() && previous != null ? totals(previous) : List.of(),
        rest.others(),
        rest.rowCount(),
        rest.keys(),
        rest.measures(),
        kept.length + current.leftOut(),
        hasNextPage,
        wants.cursors() ? cursors(first, page.length) : null,
        meta(started, hasNextPage),
        told());
  }

  /// The plan, without what only the numbers of other callers' rows would tell.
  private QueryPlan told() {
    QueryPlan found = current.queryPlan();
    return Guard.isVeiled(context.query().caller(), source.schema())
        ? found.withoutRows()
        : found.withCost(context.estimatedCost());
  }

  /// The rows of both periods, of the best groups only where the query asks for a top.
  private RowTable rows() {
    Groups groups = top == null ? current.groups() : top.keep(current.groups());
    PeriodRows now = current.rows(groups, plan.rollingKey());
    if (previous == null) {
      return RowTable.of(now);
    }
    Comparison comparison = new Comparison(plan, current, previous);
    Groups aligned = comparison.alignedGroups();
    PeriodRows before = previous.rows(top == null ? aligned : top.keep(aligned), plan.rollingKey());
    return RowTable.union(now, comparison.alignedRows(before));
  }

  /// @param position of the key to fill among the table's keys, or -1
  private RowTable filled(RowTable table, int position) {
    GroupKey.TimeBucket bucket = plan.bucketKey(plan.filledKey());
    if (bucket == null || position < 0) {
      return table;
    }
    TimeInterval range = query.range();
    boolean isBounded = plan.columns().isEventTime(bucket.column());
    GapFiller.Span span =
        GapFiller.Span.of(
            table.keys().key(position),
            current.axis(plan.filledKey()),
            isBounded && range.from() != null,
            isBounded && range.to() != null);
    return GapFiller.fill(table, position, span, bucket.fill(), limits.maxRows(), context);
  }

  private int[] having(RowTable table) {
    int[] all = told(table);
    AggregateQuery.Having having = query.having();
    if (having == null) {
      return all;
    }
    HavingPredicate test =
        new HavingPredicate(having, measure -> table.current().rows(plan.named(measure)));
    return Arrays.stream(all).filter(test::holds).toArray();
  }

  /// All rows, but for those that tell of few. FORBIDDEN where the only one does.
  private int[] told(RowTable table) {
    if (minGroup == 0) {
      return RowKeys.identity(table.count());
    }
    List<Cells> counts = new ArrayList<>();
    counts.add(table.current().rows(counted()));
    if (table.previous() != null) {
      counts.add(table.previous().rows(counted()));
    }
    int[] told = SmallGroups.told(table.keys(), counts, minGroup);
    if (told.length == 0 && plan.keyCount() == 0) {
      throw SmallGroups.few(source.schema(), minGroup);
    }
    return told;
  }

  private MeasurePlan counted() {
    return plan.named(SmallGroups.counted(source.schema()));
  }

  private List<ResultColumn> totals(Period period) {
    Groups whole = period.totals();
    if (isFew(whole)) {
      throw SmallGroups.few(source.schema(), minGroup);
    }
    return single(whole);
  }

  private boolean isFew(Groups one) {
    return minGroup > 0
        && !(RowTable.of(PeriodRows.of(one)).current().rows(counted()).asDouble(0) >= minGroup);
  }

  /// At least the first `count` rows that `limitPer` lets through, in order.
  private int[] inOrder(RowTable table, int[] rows, long count) {
    RowOrder order =
        RowOrder.of(query.orderBy(), table.keys(), measure -> compared(table, measure));
    AggregateQuery.LimitPer limitPer = query.limitPer();
    if (limitPer == null) {
      return IntSort.first(rows, (int) Math.min(count, rows.length), order);
    }
    IntSort.sort(rows, order);
    int[] positions = limitPer.keys().stream().mapToInt(Integer::intValue).toArray();
    int[] tuples = table.keys().tuples(positions);
    int[] taken = new int[table.count()];
    return Arrays.stream(rows).filter(row -> taken[tuples[row]]++ < limitPer.n()).toArray();
  }

  private RowOrder.Compared compared(RowTable table, Order.ByMeasure order) {
    MeasurePlan measure = plan.named(order.of());
    Cells now = table.current().rows(measure);
    if (table.previous() == null) {
      return new RowOrder.Compared(now, measure.shape());
    }
    Cells before = table.previous().rows(measure);
    return switch (order.basis()) {
      case CURRENT -> new RowOrder.Compared(now, measure.shape());
      case PREVIOUS -> new RowOrder.Compared(before, measure.shape());
      case DELTA -> difference(now, before, false);
      case DELTA_PCT -> difference(now, before, true);
    };
  }

  private static RowOrder.Compared difference(Cells now, Cells before, boolean isShare) {
    return new RowOrder.Compared(new Cells.Difference(now, before, isShare), MeasureShape.DOUBLE);
  }

  /// What `top` leaves over: in one group, and by the keys that top does not name.
  private record Rest(
      List<ResultColumn> others,
      int rowCount,
      List<@Nullable ResultColumn> keys,
      List<ResultColumn> measures) {
    static final Rest NONE = new Rest(List.of(), 0, List.of(), List.of());
  }

  private Rest rest() {
    if (top == null) {
      return Rest.NONE;
    }
    List<ResultColumn> others = List.of();
    if (query.others()) {
      Groups left = top.leaveOut(current.ownGroups()).regroup(new int[0]);
      others = isFew(left) ? List.of() : single(left);
    }
    return query.wants().othersRows()
        ? restRows(top, others)
        : new Rest(others, 0, List.of(), List.of());
  }

  private Rest restRows(TopGroups best, List<ResultColumn> others) {
    int[] remaining = TopGroups.remaining(query);
    Groups left = best.leaveOut(current.groups()).regroup(remaining);
    PeriodRows rows = current.rows(left, positionIn(remaining, plan.rollingKey()));
    RowTable table = filled(RowTable.of(rows), positionIn(remaining, plan.filledKey()));
    int[] ordered = IntSort.first(told(table), query.limit(), RowOrder.byKeys(table.keys()));
    List<ResultColumn> columns = keyColumns(table.keys(), remaining, ordered);
    @Nullable ResultColumn[] keys = new ResultColumn[plan.keyCount()];
    for (int i = 0; i < remaining.length; i++) {
      keys[remaining[i]] = columns.get(i);
    }
    return new Rest(
        others, ordered.length, Arrays.asList(keys), measures(table.current(), ordered));
  }

  private static int positionIn(int[] positions, int wanted) {
    for (int i = 0; i < positions.length; i++) {
      if (positions[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private List<ResultColumn> single(Groups one) {
    return measures(RowTable.of(PeriodRows.of(one)).current(), new int[] {0});
  }

  private List<ResultColumn> measures(Side side, int[] rows) {
    return plan.measures().stream()
        .map(measure -> Columnar.measure(measure.shape(), side.rows(measure), rows))
        .toList();
  }

  /// @param positions in `groupBy` of the keys that `keys` has
  private List<ResultColumn> keyColumns(Groups keys, int[] positions, int[] rows) {
    List<ResultColumn> columns = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      GroupKeys key = keys.key(i);
      columns.add(
          switch (plan.key(positions[i])) {
            case GroupKey.Dimension(String column) ->
                Columnar.dimension(plan.columns().require(column).type().element(), key, rows);
            case GroupKey.Bins bins -> Columnar.bins(bins, key, rows);
            case GroupKey.TimeBucket _ -> Columnar.buckets(current.axis(positions[i]), key, rows);
          });
    }
    return columns;
  }

  private int[] allKeys() {
    return RowKeys.identity(plan.keyCount());
  }

  private List<@Nullable TimeAxis> axes() {
    List<@Nullable TimeAxis> axes = new ArrayList<>();
    for (int i = 0; i < plan.keyCount(); i++) {
      axes.add(plan.bucketKey(i) == null ? null : current.axis(i));
    }
    return axes;
  }

  private List<String> cursors(int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(row -> Cursor.of(source.id(), query.identity(), row, 0).encode())
        .toList();
  }

  private QueryMeta meta(long started, boolean truncated) {
    ScanStats stats = previous == null ? current.stats() : current.stats().plus(previous.stats());
    MetaData meta =
        new MetaData(
            source.schema(), source.id(), source.facts(), bounds, context.query(), started);
    return meta.of(stats, current.servedBy(), truncated, Approximations.of(plan), context.cost());
  }
}
