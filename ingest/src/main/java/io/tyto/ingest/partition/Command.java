package io.tyto.ingest.partition;

import io.tyto.engine.load.LoadedRows;
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

  /// Takes what a log that is durable elsewhere, such as a file or a topic, brought.
  record Load(Delivery delivery, CompletableFuture<Partition.Appended> answer) implements Command {
    @Override
    public int sizeBytes() {
      long bytes = delivery.records() == null ? 0 : delivery.records().sizeBytes();
      for (LoadedRows rows : delivery.rows()) {
        bytes += rows.sizeBytes();
      }
      return (int) Math.min(Integer.MAX_VALUE, bytes);
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
