package io.tyto.ingest;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.OwnRows;
import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.RecordDecoder;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.letter.Letters;
import io.tyto.ingest.log.LogRecord;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.log.RecordHead;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.ingest.partition.RecordLimits;
import io.tyto.model.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// Decodes raw records of one collection and puts each, or its dead letter, into the batch of its
/// partition. Each thread has its own.
final class RecordRouter {
  private static final int FIRST_BATCH_BYTES = 4 << 10;
  private static final int MAX_FIRST_BATCH_BYTES = 1 << 20;

  /// Rows take less than their text; a batch that needs more grows.
  private static final int TEXT_BYTES_A_BYTE = 2;

  private final CollectionRoute route;
  private final RecordDecoder decoder;
  private final OwnRows own;
  private final @Nullable IdempotencyKey key;
  private final Row row;
  private final RowCodec codec;
  private final Letters letters;

  /// @param own what the sender may write
  /// @param key gives ids to rows that have none; or null
  /// @param source `http` or the name of a file, for dead letters
  RecordRouter(
      CollectionRoute route,
      RecordDecoder decoder,
      OwnRows own,
      @Nullable IdempotencyKey key,
      String source) {
    this.key = key;
    this.route = route;
    this.decoder = decoder;
    this.own = own;
    TableSchema schema = route.schema();
    this.row = new Row(schema.columns().size());
    this.codec = new RowCodec(schema);
    this.letters = Letters.of(schema, source, RecordFormat.JSON, route.letters());
  }

  /// @param textBytes of the records that will be routed into them, as text
  RecordBatch[] newBatches(long textBytes) {
    RecordBatch[] batches = new RecordBatch[route.partitions().size()];
    long share = textBytes / (TEXT_BYTES_A_BYTE * batches.length);
    int expected = Math.clamp(share, FIRST_BATCH_BYTES, MAX_FIRST_BATCH_BYTES);
    for (int i = 0; i < batches.length; i++) {
      batches[i] = new RecordBatch(expected);
    }
    return batches;
  }

  /// Routes one record; null where it was accepted, else why not (its dead letter is in a batch).
  /// FORBIDDEN where it is not the sender's.
  ///
  /// @param spare partition of records without key and event id
  @Nullable Rejection route(RawRecord raw, long receivedMicros, int spare, RecordBatch[] batches) {
    Rejection rejection = raw.fault();
    if (rejection == null) {
      rejection = decoder.decode(raw.data(), raw.from(), raw.to(), row);
    }
    if (rejection != null) {
      return refuse(raw, rejection, receivedMicros, batches[spare]);
    }
    own.require(row, raw);
    if (key != null) {
      int id = route.eventIdColumn();
      key.identify(row, id, route.schema().columns().get(id).type(), raw.number());
    }
    // By the key as it came: where it goes must not depend on how it is kept.
    int placedBy = placedBy();
    long hash = placedBy < 0 ? 0 : hash(placedBy);
    route.privacy().apply(row);
    byte[] eventId = cell(route.eventIdColumn());
    codec.encode(row);
    rejection = RecordLimits.check(route.schema(), eventId, codec.length());
    if (rejection != null) {
      return refuse(raw, rejection, receivedMicros, batches[spare]);
    }
    int partition = placedBy < 0 ? spare : KeyPlacement.partition(hash, batches.length);
    batches[partition].add(
        head(route.schema(), kept(placedBy, hash, partition), receivedMicros, raw.number()),
        eventId,
        codec.bytes(),
        0,
        codec.length());
    return null;
  }

  /// Returns the reason as it may be shown.
  private Rejection refuse(
      RawRecord raw, Rejection rejection, long receivedMicros, RecordBatch batch) {
    Rejection reason = route.payloads().of(rejection);
    letters.add(raw, reason, receivedMicros, batch);
    return reason;
  }

  /// The column whose value chooses the partition, or -1.
  private int placedBy() {
    int key = route.keyColumn();
    if (key >= 0 && !row.isNull(key)) {
      return key;
    }
    int eventId = route.eventIdColumn();
    return eventId >= 0 && !row.isNull(eventId) ? eventId : -1;
  }

  private long hash(int column) {
    return route.placement().of(row, column, route.schema().columns().get(column).type());
  }

  /// The hash as it may be stored: that of a private key could be found by trying keys, so only its
  /// partition is told.
  private long kept(int placedBy, long hash, int partition) {
    return placedBy >= 0 && route.schema().columns().get(placedBy).privacy() != null
        ? partition
        : hash;
  }

  private byte @Nullable [] cell(int column) {
    return column < 0 ? null : KeyHash.keyOf(row, column);
  }

  private static RecordHead head(TableSchema schema, long hash, long receivedMicros, long offset) {
    return new RecordHead(
        LogRecord.Kind.EVENT,
        schema.collectionId(),
        schema.version(),
        hash,
        receivedMicros,
        offset);
  }
}
