package io.tyto.store.maintenance;

import io.tyto.store.Store;
import io.tyto.store.manifest.ManifestChain;
import java.time.Duration;
import java.util.function.Predicate;

/// Deletes what no manifest that a snapshot can name refers to. Run by the owner of the partition
/// only, never twice at a time.
public final class GarbageCollector {

  /// @param manifestsKept newest manifests that always stay
  /// @param manifestAge younger manifests stay too
  /// @param snapshotAge how long a superseded manifest can still be named by a cursor
  /// @param objectAge younger objects are never deleted: somebody may be about to commit them
  public record Policy(
      int manifestsKept, Duration manifestAge, Duration snapshotAge, Duration objectAge) {
    public static final Policy DEFAULT =
        new Policy(1024, Duration.ofDays(7), Duration.ofMinutes(15), Duration.ofHours(24));
  }

  public record Collected(int manifests, int pages, int segments, long bytes) {}

  public GarbageCollector(Store store, Policy policy) {
    throw new UnsupportedOperationException("lands next");
  }

  /// Collects one partition. A failed list or an unreadable manifest ends it before anything is
  /// deleted.
  ///
  /// @param isInUse file names of segments that a query reads or that are being built; asked right
  ///   before each deletion
  public Collected collect(ManifestChain chain, Predicate<String> isInUse) {
    throw new UnsupportedOperationException("lands next");
  }
}
