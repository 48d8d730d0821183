package io.tyto.store.maintenance;

import io.tyto.store.Store;
import java.util.List;
import java.util.function.Consumer;

/// Re-reads every catalog version, manifest, page and live segment, and checks invariants I1 to I7
/// of docs/commit-protocol.md. Needs no lock: what is committed while it runs is not looked at.
/// Thread-safe.
public final class StoreVerifier {

  /// @param check looks inside segments
  public StoreVerifier(Store store, SegmentCheck check) {
    throw new UnsupportedOperationException("lands next");
  }

  /// What was looked at and what is wrong.
  public record Report(
      int catalogVersions,
      int partitions,
      int manifests,
      int pages,
      int segments,
      long rows,
      long bytes,
      List<Fault> faults) {
    public boolean isClean() {
      return faults.isEmpty();
    }
  }

  /// @param progress told the key of what is read next
  public Report verify(Consumer<String> progress) {
    throw new UnsupportedOperationException("lands next");
  }
}
