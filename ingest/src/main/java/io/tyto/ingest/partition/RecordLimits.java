package io.tyto.ingest.partition;

import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.model.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// What a record may take once it is decoded, wherever it came from. Thread-safe: no state.
public final class RecordLimits {
  private RecordLimits() {}

  /// Null where a row fits. What a log cannot take must not stop the records around it.
  ///
  /// @param bytes of the encoded row
  public static @Nullable Rejection check(
      TableSchema schema, byte @Nullable [] eventId, int bytes) {
    int idBytes = eventId == null ? 0 : eventId.length;
    if (RecordBatch.isWithinLimits(idBytes, bytes)) {
      return null;
    }
    return idBytes > RecordBatch.MAX_EVENT_ID_BYTES
        ? new Rejection(
            Rejection.Code.TOO_LARGE,
            schema.config().eventId(),
            "found an event id of %d bytes, expected at most %d"
                .formatted(idBytes, RecordBatch.MAX_EVENT_ID_BYTES))
        : new Rejection(
            Rejection.Code.TOO_LARGE,
            null,
            "found an event whose values take %d bytes, which is more than the log takes at once"
                .formatted(bytes));
  }
}
