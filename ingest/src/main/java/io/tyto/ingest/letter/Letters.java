package io.tyto.ingest.letter;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.log.LogRecord;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.log.RecordHead;
import io.tyto.ingest.partition.DeadLetter;
import io.tyto.ingest.partition.DeadLetter.Origin;
import io.tyto.ingest.partition.DeadLetter.Payload;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.ingest.partition.DeadLetters;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes dead letters of records of one collection, as records of a batch. Each thread has its own.
public final class Letters {
  private static final int NO_PARTITION = -1;

  private final String source;
  private final @Nullable String topic;
  private final int topicPartition;
  private final RecordFormat format;
  private final int configVersion;
  private final TableSchema schema;
  private final LetterTreatment treatment;
  private final Row row;
  private final RowCodec codec;

  /// Of an HTTP body or a file.
  ///
  /// @param source `http` or the name of a file
  /// @param format of its records
  public static Letters of(
      TableSchema collection, String source, RecordFormat format, LetterTreatment treatment) {
    return new Letters(collection, source, null, NO_PARTITION, format, treatment);
  }

  /// Of one partition of a topic.
  public static Letters ofTopic(
      TableSchema collection, String topic, int partition, LetterTreatment treatment) {
    return new Letters(collection, topic, topic, partition, RecordFormat.TOPIC, treatment);
  }

  private Letters(
      TableSchema collection,
      String source,
      @Nullable String topic,
      int topicPartition,
      RecordFormat format,
      LetterTreatment treatment) {
    this.source = source;
    this.topic = topic;
    this.topicPartition = topicPartition;
    this.format = format;
    this.configVersion = collection.version();
    this.schema =
        DeadLetters.schema(collection.projectId(), collection.groupId(), collection.collectionId());
    this.treatment = treatment;
    this.row = new Row(schema.columns().size());
    this.codec = new RowCodec(schema);
  }

  /// Adds the letter of a record of a request or file.
  public void add(RawRecord raw, Rejection rejection, long receivedMicros, RecordBatch batch) {
    // What could not be cut out is an excerpt at best: to read it as a record would invent one.
    RecordFormat readable = raw.fault() == null ? format : RecordFormat.NONE;
    Payload payload = Payload.of(raw.data(), raw.from(), raw.to());
    add(rejection, raw.number(), readable, payload, null, List.of(), receivedMicros, batch);
  }

  /// Adds the letter of a record of the topic.
  public void add(RawEvent event, Rejection rejection, long receivedMicros, RecordBatch batch) {
    add(
        rejection,
        event.offset(),
        format,
        Payload.of(event.payload()),
        event.key() == null ? null : Payload.of(event.key()),
        event.headers(),
        receivedMicros,
        batch);
  }

  private void add(
      Rejection rejection,
      long position,
      RecordFormat readable,
      Payload payload,
      @Nullable Payload key,
      List<RawEvent.Header> headers,
      long receivedMicros,
      RecordBatch batch) {
    DeadLetter letter =
        new DeadLetter(
            rejection.code().name(),
            rejection.field(),
            rejection.message(),
            new Origin(source, topic, topicPartition, position, readable),
            payload,
            key,
            headers,
            configVersion,
            false);
    DeadLetters.fill(treatment.treat(letter), row);
    codec.encode(row);
    RecordHead head =
        new RecordHead(
            LogRecord.Kind.DEAD_LETTER,
            schema.collectionId(),
            schema.version(),
            0,
            receivedMicros,
            position);
    batch.add(head, null, codec.bytes(), 0, codec.length());
  }
}
