package io.tyto.engine.plan;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.calendar.Rolling;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.scan.Checkpoint;
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

  /// Windows of more intervals than this are put together from blocks of them.
  private static final int LONG_WINDOW = 32;

  private final Groups groups;
  private final int timeKey;
  private final Rolling rolling;
  private final ScanContext context;
  private final int[] series;
  private final IntervalRuns intervals;
  private final LongArrayList buckets = new LongArrayList();
  private final IntArrayList representatives = new IntArrayList();
  private final List<List<@Nullable Object>> values = new ArrayList<>();

  private RollingMerge(Groups groups, int timeKey, Rolling rolling, ScanContext context) {
    this.groups = groups;
    this.timeKey = timeKey;
    this.rolling = rolling;
    this.context = context;
    this.series = groups.tuples(RowKeys.allBut(groups.keys().size(), timeKey));
    this.intervals = IntervalRuns.of(groups, timeKey, rolling.intervals());
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

  /// States live on from bucket to bucket, one group a series.
  private void accumulateBuckets() {
    List<Accumulator> running = fresh();
    Targets seen = new Targets();
    for (int bucket = 0; bucket < rolling.buckets(); bucket++) {
      context.check();
      int from = bucket == 0 ? 0 : rolling.end(bucket - 1);
      intervals.mergeInto(running, seen, from, rolling.end(bucket));
      write(running, seen, bucket);
    }
  }

  private void mergeWindows() {
    int blockSize = blockSize();
    IntervalRuns blocks = blockSize == 1 ? intervals : intervals.blocks(blockSize, new Targets());
    Targets targets = new Targets();
    for (int bucket = 0; bucket < rolling.buckets(); bucket++) {
      context.check();
      int from = rolling.first(bucket);
      int to = rolling.end(bucket);
      int firstBlock = Math.ceilDiv(from, blockSize);
      int endBlock = Math.max(firstBlock, to / blockSize);
      targets.clear();
      List<Accumulator> merged = fresh();
      intervals.mergeInto(merged, targets, from, Math.min(to, firstBlock * blockSize));
      blocks.mergeInto(merged, targets, firstBlock, endBlock);
      intervals.mergeInto(merged, targets, Math.max(from, endBlock * blockSize), to);
      write(merged, targets, bucket);
    }
  }

  /// The root of the longest window: so many intervals at each ragged end, and so many blocks
  /// between.
  private int blockSize() {
    int longest = 0;
    for (int bucket = 0; bucket < rolling.buckets(); bucket++) {
      longest = Math.max(longest, rolling.end(bucket) - rolling.first(bucket));
    }
    return longest <= LONG_WINDOW ? 1 : (int) Math.sqrt(longest);
  }

  private List<Accumulator> fresh() {
    return groups.states().stream().map(Accumulator::fresh).toList();
  }

  private void write(List<Accumulator> states, Targets targets, int bucket) {
    int count = targets.count();
    context.memory().reserve((long) count * states.size() * BYTES_PER_VALUE);
    for (int target = 0; target < count; target++) {
      Checkpoint.pass(target);
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
    List<Cells> cells = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Accumulator empty = groups.state(i).fresh();
      empty.ensureGroups(1);
      values.get(i).add(empty.value(0));
      cells.add(new Cells.Written(values.get(i)));
    }
    return new PeriodRows(keys, cells, RowKeys.identity(count), count);
  }

  private void writeTimeless() {
    for (int group : intervals.timeless()) {
      representatives.addInt(group);
      for (int state = 0; state < values.size(); state++) {
        values.get(state).add(groups.state(state).value(group));
      }
    }
  }

  /// Dense numbers for the series of one merge.
  final class Targets {
    private final int[] targetOf = new int[series.length];
    private final IntArrayList representatives = new IntArrayList();

    private Targets() {
      Arrays.fill(targetOf, -1);
    }

    /// The number of the series that a scanned group belongs to.
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

    /// A scanned group of the series.
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
