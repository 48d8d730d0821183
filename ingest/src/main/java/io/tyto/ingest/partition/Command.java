package io.tyto.ingest.partition;

import io.tyto.ingest.log.RecordBatch;
import java.util.concurrent.CompletableFuture;

/// What the writer of a partition is asked to do.
sealed interface Command {
  int sizeBytes();

  /// Appends records to the partition's own log.
  record Append(RecordBatch batch, CompletableFuture<Partition.Appended> answer)
      implements Command {
    @Override
    public int sizeBytes() {
      return batch.sizeBytes();
    }
  }

  /// Applies records of a log that is durable elsewhere, such as a file.
  ///
  /// @param next every offset below it has been delivered
  record Apply(
      String logId, RecordBatch batch, long next, CompletableFuture<Partition.Appended> answer)
      implements Command {
    @Override
    public int sizeBytes() {
      return batch.sizeBytes();
    }
  }

  /// Runs on the writer's thread.
  record Run(Runnable task) implements Command {
    @Override
    public int sizeBytes() {
      return 0;
    }
  }
}
