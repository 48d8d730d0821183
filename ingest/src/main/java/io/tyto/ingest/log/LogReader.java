package io.tyto.ingest.log;

import org.jspecify.annotations.Nullable;

/// Walks over a log in order of offsets. Not thread-safe; the caller closes it.
public interface LogReader extends AutoCloseable {
  /// The longest that {@link #next} waits for a log that grows elsewhere, in milliseconds.
  long WAIT_MILLIS = 100;

  /// The next entry, or null where nothing more is durable now; ask again later.
  ///
  /// A log outside of this process is waited for, at most {@link #WAIT_MILLIS}. STORE_FAILED where
  /// our own log cannot be read at all; LOG_UNAVAILABLE where another does not answer: what was not
  /// given yet is given by a new reader from {@link #position}. LOG_CORRUPT where the log ends
  /// before what was asked for.
  @Nullable LogEntry next();

  /// Whether {@link #next} gives an entry without waiting for it.
  boolean isReady();

  /// Every entry below this offset has been given, or does not exist: logs have gaps in their
  /// numbers, such as the marks of transactions. Never behind the last entry given.
  long position();

  @Override
  void close();
}
