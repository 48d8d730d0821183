package io.tyto.ingest.partition;

import io.tyto.engine.load.LoadedRows;
import io.tyto.ingest.log.RecordBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a log that is durable elsewhere, such as a file or a topic, brought for one partition:
/// everything below an offset that was not delivered before.
///
/// @param start offset from which the log is read at all, for a partition that knows nothing of it
/// @param rows already columns, those of a collection in the order of their offsets
/// @param records rows and dead letters one by one, in the order of their offsets; null where there
///   are none. A collection has rows of one of the two kinds only
/// @param next every offset below it has been delivered
/// @param unitBytes of rows in columns after which they are sealed
public record Delivery(
    String logId,
    long start,
    List<LoadedRows> rows,
    @Nullable RecordBatch records,
    long next,
    long unitBytes) {
  public Delivery {
    rows = List.copyOf(rows);
  }
}
