package io.tyto.ingest.partition;

import io.tyto.engine.load.LoadedRows;
import io.tyto.ingest.log.RecordBatch;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

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

  /// Runs on the writer's thread; nothing is applied meanwhile.
  record Run<T>(Supplier<T> task, CompletableFuture<T> answer) implements Command {
    /// Who waits hears of a failure, too.
    void perform() {
      try {
        answer.complete(task.get());
      } catch (RuntimeException | Error e) {
        answer.completeExceptionally(e);
        throw e;
      }
    }

    @Override
    public int sizeBytes() {
      return 0;
    }
  }
}
