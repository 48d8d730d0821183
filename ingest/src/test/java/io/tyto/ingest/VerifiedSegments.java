package io.tyto.ingest;

import io.tyto.engine.segment.LifetimeSegment;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.StateSegment;
import io.tyto.store.maintenance.Fault;
import io.tyto.store.maintenance.SegmentCheck;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.nio.file.Path;
import java.util.List;

/// Looks inside every segment of a store that a test verifies.
public final class VerifiedSegments {
  public static final SegmentCheck CHECK = VerifiedSegments::check;

  private VerifiedSegments() {}

  private static List<Fault> check(Path file, SegmentEntry entry) {
    List<io.tyto.engine.segment.Fault> faults;
    if (entry.kind() == Kind.STATE && entry.collection() > 0) {
      try (LifetimeSegment segment = LifetimeSegment.open(file, entry.bytes())) {
        faults = segment.verify();
      }
    } else if (entry.kind() == Kind.STATE) {
      try (StateSegment segment = StateSegment.open(file, entry.bytes())) {
        faults = segment.verify();
      }
    } else {
      Segment segment = Segment.open(file, entry.bytes());
      try {
        faults = segment.verify();
      } finally {
        segment.release();
      }
    }
    return faults.stream()
        .map(f -> new Fault(f.file(), f.byteOffset(), "format", f.expected(), f.actual()))
        .toList();
  }
}
