package io.tyto.store.manifest;

import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a manifest says, wherever it says it: the entries of a page, of a manifest, or of a
/// manifest with all its pages. Immutable.
///
/// @param next logId -> first offset not committed, the log that moved last at the end
public record Contents(
    List<SegmentEntry> segments,
    List<Hole> holes,
    Map<String, Long> next,
    Map<String, Long> dedupFrom) {

  static final Contents EMPTY = new Contents(List.of(), List.of(), Map.of(), Map.of());

  public Contents {
    segments = List.copyOf(segments);
    holes = List.copyOf(holes);
    // Map.copyOf would lose the order.
    next = Collections.unmodifiableMap(new LinkedHashMap<>(next));
    dedupFrom = Collections.unmodifiableMap(new LinkedHashMap<>(dedupFrom));
  }

  static Contents of(Manifest manifest) {
    return new Contents(
        manifest.segments(), manifest.holes(), manifest.next(), manifest.dedupFrom());
  }

  /// All parts in order; where several name a log, the last of them holds.
  static Contents merged(List<Contents> parts) {
    List<SegmentEntry> segments = new ArrayList<>();
    List<Hole> holes = new ArrayList<>();
    Map<String, Long> next = new LinkedHashMap<>();
    Map<String, Long> dedupFrom = new LinkedHashMap<>();
    for (Contents part : parts) {
      segments.addAll(part.segments);
      holes.addAll(part.holes);
      part.next.forEach((logId, offset) -> putLast(next, logId, offset));
      part.dedupFrom.forEach((logId, offset) -> putLast(dedupFrom, logId, offset));
    }
    return new Contents(segments, holes, next, dedupFrom);
  }

  /// The order of the map is the order in which logs moved: those that rest stand first.
  static void putLast(Map<String, Long> offsets, String logId, long offset) {
    offsets.remove(logId);
    offsets.put(logId, offset);
  }

  int entries() {
    return segments.size() + holes.size() + next.size();
  }

  boolean isEmpty() {
    return entries() + dedupFrom.size() == 0;
  }
}
