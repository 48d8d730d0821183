package io.tyto.ingest.partition;

import io.tyto.model.query.Filter;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Up to which offset of each log the rows of a collection are in a view. Immutable.
///
/// A row has its log and offset for ever, so whatever compaction makes of segments, and however
/// late an event is, a row is on one side of it. The offsets of a log are covered from its begin
/// on, as rows are taken in the order in which they were committed.
///
/// @param next by log, the first offset that is not covered; 0 for logs that are not named
record Coverage(Map<String, Long> next) {
  static final Coverage NOTHING = new Coverage(Map.of());

  Coverage {
    next = Map.copyOf(next);
  }

  /// What the segment of a view stands for.
  static Coverage of(@Nullable SegmentEntry view) {
    if (view == null) {
      return NOTHING;
    }
    Map<String, Long> next = new HashMap<>();
    view.ranges().forEach((log, range) -> next.put(log, range.next()));
    return new Coverage(next);
  }

  /// This, and all rows of a segment.
  Coverage plus(SegmentEntry rows) {
    Map<String, Long> longer = new HashMap<>(next);
    rows.ranges().forEach((log, range) -> longer.merge(log, range.next(), Math::max));
    return new Coverage(longer);
  }

  /// As ranges of a manifest.
  Map<String, Range> ranges() {
    Map<String, Range> ranges = new TreeMap<>();
    next.forEach((log, end) -> ranges.put(log, new Range(0, end)));
    return ranges;
  }

  /// Whether every row of a segment is covered.
  boolean isAllOf(SegmentEntry rows) {
    return rows.ranges().entrySet().stream()
        .allMatch(entry -> entry.getValue().next() <= until(entry.getKey()));
  }

  /// Whether some row of a segment may be covered.
  boolean meets(SegmentEntry rows) {
    return rows.ranges().entrySet().stream()
        .anyMatch(entry -> entry.getValue().from() < until(entry.getKey()));
  }

  private long until(String log) {
    return next.getOrDefault(log, 0L);
  }

  /// The rows of a segment that are not covered; null: all.
  @Nullable Filter beyond(SegmentEntry rows) {
    return meets(rows) ? split(rows, false) : null;
  }

  /// The rows of a segment that are covered; null: all.
  @Nullable Filter within(SegmentEntry rows) {
    return isAllOf(rows) ? null : split(rows, true);
  }

  private Filter split(SegmentEntry rows, boolean isCovered) {
    List<Object> whole = new ArrayList<>();
    List<Filter> any = new ArrayList<>();
    new TreeMap<>(rows.ranges())
        .forEach((log, range) -> {
          long end = until(log);
          if (end <= range.from() || end >= range.next()) {
            if (end >= range.next() == isCovered) {
              whole.add(log);
            }
          } else {
            any.add(
                new Filter.And(
                    List.of(
                        new Filter.Compare("_log", Filter.Op.EQ, log, false),
                        new Filter.Compare(
                            "_offset", isCovered ? Filter.Op.LT : Filter.Op.GTE, end, false))));
          }
        });
    if (!whole.isEmpty()) {
      any.add(new Filter.In("_log", whole, false));
    }
    return new Filter.Or(any);
  }
}
