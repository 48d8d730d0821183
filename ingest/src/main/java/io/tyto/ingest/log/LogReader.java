package io.tyto.ingest.log;

import org.jspecify.annotations.Nullable;

/// Walks over a log in order of offsets. Not thread-safe; the caller closes it.
public interface LogReader extends AutoCloseable {
  /// The next entry, or null at the end. STORE_FAILED where the log cannot be read at all.
  @Nullable LogEntry next();

  @Override
  void close();
}
