package io.tyto.engine.calendar;

import io.tyto.model.query.GroupKey;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Buckets that overlap, cut into elementary intervals that do not: bucket i is made of the
/// intervals `[first(i), end(i))`. So every row is scanned once, however many buckets it falls
/// into.
///
/// Immutable. `first` and `end` ascend.
public final class Rolling {
  private final long[] points;
  private final int[] firsts;
  private final int[] ends;
  private final int[] homes;

  private Rolling(long[] points, int[] firsts, int[] ends, int[] homes) {
    this.points = points;
    this.firsts = firsts;
    this.ends = ends;
    this.homes = homes;
  }

  /// Every bucket from the first one on.
  public static Rolling cumulative(TimeAxis axis) {
    int buckets = axis.size();
    int[] ends = new int[buckets];
    int[] homes = new int[buckets];
    for (int i = 0; i < buckets; i++) {
      ends[i] = i + 1;
      homes[i] = i;
    }
    return new Rolling(axis.boundaries(), new int[buckets], ends, homes);
  }

  /// The window before each bucket's end.
  ///
  /// @param rangeFrom where the range begins on the axis: rows before it are in windows only; null
  ///   where it does not bound this column
  public static Rolling window(
      TimeAxis axis, GroupKey.TimeAmount window, @Nullable Long rangeFrom) {
    int buckets = axis.size();
    long[] starts = new long[buckets];
    TreeSet<Long> all = new TreeSet<>();
    for (int i = 0; i < buckets; i++) {
      ZonedDateTime end = axis.timeOf(i + 1);
      starts[i] = axis.position(end.minus(window.period()).minus(window.duration()));
      all.add(starts[i]);
      all.add(axis.boundary(i));
      all.add(axis.boundary(i + 1));
    }
    if (rangeFrom != null && buckets > 0) {
      all.add(rangeFrom);
    }
    long[] points = all.stream().mapToLong(Long::longValue).toArray();
    int[] firsts = new int[buckets];
    int[] ends = new int[buckets];
    for (int i = 0; i < buckets; i++) {
      firsts[i] = Arrays.binarySearch(points, starts[i]);
      ends[i] = Arrays.binarySearch(points, axis.boundary(i + 1));
    }
    return new Rolling(points, firsts, ends, homes(axis, points, rangeFrom));
  }

  private static int[] homes(TimeAxis axis, long[] points, @Nullable Long rangeFrom) {
    int[] homes = new int[Math.max(0, points.length - 1)];
    for (int i = 0; i < homes.length; i++) {
      boolean isBefore = rangeFrom != null && points[i] < rangeFrom;
      homes[i] = isBefore ? -1 : axis.indexOf(points[i]);
    }
    return homes;
  }

  /// The least value that any window or the range needs; there is at least one bucket.
  public long needsFrom() {
    long rangeStart = points[firstInRange()];
    return Math.min(points[firsts[0]], rangeStart);
  }

  private int firstInRange() {
    int interval = 0;
    while (interval < homes.length && homes[interval] < 0) {
      interval++;
    }
    return interval;
  }

  /// A copy, ascending, in the column's unit.
  public long[] points() {
    return points.clone();
  }

  public int buckets() {
    return firsts.length;
  }

  public int intervals() {
    return homes.length;
  }

  public int first(int bucket) {
    return firsts[bucket];
  }

  public int end(int bucket) {
    return ends[bucket];
  }

  /// The bucket of the plain axis that an interval's rows lie in, -1 for rows before the range.
  public int home(int interval) {
    return homes[interval];
  }
}
