package io.tyto.engine.snapshot;

import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;

/// Where queries get their snapshots from. Thread-safe.
public interface SnapshotProvider {
  /// The newest consistent view of a collection; the caller closes it. UNKNOWN_COLLECTION.
  TableSnapshot snapshot(String collection);

  /// The same, for a query: where the rows have to be made first, they are made within its deadline
  /// and memory, and not when it is cancelled. QUERY_TIMEOUT, CANCELLED, MEMORY_LIMIT_EXCEEDED.
  default TableSnapshot snapshot(String collection, QueryContext context) {
    return snapshot(collection);
  }

  /// What a hashed or tokenized column stores of a value; any other stores the value itself.
  default Object stored(ColumnSpec column, Object value) {
    return value;
  }
}
