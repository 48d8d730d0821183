package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.ERROR;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Contents;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rebuilds the window of event ids from committed rows.
final class EventIdReader {
  private static final System.Logger LOG = System.getLogger(EventIdReader.class.getName());

  private final SchemaDirectory schemas;
  private final DedupWindow dedup;
  private final Alarms alarms;
  private byte @Nullable [] lastLog;
  private String lastLogId = "";

  EventIdReader(SchemaDirectory schemas, DedupWindow dedup, Alarms alarms) {
    this.schemas = schemas;
    this.dedup = dedup;
    this.alarms = alarms;
  }

  /// Adds the ids of every row whose offset lies at or above what the manifest says of its log.
  ///
  /// @param segments of the manifest's rows, which the caller holds
  void readInto(Contents manifest, String ownLog, List<LiveSegment> segments) {
    Map<String, Long> from = new HashMap<>();
    int files = 0;
    // The logs stand in the order in which they moved.
    List<String> newestFirst = new ArrayList<>(manifest.next().keySet()).reversed();
    for (String logId : newestFirst) {
      Long least = manifest.dedupFrom().get(logId);
      boolean isFile = DedupWindow.isFile(logId) && !logId.equals(ownLog);
      if (least != null && (!isFile || files < DedupWindow.FILES)) {
        from.put(logId, least);
        files += isFile ? 1 : 0;
      }
    }
    advance(manifest, from);
    for (LiveSegment segment : segments) {
      if (segment.entry().kind() != Kind.DATA || !reaches(segment.entry(), from)) {
        continue;
      }
      TableSchema schema = schemas.newest(segment.entry().collection());
      String column = schema.config().eventId();
      ColumnSpec eventId = column == null ? null : schema.column(column);
      if (eventId != null && !segment.isDamaged()) {
        readOrAlarm(segment, schema.collectionId(), eventId, from);
      }
    }
    // Rows come by event time, so reading them has moved the logs out of their order.
    advance(manifest, from);
  }

  private void advance(Contents manifest, Map<String, Long> from) {
    manifest
        .next()
        .forEach((logId, next) -> {
          if (from.containsKey(logId)) {
            dedup.advance(logId, next);
          }
        });
  }

  /// One damaged block must not keep every other row from being served: its ids are unknown now,
  /// and whoever reads the alarm knows that their repetition would not be recognised.
  private void readOrAlarm(
      LiveSegment segment, int collection, ColumnSpec eventId, Map<String, Long> from) {
    try {
      read(segment.source(), collection, eventId, from);
    } catch (TytoException e) {
      if (e.code() != ErrorCode.SEGMENT_CORRUPT) {
        throw e;
      }
      String what =
          "event ids in %s cannot be read, so a repeated event is not recognised by them: %s"
              .formatted(segment.entry().file(), e.getMessage());
      LOG.log(ERROR, what, e);
      alarms.raise("event ids of " + segment.entry().file(), what);
    }
  }

  private static boolean reaches(SegmentEntry entry, Map<String, Long> from) {
    return entry.ranges().entrySet().stream()
        .anyMatch(range -> {
          Long least = from.get(range.getKey());
          return least != null && range.getValue().next() > least;
        });
  }

  private void read(RowSource source, int collection, ColumnSpec eventId, Map<String, Long> from) {
    ColumnReader ids = source.column(eventId.id());
    ColumnReader logs = source.column(SystemColumns.LOG);
    ColumnReader offsets = source.column(SystemColumns.OFFSET);
    if (ids == null || logs == null || offsets == null) {
      return;
    }
    for (int row = 0; row < source.rowCount(); row += RowSource.BATCH_ROWS) {
      int count = Math.min(RowSource.BATCH_ROWS, source.rowCount() - row);
      ColumnVector idBatch = ids.read(row, count);
      ColumnVector logBatch = logs.read(row, count);
      ColumnVector offsetBatch = offsets.read(row, count);
      for (int i = 0; i < count; i++) {
        byte[] id = bytes(idBatch, i);
        String logId = logId(logBatch, i);
        Long least = from.get(logId);
        long offset = ((ColumnVector.Longs) offsetBatch).values()[i];
        if (id != null && least != null && offset >= least) {
          add(collection, id, logId, offset);
        }
      }
    }
  }

  private void add(int collection, byte[] id, String logId, long offset) {
    if (dedup.find(collection, id, 0, id.length) == null) {
      dedup.add(logId, offset);
    }
  }

  /// Neighbouring rows nearly always come from one log.
  private String logId(ColumnVector logs, int position) {
    byte[] bytes = bytes(logs, position);
    if (!Arrays.equals(bytes, lastLog)) {
      lastLog = bytes;
      lastLogId = bytes == null ? "" : new String(bytes, StandardCharsets.US_ASCII);
    }
    return lastLogId;
  }

  /// The value as it stood in the log record: see {@link io.tyto.engine.entity.KeyHash#keyOf}.
  static byte @Nullable [] bytes(ColumnVector vector, int position) {
    if (vector.isNull(position)) {
      return null;
    }
    return switch (vector) {
      case ColumnVector.AllNull _ -> null;
      case ColumnVector.Longs longs ->
          ByteBuffer.allocate(Long.BYTES).putLong(longs.values()[position]).array();
      case ColumnVector.Doubles doubles ->
          ByteBuffer.allocate(Long.BYTES).putDouble(doubles.values()[position]).array();
      case ColumnVector.Ordinals ordinals ->
          ordinals.dictionary().value(ordinals.values()[position]);
      case ColumnVector.Bytes plain ->
          Arrays.copyOfRange(
              plain.data(), plain.offsets()[position], plain.offsets()[position + 1]);
      case ColumnVector.Lists _ -> throw new IllegalStateException("a list cannot be an event id");
    };
  }
}
