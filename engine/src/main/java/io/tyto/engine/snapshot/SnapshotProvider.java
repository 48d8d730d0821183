package io.tyto.engine.snapshot;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.util.Set;

/// Where queries get their snapshots from. Thread-safe.
public interface SnapshotProvider {
  /// The newest consistent view of a collection; the caller closes it. UNKNOWN_COLLECTION.
  TableSnapshot snapshot(String collection);

  /// The same, for a query: where the rows have to be made first, they are made within its deadline
  /// and memory, and not when it is cancelled. QUERY_TIMEOUT, CANCELLED, MEMORY_LIMIT_EXCEEDED.
  default TableSnapshot snapshot(String collection, QueryContext context) {
    return snapshot(collection);
  }

  /// The same, with the newest rows of some partitions that this process reads without owning them.
  /// SHARDS_MISSING where it does not.
  ///
  /// @param tails those partitions
  default TableSnapshot snapshot(String collection, Set<Integer> tails, QueryContext context) {
    if (!tails.isEmpty()) {
      throw new TytoException(
          ErrorCode.SHARDS_MISSING, "this process reads no partition that it does not own");
    }
    return snapshot(collection, context);
  }

  /// The newest schema of a collection. UNKNOWN_COLLECTION.
  default TableSchema schema(String collection, QueryContext context) {
    try (TableSnapshot snapshot = snapshot(collection, context)) {
      return snapshot.schema();
    }
  }

  /// What a hashed or tokenized column stores of a value; any other stores the value itself.
  default Object stored(ColumnSpec column, Object value) {
    return value;
  }
}
