package io.tyto.ingest.partition;

import io.tyto.engine.load.LoadedRows;
import io.tyto.ingest.log.RecordBatch;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

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

  /// Takes rows and dead letters of a log that is durable elsewhere, such as a file.
  ///
  /// @param next every offset below it has been delivered
  /// @param unitBytes of such rows after which they are sealed
  record Load(
      String logId,
      @Nullable LoadedRows rows,
      @Nullable RecordBatch letters,
      long next,
      long unitBytes,
      CompletableFuture<Partition.Appended> answer)
      implements Command {
    @Override
    public int sizeBytes() {
      long bytes = rows == null ? 0 : rows.sizeBytes();
      bytes += letters == null ? 0 : letters.sizeBytes();
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
