package io.tyto.graphqlschema.bulk;

import io.tyto.model.result.QueryMeta;
import org.jspecify.annotations.Nullable;

/// The rows of an answer, a part at a time. Not thread-safe, but may move from thread to thread;
/// holds what it reads from until it is closed.
public interface BulkAnswer extends AutoCloseable {
  /// The rows that come next, or null behind the last; blocks.
  @Nullable BulkRows next();

  /// How the answer came about; of all of it once the last rows were given.
  QueryMeta meta();

  @Override
  void close();
}
