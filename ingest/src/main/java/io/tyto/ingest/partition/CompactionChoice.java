package io.tyto.ingest.partition;

import io.tyto.ingest.IngestOptions;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which neighbours become one segment. Pure function of sizes.
///
/// A run is merged when none of its members holds more than half of it: then each merge at least
/// doubles the size of every row's segment, so a row is rewritten a logarithmic number of times,
/// and segments of one size cannot pile up.
final class CompactionChoice {
  /// Longer runs are looked at because a big neighbour between small ones would block all shorter
  /// ones.
  private static final int LONGEST_RUN_FACTOR = 8;

  private static final int BASE_SEGMENTS = 32;

  private CompactionChoice() {}

  /// Segments that there may be without an alarm: the bound that compaction keeps.
  static long allowed(long rows, IngestOptions.Compaction limits) {
    return BASE_SEGMENTS + 2 * rows / limits.maxRows();
  }

  /// There are so many segments that new ones should come slower.
  static boolean isBehind(List<SegmentEntry> segments, IngestOptions.Compaction limits) {
    long rows = segments.stream().mapToLong(SegmentEntry::rows).sum();
    return limits.enabled() && segments.size() > 2 * allowed(rows, limits);
  }

  /// Cuts a list of segments where one that answers for all between its ends would answer for
  /// offsets that are another's.
  ///
  /// @param segments of one collection and kind, in commit order
  /// @param apart by log, offsets that no merged segment may answer for
  static List<List<SegmentEntry>> stretches(
      List<SegmentEntry> segments, Map<String, List<Range>> apart) {
    List<List<SegmentEntry>> stretches = new ArrayList<>();
    List<SegmentEntry> stretch = new ArrayList<>();
    Map<String, Range> covered = new HashMap<>();
    for (SegmentEntry segment : segments) {
      Map<String, Range> longer = new HashMap<>(covered);
      extend(longer, segment);
      if (meets(longer, apart) && !stretch.isEmpty()) {
        stretches.add(stretch);
        stretch = new ArrayList<>();
        longer = new HashMap<>(segment.ranges());
      }
      stretch.add(segment);
      covered = longer;
    }
    stretches.add(stretch);
    return stretches;
  }

  /// The offsets of all, and what lies between them.
  static Map<String, Range> rangesOf(List<SegmentEntry> run) {
    Map<String, Range> ranges = new LinkedHashMap<>();
    run.forEach(segment -> extend(ranges, segment));
    return ranges;
  }

  /// Makes the ranges of a merged segment reach over one more.
  private static void extend(Map<String, Range> ranges, SegmentEntry segment) {
    segment
        .ranges()
        .forEach((log, range) ->
            ranges.merge(
                log,
                range,
                (one, other) ->
                    new Range(
                        Math.min(one.from(), other.from()), Math.max(one.next(), other.next()))));
  }

  private static boolean meets(Map<String, Range> ranges, Map<String, List<Range>> apart) {
    return ranges.entrySet().stream()
        .anyMatch(entry ->
            apart.getOrDefault(entry.getKey(), List.of()).stream()
                .anyMatch(other ->
                    other.from() < entry.getValue().next()
                        && entry.getValue().from() < other.next()));
  }

  /// The neighbours to merge, or an empty list where all is well.
  ///
  /// @param stretches see {@link #stretches}
  static List<SegmentEntry> choose(
      List<List<SegmentEntry>> stretches, IngestOptions.Compaction limits) {
    long rows = 0;
    int count = 0;
    for (List<SegmentEntry> segments : stretches) {
      for (int from = 0; from + limits.fanIn() <= segments.size(); from++) {
        int length = balancedRun(segments, from, limits);
        if (length > 0) {
          return List.copyOf(segments.subList(from, from + length));
        }
      }
      rows += segments.stream().mapToLong(SegmentEntry::rows).sum();
      count += segments.size();
    }
    return count > allowed(rows, limits) ? lightestRun(stretches, limits) : List.of();
  }

  /// Length of the shortest run from here on that may be merged, or 0.
  private static int balancedRun(
      List<SegmentEntry> segments, int from, IngestOptions.Compaction limits) {
    long rows = 0;
    long bytes = 0;
    long most = 0;
    int longest = Math.min(segments.size() - from, limits.fanIn() * LONGEST_RUN_FACTOR);
    for (int length = 1; length <= longest; length++) {
      SegmentEntry segment = segments.get(from + length - 1);
      rows += segment.rows();
      bytes += segment.bytes();
      most = Math.max(most, segment.rows());
      if (rows > limits.maxRows() || bytes > limits.maxBytes()) {
        return 0;
      }
      if (length >= limits.fanIn() && most <= rows / 2) {
        return length;
      }
    }
    return 0;
  }

  /// Where no run is balanced and there are too many: the one that costs least.
  private static List<SegmentEntry> lightestRun(
      List<List<SegmentEntry>> stretches, IngestOptions.Compaction limits) {
    List<SegmentEntry> lightest = List.of();
    long least = Long.MAX_VALUE;
    for (List<SegmentEntry> segments : stretches) {
      for (int from = 0; from + limits.fanIn() <= segments.size(); from++) {
        List<SegmentEntry> run = segments.subList(from, from + limits.fanIn());
        long rows = run.stream().mapToLong(SegmentEntry::rows).sum();
        long bytes = run.stream().mapToLong(SegmentEntry::bytes).sum();
        if (rows < least && rows <= limits.maxRows() && bytes <= limits.maxBytes()) {
          least = rows;
          lightest = List.copyOf(run);
        }
      }
    }
    return lightest;
  }
}
