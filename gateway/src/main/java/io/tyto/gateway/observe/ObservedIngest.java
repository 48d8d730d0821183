package io.tyto.gateway.observe;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Counts what comes in. Thread-safe.
final class ObservedIngest implements IngestService {
  private final IngestService ingest;
  private final Meters meters;
  private final AtomicInteger underWay;

  /// @param underWay counts requests that are not durable yet
  ObservedIngest(IngestService ingest, Meters meters, AtomicInteger underWay) {
    this.ingest = ingest;
    this.meters = meters;
    this.underWay = underWay;
  }

  @Override
  public void requireMay(String collection, Caller caller) {
    ingest.requireMay(collection, caller);
  }

  @Override
  public CompletableFuture<IngestResult> ingest(
      String collection, byte[] body, Caller caller, @Nullable String idempotencyKey) {
    long startedNanos = System.nanoTime();
    int bytes = body.length;
    underWay.incrementAndGet();
    CompletableFuture<IngestResult> begun;
    try {
      begun = ingest.ingest(collection, body, caller, idempotencyKey);
    } catch (RuntimeException e) {
      underWay.decrementAndGet();
      throw e;
    }
    return begun.whenComplete((result, failure) -> {
      underWay.decrementAndGet();
      long nanos = System.nanoTime() - startedNanos;
      meters.time(Meter.INGEST, nanos, result == null ? outcome(failure) : "ok");
      if (result != null) {
        count(collection, bytes, result);
      }
    });
  }

  /// Of a collection that is there: names that clients made up would be series without end.
  private void count(String collection, int bytes, IngestResult result) {
    meters.count(Meter.INGEST_BYTES, bytes, collection);
    meters.count(Meter.INGEST_EVENTS, result.accepted(), collection, "accepted");
    meters.count(Meter.INGEST_EVENTS, result.duplicates(), collection, "duplicate");
    meters.count(Meter.INGEST_EVENTS, result.rejected().size(), collection, "rejected");
    for (Rejected rejected : result.rejected()) {
      meters.count(Meter.INGEST_REJECTS, 1, rejected.code());
    }
  }

  private static String outcome(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof TytoException known && known.code().type() == ErrorCode.Type.USER
        ? "refused"
        : "failed";
  }

  @Override
  public FileImportResult importFile(
      FileImport request, InputStream content, ImportProgress progress) {
    return ingest.importFile(request, content, progress);
  }
}
