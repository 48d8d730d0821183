package io.tyto.store.maintenance;

import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.nio.file.Path;
import java.util.List;

/// Looks inside a segment whose size and hash are right already.
@FunctionalInterface
public interface SegmentCheck {
  /// No look inside.
  SegmentCheck NONE = (_, _) -> List.of();

  /// What is wrong, empty if nothing is. Must not throw for damaged content.
  List<Fault> check(Path file, SegmentEntry entry);
}
