package io.tyto.engine.plan;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.calendar.Rolling;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.scan.ScanContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/// Turns groups by elementary interval into rows by overlapping bucket.
///
/// Values are read out bucket by bucket and the merged states dropped again, so memory holds the
/// states of one bucket, not of all: a running distinct count over a year would not fit otherwise.
/// A series (a tuple of the other keys) has a row in every bucket that reaches one of its groups.
/// Groups without a time stay as they are, in rows without a bucket.
final class RollingMerge {
  /// What a written value costs, its slot and its box.
  private static final int BYTES_PER_VALUE = 32;

  private final Groups groups;
  private final int timeKey;
  private final Rolling rolling;
  private final ScanContext context;

  /// Groups in order of their interval: those of interval i are `order[starts[i], starts[i + 1])`;
  /// the last run holds those without a time.
  private final int[] order;

  private final int[] starts;
  private final int[] series;

  private final LongArrayList buckets = new LongArrayList();
  private final IntArrayList representatives = new IntArrayList();
  private final List<List<@Nullable Object>> values = new ArrayList<>();

  private RollingMerge(Groups groups, int timeKey, Rolling rolling, ScanContext context) {
    this.groups = groups;
    this.timeKey = timeKey;
    this.rolling = rolling;
    this.context = context;
    this.series = groups.tuples(RowKeys.allBut(groups.keys().size(), timeKey));
    this.starts = new int[rolling.intervals() + 2];
    this.order = new int[groups.count()];
    sortByInterval();
    groups.states().forEach(_ -> values.add(new ArrayList<>()));
  }

  /// @param groups with interval numbers as the key at `timeKey`
  static PeriodRows rows(
      Groups groups, int timeKey, Rolling rolling, boolean cumulative, ScanContext context) {
    RollingMerge merge = new RollingMerge(groups, timeKey, rolling, context);
    if (cumulative) {
      merge.accumulateBuckets();
    } else {
      merge.mergeWindows();
    }
    return merge.finish();
  }

  private void sortByInterval() {
    int none = rolling.intervals();
    for (int group = 0; group < groups.count(); group++) {
      starts[intervalOf(group, none) + 1]++;
    }
    for (int i = 1; i < starts.length; i++) {
      starts[i] += starts[i - 1];
    }
    int[] next = starts.clone();
    for (int group = 0; group < groups.count(); group++) {
      order[next[intervalOf(group, none)]++] = group;
    }
  }

  private int intervalOf(int group, int none) {
    GroupKeys key = groups.key(timeKey);
    return key.isNull(group) || !(key instanceof GroupKeys.LongKeys(long[] intervals, _))
        ? none
        : (int) intervals[group];
  }

  /// States live on from bucket to bucket, one group a series.
  private void accumulateBuckets() {
    List<Accumulator> running = groups.states().stream().map(Accumulator::fresh).toList();
    Targets seen = new Targets();
    for (int bucket = 0; bucket < rolling.buckets(); bucket++) {
      context.check();
      int from = starts[bucket == 0 ? 0 : rolling.end(bucket - 1)];
      int to = starts[rolling.end(bucket)];
      mergeInto(running, seen, from, to);
      write(running, seen, bucket);
    }
  }

  private void mergeWindows() {
    Targets targets = new Targets();
    for (int bucket = 0; bucket < rolling.buckets(); bucket++) {
      context.check();
      int from = starts[rolling.first(bucket)];
      int to = starts[rolling.end(bucket)];
      if (from < to) {
        targets.clear();
        List<Accumulator> merged = groups.states().stream().map(Accumulator::fresh).toList();
        mergeInto(merged, targets, from, to);
        write(merged, targets, bucket);
      }
    }
  }

  private void mergeInto(List<Accumulator> states, Targets targets, int from, int to) {
    int[] sources = Arrays.copyOfRange(order, from, to);
    int[] into = new int[sources.length];
    for (int i = 0; i < sources.length; i++) {
      into[i] = targets.of(sources[i]);
    }
    for (int i = 0; i < states.size(); i++) {
      states.get(i).ensureGroups(targets.count());
      states.get(i).merge(groups.state(i), sources, into, sources.length);
    }
  }

  private void write(List<Accumulator> states, Targets targets, int bucket) {
    int count = targets.count();
    context.memory().reserve((long) count * states.size() * BYTES_PER_VALUE);
    for (int target = 0; target < count; target++) {
      buckets.addLong(bucket);
      representatives.addInt(targets.representative(target));
      for (int i = 0; i < states.size(); i++) {
        values.get(i).add(states.get(i).value(target));
      }
    }
  }

  private PeriodRows finish() {
    int timed = buckets.size();
    writeTimeless();
    int count = representatives.size();
    boolean[] nulls = new boolean[count];
    Arrays.fill(nulls, timed, count, true);
    long[] bucketOfRow = Arrays.copyOf(buckets.toLongArray(), count);
    Groups picked = RowKeys.select(groups, representatives.toIntArray());
    Groups keys =
        RowKeys.replace(
            picked, timeKey, new GroupKeys.LongKeys(bucketOfRow, timed == count ? null : nulls));
    for (int i = 0; i < values.size(); i++) {
      Accumulator empty = groups.state(i).fresh();
      empty.ensureGroups(1);
      values.get(i).add(empty.value(0));
    }
    List<Cells> cells = new ArrayList<>();
    values.forEach(written -> cells.add(new Cells.Written(written)));
    return new PeriodRows(keys, cells, RowKeys.identity(count), count);
  }

  private void writeTimeless() {
    for (int i = starts[rolling.intervals()]; i < order.length; i++) {
      representatives.addInt(order[i]);
      for (int state = 0; state < values.size(); state++) {
        values.get(state).add(groups.state(state).value(order[i]));
      }
    }
  }

  /// Dense numbers for the series of one merge.
  private final class Targets {
    private final int[] targetOf = new int[series.length];
    private final IntArrayList representatives = new IntArrayList();

    Targets() {
      Arrays.fill(targetOf, -1);
    }

    int of(int group) {
      int target = targetOf[series[group]];
      if (target < 0) {
        target = representatives.size();
        targetOf[series[group]] = target;
        representatives.addInt(group);
      }
      return target;
    }

    int count() {
      return representatives.size();
    }

    int representative(int target) {
      return representatives.getInt(target);
    }

    void clear() {
      for (int i = 0; i < representatives.size(); i++) {
        targetOf[series[representatives.getInt(i)]] = -1;
      }
      representatives.clear();
    }
  }
}
