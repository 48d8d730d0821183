package io.tyto.ingest.partition;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.row.Row;
import io.tyto.engine.tail.Tail;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.log.LogRecord;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// The unsealed rows of one collection in one unit. Written by the partition's thread; {@link
/// #tail} is read by queries.
final class CollectionTail {
  private static final int NO_ENTITY = 0;

  private final TableSchema schema;
  private final Tail tail;
  private final RowCodec codec;
  private final Row row;
  private final int keyColumn;
  private boolean hasUnpublished;

  CollectionTail(TableSchema schema, int partition) {
    this.schema = schema;
    this.tail = new Tail(schema, partition);
    this.codec = new RowCodec(schema);
    this.row = new Row(schema.columns().size());
    EventConfig.Entity entity = schema.config().entity();
    this.keyColumn = entity == null ? -1 : positionOf(schema, entity.key());
  }

  TableSchema schema() {
    return schema;
  }

  Tail tail() {
    return tail;
  }

  /// Decodes and appends; LOG_CORRUPT, with nothing appended, where the body is not a row.
  ///
  /// @param entities null where the group has no entity
  void append(String logId, LogRecord record, @Nullable EntityTable entities) {
    codec.decode(
        record.buffer(), record.bodyStart(), record.bodyStart() + record.bodyLength(), row);
    byte[] key = entities == null || keyColumn < 0 ? null : KeyHash.keyOf(row, keyColumn);
    int entity = key == null || entities == null ? NO_ENTITY : entities.idOf(key);
    appendRow(logId, record, entity);
  }

  /// Appends a dead letter that was never encoded.
  void append(String logId, LogRecord record, DeadLetters.DeadLetter letter) {
    letter.fill(row);
    appendRow(logId, record, NO_ENTITY);
  }

  void publish() {
    if (hasUnpublished) {
      tail.publish();
      hasUnpublished = false;
    }
  }

  private void appendRow(String logId, LogRecord record, int entity) {
    tail.append(row, logId, record.offset(), record.receivedMicros(), entity);
    hasUnpublished = true;
  }

  private static int positionOf(TableSchema schema, String column) {
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnSpec spec = schema.columns().get(i);
      if (spec.name().equals(column)) {
        return i;
      }
    }
    throw new IllegalStateException(schema.name() + " has no column " + column);
  }
}
