package io.tyto.ingest;

import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.OwnRows;
import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.RecordReader;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.letter.FailureRatios;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.partition.Partition;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.model.port.IngestService.Rejected;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Takes bodies of JSON events: decodes them on the caller's thread and appends them to the logs of
/// their partitions. Thread-safe.
final class EventIntake {
  private static final String SOURCE = "http";

  private final DecodeContext context;
  private final FailureRatios failureRatios;
  private final IdempotencyKeys keys = new IdempotencyKeys();
  private final AtomicInteger turn = new AtomicInteger();

  EventIntake(DecodeContext context, FailureRatios failureRatios) {
    this.context = context;
    this.failureRatios = failureRatios;
  }

  /// Completes when every accepted event and every dead letter is durable in its log.
  ///
  /// @param key under which the body comes, or null
  CompletableFuture<IngestResult> ingest(
      CollectionRoute route, byte[] body, OwnRows own, @Nullable IdempotencyKey key) {
    List<Rejected> rejected = new ArrayList<>();
    RecordBatch[] batches = decode(route, body, own, key, rejected);
    if (key != null) {
      // Not before: what could not be read as a whole may be mended and sent again.
      keys.require(key, body);
    }
    List<CompletableFuture<Partition.Appended>> parts = new ArrayList<>();
    for (int i = 0; i < batches.length; i++) {
      if (!batches[i].isEmpty()) {
        parts.add(append(route.partitions().get(i), batches[i]));
      }
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(_ -> {
          int accepted = -rejected.size();
          int duplicates = 0;
          for (CompletableFuture<Partition.Appended> part : parts) {
            accepted += part.join().accepted();
            duplicates += part.join().repeated();
          }
          return new IngestResult(accepted, duplicates, List.copyOf(rejected));
        });
  }

  private RecordBatch[] decode(
      CollectionRoute route,
      byte[] body,
      OwnRows own,
      @Nullable IdempotencyKey key,
      List<Rejected> rejected) {
    long receivedMicros = ChronoUnit.MICROS.between(Instant.EPOCH, context.clock().instant());
    // Rows without key and event id take turns, a whole body at a time.
    int spare = Math.floorMod(turn.getAndIncrement(), route.partitions().size());
    try (RecordReader reader = RecordReader.ofBody(body)) {
      RecordRouter router =
          new RecordRouter(route, reader.decoder(route.schema(), context), own, key, SOURCE);
      RecordBatch[] batches = router.newBatches(body.length);
      FailureRatios.Block block = new FailureRatios.Block();
      boolean isReadable = false;
      TytoException unreadable = null;
      for (RawRecord raw = reader.next(); raw != null; raw = reader.next()) {
        Rejection rejection = router.route(raw, receivedMicros, spare, batches);
        block.read(1);
        if (rejection == null || rejection.code() != Rejection.Code.MALFORMED_JSON) {
          isReadable = true;
        } else if (unreadable == null) {
          unreadable = rejection.unreadable(raw);
        }
        if (rejection != null) {
          block.refused(rejection.code());
          rejected.add(rejection.of(raw));
        }
      }
      // A bad line says nothing of the others, but an array is one text: it is JSON or it is not.
      if (unreadable != null && (!isReadable || RecordReader.isArray(body))) {
        throw unreadable;
      }
      failureRatios.add(route.schema(), SOURCE, block);
      return batches;
    }
  }

  private static CompletableFuture<Partition.Appended> append(
      Partition partition, RecordBatch batch) {
    try {
      return partition.append(batch);
    } catch (TytoException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
