package io.tyto.engine.plan;

import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import io.tyto.engine.scan.ScanContext;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.GroupKey;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gives every series (a tuple of the keys beside time) a row in every bucket of a span.
///
/// A row of the other period only counts as a gap too. Rows without a time belong to no series.
final class GapFiller {
  private static final int NO_SERIES = -1;

  private final RowTable table;
  private final int timeKey;
  private final TimeAxis axis;
  private final int from;
  private final int width;
  private final int[] seriesOf;
  private final int[] bucketOf;

  /// Rows of series i are `order[starts[i], starts[i + 1])`.
  private final int[] order;

  private final int[] starts;
  private final int seriesCount;

  private GapFiller(RowTable table, int timeKey, Span span) {
    this.table = table;
    this.timeKey = timeKey;
    this.axis = span.axis();
    this.from = span.from();
    this.width = Math.max(0, span.to() - span.from());
    this.bucketOf = buckets(table.keys().key(timeKey));
    this.seriesOf = table.keys().tuples(RowKeys.allBut(table.keys().keys().size(), timeKey));
    this.seriesCount = numberTimedSeries();
    this.starts = new int[seriesCount + 1];
    this.order = new int[table.count()];
    sortBySeries();
  }

  /// The buckets to fill, `[from, to)` on the axis.
  record Span(TimeAxis axis, int from, int to) {
    /// @param isFromBounded from the axis's start; otherwise from the first bucket that has a row
    /// @param isToBounded to the axis's end; otherwise to the last bucket that has a row
    static Span of(GroupKeys key, TimeAxis axis, boolean isFromBounded, boolean isToBounded) {
      int[] buckets = buckets(key);
      int first = Arrays.stream(buckets).filter(bucket -> bucket >= 0).min().orElse(0);
      int last = Arrays.stream(buckets).max().orElse(-1);
      return new Span(axis, isFromBounded ? 0 : first, isToBounded ? axis.size() : last + 1);
    }
  }

  /// @param timeKey position of the time key among the table's keys
  static RowTable fill(
      RowTable table,
      int timeKey,
      Span span,
      GroupKey.GapFill fill,
      int maxRows,
      ScanContext context) {
    return new GapFiller(table, timeKey, span).fill(fill, maxRows, context);
  }

  private static int[] buckets(GroupKeys key) {
    int[] buckets = new int[key.count()];
    for (int row = 0; row < buckets.length; row++) {
      Long bucket = (Long) key.value(row);
      buckets[row] = bucket == null ? -1 : bucket.intValue();
    }
    return buckets;
  }

  /// Numbers the series that have a row with a time; without other keys there is always one.
  private int numberTimedSeries() {
    int[] numbers = new int[table.count()];
    Arrays.fill(numbers, NO_SERIES);
    int count = 0;
    for (int row = 0; row < seriesOf.length; row++) {
      int tuple = seriesOf[row];
      if (bucketOf[row] >= 0 && numbers[tuple] == NO_SERIES) {
        numbers[tuple] = count++;
      }
      seriesOf[row] = bucketOf[row] >= 0 ? numbers[tuple] : NO_SERIES;
    }
    return table.keys().keys().size() == 1 ? 1 : count;
  }

  private void sortBySeries() {
    for (int series : seriesOf) {
      if (series != NO_SERIES) {
        starts[series + 1]++;
      }
    }
    for (int i = 1; i < starts.length; i++) {
      starts[i] += starts[i - 1];
    }
    int[] next = starts.clone();
    for (int row = 0; row < seriesOf.length; row++) {
      if (seriesOf[row] != NO_SERIES) {
        order[next[seriesOf[row]]++] = row;
      }
    }
  }

  private RowTable fill(GroupKey.GapFill fill, int maxRows, ScanContext context) {
    int count = checkedCount(maxRows);
    context.memory().reserve(count * (table.keys().keys().size() + 8L) * Long.BYTES);
    Side current = widened(table.current(), fill, count);
    Side previous = table.previous() == null ? null : widened(table.previous(), fill, count);
    int[] templates = Arrays.copyOf(RowKeys.identity(table.count()), count);
    int[] buckets = Arrays.copyOf(bucketOf, count);
    int next = table.count();
    int[] rowAt = new int[width];
    for (int series = 0; series < seriesCount; series++) {
      context.check();
      locate(series, rowAt);
      for (int i = 0; i < width; i++) {
        if (rowAt[i] < 0) {
          rowAt[i] = next;
          templates[next] = starts[series] < order.length ? order[starts[series]] : 0;
          buckets[next++] = from + i;
        }
      }
      join(current, rowAt);
      join(previous, rowAt);
    }
    return new RowTable(keys(templates, buckets), current, previous);
  }

  private int checkedCount(int maxRows) {
    long count = table.count() + missingRows();
    if (count > maxRows) {
      throw new TytoException(
          ErrorCode.MEMORY_LIMIT_EXCEEDED,
          ("gap fill makes %,d rows and at most %,d are allowed: narrow the range, take a coarser"
                  + " granularity, or keep fewer groups with top")
              .formatted(count, maxRows));
    }
    return (int) count;
  }

  private long missingRows() {
    long present = 0;
    for (int bucket : bucketOf) {
      present += bucket >= from && bucket < from + width ? 1 : 0;
    }
    return (long) seriesCount * width - present;
  }

  private void locate(int series, int[] rowAt) {
    Arrays.fill(rowAt, -1);
    for (int i = starts[series]; i < starts[series + 1]; i++) {
      int at = bucketOf[order[i]] - from;
      if (at >= 0 && at < width) {
        rowAt[at] = order[i];
      }
    }
  }

  private static Side widened(Side side, GroupKey.GapFill fill, int count) {
    int[] places = Arrays.copyOf(side.places(), count);
    Arrays.fill(places, side.places().length, count, side.nothing());
    int neighbours = fill == GroupKey.GapFill.LINEAR ? count : 0;
    return new Side(side.states(), places, side.nothing(), Side.Gaps.of(fill, neighbours));
  }

  /// Lets the gaps of one series know their neighbours. `rowAt` holds the series' row of every
  /// bucket.
  private void join(@Nullable Side side, int[] rowAt) {
    if (side == null) {
      return;
    }
    switch (side.gaps().fill()) {
      case NONE, NULL, ZERO -> {}
      case PREVIOUS -> {
        int last = side.nothing();
        for (int row : rowAt) {
          last = side.places()[row] == side.nothing() ? last : side.places()[row];
          side.places()[row] = last;
        }
      }
      case LINEAR -> joinLinear(side, rowAt);
    }
  }

  private void joinLinear(Side side, int[] rowAt) {
    int before = -1;
    for (int i = 0; i < width; i++) {
      if (side.places()[rowAt[i]] != side.nothing()) {
        for (int gap = before + 1; before >= 0 && gap < i; gap++) {
          double span = axis.boundary(from + i) - axis.boundary(from + before);
          side.gaps().before()[rowAt[gap]] = rowAt[before];
          side.gaps().after()[rowAt[gap]] = rowAt[i];
          side.gaps().weight()[rowAt[gap]] =
              (axis.boundary(from + gap) - axis.boundary(from + before)) / span;
        }
        before = i;
      }
    }
  }

  private Groups keys(int[] templates, int[] buckets) {
    long[] values = new long[buckets.length];
    boolean[] nulls = new boolean[buckets.length];
    for (int row = 0; row < buckets.length; row++) {
      values[row] = buckets[row];
      nulls[row] = buckets[row] < 0;
    }
    GroupKeys time = new GroupKeys.LongKeys(values, nulls);
    if (table.keys().keys().size() == 1) {
      return RowKeys.of(templates.length, List.of(time));
    }
    return RowKeys.replace(RowKeys.select(table.keys(), templates), timeKey, time);
  }
}
