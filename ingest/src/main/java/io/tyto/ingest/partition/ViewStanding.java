package io.tyto.ingest.partition;

import io.tyto.engine.view.BoundView;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a view stands in a partition.
///
/// @param rows committed rows of its collection
/// @param covered those of them that it has taken in, segments of which it has a part left out
/// @param isBuilding rows that were there before it are still to come
/// @param bytes on disk
/// @param maxTime greatest event time that it has taken in, in epoch microseconds; null without any
/// @param refreshed when it was last brought up to date; null: not since the start, or elsewhere
/// @param failure why it is not kept up; null: it is
public record ViewStanding(
    long rows,
    long covered,
    boolean isBuilding,
    long bytes,
    @Nullable Long maxTime,
    @Nullable Instant refreshed,
    @Nullable String failure) {

  static ViewStanding of(
      LiveRows live, BoundView view, @Nullable Instant refreshed, @Nullable String failure) {
    int collection = view.source().collectionId();
    List<SegmentEntry> data = live.entries(collection, Kind.DATA);
    SegmentEntry entry =
        live.entries(collection, Kind.VIEW).stream()
            .filter(each -> ViewRefresher.isOf(each, view))
            .findFirst()
            .orElse(null);
    Coverage reached = Coverage.of(entry);
    long rows = data.stream().mapToLong(SegmentEntry::rows).sum();
    long covered = data.stream().filter(reached::isAllOf).mapToLong(SegmentEntry::rows).sum();
    boolean isBuilding = entry == null ? rows > 0 : ViewRefresher.isBuilding(entry);
    Long maxTime =
        entry != null && entry.minTime() <= entry.maxTime() ? (Long) entry.maxTime() : null;
    return new ViewStanding(
        rows, covered, isBuilding, entry == null ? 0 : entry.bytes(), maxTime, refreshed, failure);
  }
}
