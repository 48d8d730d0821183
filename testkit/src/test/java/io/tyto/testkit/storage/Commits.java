package io.tyto.testkit.storage;

import io.tyto.store.StoreKeys;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Changes and entries for tests: one log, one collection, every record a row.
final class Commits {
  static final String PREFIX = StoreKeys.partition(1, 1, 0, 0);
  static final String LOG = "11111111-2222-3333-4444-555555555555";
  static final int COLLECTION = 1;

  private Commits() {}

  static SegmentEntry data(String file, long from, long next) {
    return segment(file, COLLECTION, Kind.DATA, LOG, from, next, 1, null);
  }

  static SegmentEntry segment(
      String file,
      int collection,
      Kind kind,
      String logId,
      long from,
      long next,
      long bytes,
      @Nullable String sha256) {
    return new SegmentEntry(
        file,
        collection,
        kind,
        Map.of(logId, new Range(from, next)),
        next - from,
        from * 1_000,
        next * 1_000,
        bytes,
        sha256 == null ? "0".repeat(64) : sha256,
        1,
        0,
        null,
        null);
  }

  /// Offsets `[from, next)` sealed into one segment.
  static Change seal(String file, long from, long next) {
    return seal(data(file, from, next), from, next);
  }

  static Change seal(SegmentEntry segment, long from, long next) {
    return Change.builder()
        .advance(LOG, from, next)
        .add(segment)
        .counts(new Counts(next - from, next - from, 0, 0, 0))
        .build();
  }
}
