package io.tyto.model.port;

import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.RecordRows;
import org.jspecify.annotations.Nullable;

/// Raw rows of one snapshot, a part at a time, as fast as they are asked for.
///
/// *Thread-safety*: not safe; may move from thread to thread. *Lifetime*: holds its snapshot until
/// it is closed.
public interface RecordStream extends AutoCloseable {
  /// The rows that come next, or null behind the last; blocks. Throws what a query throws, and then
  /// there is no more.
  @Nullable RecordRows next();

  /// How the rows so far came about; `truncated` once the limit has left out others.
  QueryMeta meta();

  @Override
  void close();
}
