package io.tyto.engine.snapshot;

/// Where queries get their snapshots from. Thread-safe.
public interface SnapshotProvider {
  /// The newest consistent view of a collection; the caller closes it. UNKNOWN_COLLECTION.
  TableSnapshot snapshot(String collection);
}
