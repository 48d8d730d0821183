package io.tyto.ingest.partition;

import io.tyto.engine.segment.Segment;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.TytoException;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import org.jspecify.annotations.Nullable;

/// A committed segment as queries get it. A damaged one stays in its place and answers every read
/// with its error, so that the rest goes on and no query silently misses rows. So does one that
/// lies elsewhere and cannot be brought.
///
/// Whoever reads holds it: {@link #retain}, then {@link #release}.
final class LiveSegment {
  private final SegmentEntry entry;
  private final RowSource source;
  private final @Nullable Segment segment;
  private final @Nullable DistantSegment distant;

  LiveSegment(SegmentEntry entry, Segment segment) {
    this.entry = entry;
    this.source = segment;
    this.segment = segment;
    this.distant = null;
  }

  LiveSegment(SegmentEntry entry, DistantSegment distant) {
    this.entry = entry;
    this.source = distant;
    this.segment = null;
    this.distant = distant;
  }

  LiveSegment(SegmentEntry entry, int partition, TytoException damage) {
    this.entry = entry;
    this.source = new Quarantined(entry, partition, damage);
    this.segment = null;
    this.distant = null;
  }

  SegmentEntry entry() {
    return entry;
  }

  RowSource source() {
    return source;
  }

  boolean isDamaged() {
    return distant == null ? segment == null : distant.isDamaged();
  }

  /// SEGMENT_CORRUPT where it is damaged, STORE_FAILED where it cannot be brought here, without
  /// waiting for the first read.
  void requireReadable() {
    if (distant != null) {
      distant.requireReadable();
    }
    if (source instanceof Quarantined damaged) {
      throw damaged.failure();
    }
  }

  void retain() {
    if (segment != null) {
      segment.retain();
    } else if (distant != null) {
      distant.retain();
    }
  }

  /// Releases what no manifest names any more.
  void releaseReplaced() {
    if (distant != null) {
      distant.replaced();
    }
    release();
  }

  void release() {
    if (segment != null) {
      segment.release();
    } else if (distant != null) {
      distant.release();
    }
  }

  private record Quarantined(SegmentEntry entry, int partition, TytoException damage)
      implements RowSource {
    @Override
    public int rowCount() {
      return Math.toIntExact(entry.rows());
    }

    @Override
    public int schemaVersion() {
      return entry.schemaVersion();
    }

    @Override
    public @Nullable ColumnReader column(int columnId) {
      throw failure();
    }

    private TytoException failure() {
      return new TytoException(damage.code(), String.valueOf(damage.getMessage()), damage);
    }

    @Override
    public String name() {
      return entry.file();
    }

    @Override
    public long storedBytes() {
      return entry.bytes();
    }
  }
}
