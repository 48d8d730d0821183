package io.tyto.ingest.partition;

/// How long a partition waits before it asks once more what became of a commit.
///
/// Thread-safe.
@FunctionalInterface
public interface CommitRetry {
  /// Long enough for a store to recover, short enough for rows to be durable soon.
  CommitRetry DEFAULT = () -> 500;

  /// The next pause, in milliseconds; called before each.
  long nextMillis();
}
