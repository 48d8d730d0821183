package io.tyto.engine.snapshot;

import io.tyto.model.schema.ColumnSpec;

/// Where queries get their snapshots from. Thread-safe.
public interface SnapshotProvider {
  /// The newest consistent view of a collection; the caller closes it. UNKNOWN_COLLECTION.
  TableSnapshot snapshot(String collection);

  /// What a hashed or tokenized column stores of a value; any other stores the value itself.
  default Object stored(ColumnSpec column, Object value) {
    return value;
  }
}
