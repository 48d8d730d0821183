package io.tyto.engine.plan;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.calendar.Rolling;
import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.group.BucketAxis;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/// One of the periods that a query compares (or the only one): its time axes and its scanned
/// groups. Not thread-safe.
final class Period {
  /// Stands for an axis without buckets: a scan needs one, and no value meets it.
  private static final long[] NO_BUCKETS = {0, 1};

  private final AggregatePlan plan;
  private final TimeInterval interval;
  private final GroupSource source;
  private final ScanContext context;
  private final List<@Nullable TimeAxis> axes = new ArrayList<>();
  private final @Nullable Rolling rolling;
  private final Groups groups;
  private ScanStats stats;
  private GroupSource.@Nullable Found found;

  private Period(
      AggregatePlan plan,
      TimeInterval interval,
      GroupScan.@Nullable Best best,
      GroupSource source,
      ColumnBounds bounds,
      int maxBuckets,
      ScanContext context) {
    this.plan = plan;
    this.interval = interval;
    this.source = source;
    this.context = context;
    for (GroupKey key : plan.query().groupBy()) {
      axes.add(
          key instanceof GroupKey.TimeBucket bucket ? axisOf(bucket, bounds, maxBuckets) : null);
    }
    this.rolling = rollingOf();
    this.groups = scan(scanKeys(), scanRange(), best);
    this.stats = groups.stats();
  }

  /// @param best all that is needed of the groups, or null: all of them
  static Period scan(
      AggregatePlan plan,
      TimeInterval interval,
      GroupScan.@Nullable Best best,
      GroupSource source,
      ColumnBounds bounds,
      int maxBuckets,
      ScanContext context) {
    return new Period(plan, interval, best, source, bounds, maxBuckets, context);
  }

  /// Groups that were found and not kept, as only the best were asked for.
  int leftOut() {
    return groups.total() - groups.count();
  }

  /// Of all scans so far.
  ScanStats stats() {
    return stats;
  }

  TimeInterval interval() {
    return interval;
  }

  /// The axis of the time key at `position`.
  TimeAxis axis(int position) {
    TimeAxis axis = axes.get(position);
    if (axis == null) {
      throw new IllegalArgumentException("key " + position + " is no time key");
    }
    return axis;
  }

  /// As scanned: a rolling time key counts elementary intervals, and some lie before the period.
  Groups groups() {
    return groups;
  }

  /// The groups of the period's own rows, with plain buckets as time keys; several groups may agree
  /// in their keys.
  Groups ownGroups() {
    if (rolling == null) {
      return groups;
    }
    GroupKeys key = groups.key(plan.rollingKey());
    IntArrayList own = new IntArrayList();
    for (int group = 0; group < groups.count(); group++) {
      if (key.isNull(group) || homeOf(key, group) >= 0) {
        own.addInt(group);
      }
    }
    Groups kept = groups.select(own.toIntArray());
    return RowKeys.replace(kept, plan.rollingKey(), homes(kept.key(plan.rollingKey())));
  }

  private GroupKeys homes(GroupKeys intervals) {
    long[] homes = new long[intervals.count()];
    boolean[] nulls = new boolean[intervals.count()];
    for (int i = 0; i < homes.length; i++) {
      nulls[i] = intervals.isNull(i);
      homes[i] = nulls[i] ? 0 : homeOf(intervals, i);
    }
    return new GroupKeys.LongKeys(homes, nulls);
  }

  private int homeOf(GroupKeys intervals, int group) {
    Long interval = (Long) intervals.value(group);
    return interval == null || rolling == null ? -1 : rolling.home(interval.intValue());
  }

  /// The rows that groups of this period make; overlapping buckets become rows of their own here.
  ///
  /// @param rollingKey where `groups` has the rolling time key, -1 where it has none
  PeriodRows rows(Groups some, int rollingKey) {
    if (rolling == null || rollingKey < 0) {
      return PeriodRows.of(some);
    }
    GroupKey.TimeBucket bucket = plan.bucketKey(plan.rollingKey());
    boolean cumulative = bucket != null && bucket.cumulative();
    return RollingMerge.rows(some, rollingKey, rolling, cumulative, context);
  }

  /// One group of all rows of the period.
  Groups totals() {
    if (plan.keyCount() == 0) {
      return groups;
    }
    if (plan.explodes()) {
      // Groups hold a row once per element, or not at all: only a scan counts each once.
      Groups whole = scan(List.of(), interval, null);
      stats = stats.plus(whole.stats());
      return whole;
    }
    return ownGroups().regroup(new int[0]);
  }

  /// How its rows were found; of the last scan.
  QueryPlan queryPlan() {
    return requireFound().plan();
  }

  String servedBy() {
    return requireFound().servedBy();
  }

  private GroupSource.Found requireFound() {
    GroupSource.Found known = found;
    if (known == null) {
      throw new IllegalStateException("nothing was scanned yet");
    }
    return known;
  }

  private Groups scan(List<ScanKey> keys, TimeInterval range, GroupScan.@Nullable Best best) {
    GroupScan.Spec spec =
        new GroupScan.Spec(source.schema(), range, plan.query().where(), keys, plan.states(), best);
    GroupSource.Found last = source.scan(spec, plan.regroups());
    found = last;
    return last.groups();
  }

  private TimeAxis axisOf(GroupKey.TimeBucket bucket, ColumnBounds bounds, int maxBuckets) {
    ColumnSpec column = plan.columns().require(bucket.column());
    TimeInterval range = plan.columns().isEventTime(bucket.column()) ? interval : null;
    ColumnBounds.Span span = bounds.span(column, range);
    return TimeAxis.of(bucket, column.type().element(), span.from(), span.to(), maxBuckets);
  }

  private @Nullable Rolling rollingOf() {
    GroupKey.TimeBucket bucket = plan.bucketKey(plan.rollingKey());
    if (bucket == null) {
      return null;
    }
    TimeAxis axis = axis(plan.rollingKey());
    GroupKey.TimeAmount window = bucket.window();
    return window == null
        ? Rolling.cumulative(axis)
        : Rolling.window(axis, window, rangeFrom(bucket.column()));
  }

  private @Nullable Long rangeFrom(String column) {
    Instant from = interval.from();
    if (from == null || !plan.columns().isEventTime(column)) {
      return null;
    }
    return Axes.ceiling(plan.columns().require(column).type().element(), from);
  }

  private List<ScanKey> scanKeys() {
    List<ScanKey> keys = new ArrayList<>();
    for (int i = 0; i < plan.keyCount(); i++) {
      keys.add(
          switch (plan.key(i)) {
            case GroupKey.Dimension(String column) -> new ScanKey.ColumnKey(column);
            case GroupKey.Bins(String column, Double width, var edges) ->
                new ScanKey.BinsKey(column, width, edges);
            case GroupKey.TimeBucket bucket -> bucketKey(bucket, i);
          });
    }
    return keys;
  }

  private ScanKey bucketKey(GroupKey.TimeBucket bucket, int position) {
    long[] boundaries =
        rolling != null && position == plan.rollingKey()
            ? rolling.points()
            : axis(position).boundaries();
    return new ScanKey.BucketKey(
        bucket.column(), new BucketAxis(boundaries.length == 0 ? NO_BUCKETS : boundaries));
  }

  /// The period, and what windows need before it.
  private TimeInterval scanRange() {
    GroupKey.TimeBucket bucket = plan.bucketKey(plan.rollingKey());
    if (rolling == null || bucket == null || rolling.buckets() == 0 || bucket.window() == null) {
      return interval;
    }
    Long from = rangeFrom(bucket.column());
    if (from == null || rolling.needsFrom() >= from) {
      return interval;
    }
    ColumnType.Scalar type = plan.columns().require(bucket.column()).type().element();
    return new TimeInterval(Axes.toInstant(type, rolling.needsFrom()), interval.to());
  }
}
