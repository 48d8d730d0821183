package io.tyto.ingest.partition;

import io.tyto.ingest.log.LogEntry;
import java.util.concurrent.CompletableFuture;

/// A partition as the readers of logs outside see it: who owns it takes what they bring to commit
/// it, and a replica of its tail to show it until the owner has. Thread-safe.
public sealed interface LogTarget permits Partition, TailReplica {
  PartitionId id();

  /// Takes what a log brought; waits while there is enough to do. What was delivered before is left
  /// out. DRAINING where nothing is taken any more.
  CompletableFuture<Partition.Appended> load(Delivery delivery) throws InterruptedException;

  /// Goes on behind offsets that can never be read any more.
  ///
  /// @param start offset from which the log is read at all, see {@link Delivery}
  void skip(String logId, long start, LogEntry.Gap gap) throws InterruptedException;

  /// Whether a commit of the partition names the log.
  boolean knows(String logId);

  /// First offset of a log that is not committed yet.
  long committedNext(String logId);
}
