package io.tyto.ingest;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.log.LogRecord;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.log.RecordHead;
import io.tyto.ingest.partition.DeadLetters;
import io.tyto.model.schema.TableSchema;

/// Makes dead letters of records of one collection. Each thread has its own.
final class Letters {
  private final String source;
  private final TableSchema schema;
  private final Row row;
  private final RowCodec codec;

  /// @param source `http` or the name of a file
  Letters(TableSchema collection, String source) {
    this.source = source;
    this.schema =
        DeadLetters.schema(collection.projectId(), collection.groupId(), collection.collectionId());
    this.row = new Row(schema.columns().size());
    this.codec = new RowCodec(schema);
  }

  void add(RawRecord raw, Rejection rejection, long receivedMicros, RecordBatch batch) {
    new DeadLetters.DeadLetter(
            rejection.code().name(),
            rejection.field(),
            rejection.message(),
            source,
            raw.number(),
            raw.copy())
        .fill(row);
    codec.encode(row);
    RecordHead head =
        new RecordHead(
            LogRecord.Kind.DEAD_LETTER,
            schema.collectionId(),
            schema.version(),
            0,
            receivedMicros,
            raw.number());
    batch.add(head, null, codec.bytes(), 0, codec.length());
  }
}
