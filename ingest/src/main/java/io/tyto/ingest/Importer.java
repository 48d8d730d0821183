package io.tyto.ingest;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.RecordReader;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.partition.DiskGuard;
import io.tyto.ingest.partition.Partition;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.port.IngestService.ImportProgress;
import io.tyto.model.port.IngestService.Rejected;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Imports one file as a log of its own: a record's offset is its number, so a rerun goes on where
/// the manifests of the partitions stand.
///
/// The caller's thread cuts the file into chunks of records, a pool decodes them, and the caller's
/// thread hands them on in the order of the file. Used once.
final class Importer {
  private static final System.Logger LOG = System.getLogger(Importer.class.getName());
  private static final int EXAMPLES = 10;

  /// Records without key and event id change partition after so many; a rerun must place them
  /// alike.
  private static final int SPARE_SHIFT = 12;

  private static final long PAUSE_MILLIS = 500;
  private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final CollectionRoute route;
  private final FileImport request;
  private final String logId;
  private final ExecutorService decoders;
  private final int decoderCount;
  private final Clock clock;
  private final DiskGuard diskGuard;
  private final long[] committed;
  private final long leastCommitted;
  private final Deque<Future<Decoded>> inFlight = new ArrayDeque<>();
  private final List<CompletableFuture<Partition.Appended>> answers = new ArrayList<>();
  private final List<Rejected> examples = new ArrayList<>();
  private long delivered;
  private long applied;
  private long duplicates;
  private long rejected;

  /// A chunk after decoding.
  ///
  /// @param next number of the record behind the chunk
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Decoded(
      RecordBatch[] batches, long next, long rejected, List<Rejected> examples) {}

  Importer(
      CollectionRoute route,
      FileImport request,
      String logId,
      ExecutorService decoders,
      int decoderCount,
      Clock clock,
      DiskGuard diskGuard) {
    this.route = route;
    this.request = request;
    this.logId = logId;
    this.decoders = decoders;
    this.decoderCount = decoderCount;
    this.clock = clock;
    this.diskGuard = diskGuard;
    this.committed = route.partitions().stream().mapToLong(p -> p.committedNext(logId)).toArray();
    long least = Long.MAX_VALUE;
    for (long next : committed) {
      least = Math.min(least, next);
    }
    this.leastCommitted = least;
  }

  /// Records that the file has, as far as it was read; all of it once {@link #run} returns true.
  long recordsDelivered() {
    return delivered;
  }

  FileImportResult result() {
    // Dead letters are applied like rows; what was delivered but not applied was there already.
    return new FileImportResult(
        applied - rejected,
        duplicates,
        rejected,
        delivered - applied - duplicates,
        List.copyOf(examples));
  }

  /// Returns true when every record of the file is committed, false when it was told to stop: then
  /// what it delivered is committed.
  boolean run(InputStream content, ImportProgress progress) throws InterruptedException {
    CountingStream counted = new CountingStream(content);
    boolean isComplete;
    try (RecordReader reader =
        RecordReader.open(counted, request.source(), route.schema().config().source().file())) {
      isComplete = deliverAll(reader, new Pace(progress, counted));
    }
    collect(answers.size());
    List<CompletableFuture<Void>> flushes = new ArrayList<>();
    for (Partition partition : route.partitions()) {
      flushes.add(partition.flush());
    }
    for (CompletableFuture<Void> flush : flushes) {
      await(flush);
    }
    return isComplete;
  }

  private boolean deliverAll(RecordReader reader, Pace pace) throws InterruptedException {
    while (true) {
      RawChunk chunk = RawChunk.read(reader);
      if (chunk != null) {
        inFlight.add(decoders.submit(() -> decode(reader, chunk)));
      }
      while (!inFlight.isEmpty() && (chunk == null || inFlight.size() > 2 * decoderCount)) {
        deliver(inFlight.remove(), pace);
      }
      if (chunk == null) {
        return true;
      }
      if (!pace.goesOn()) {
        while (!inFlight.isEmpty()) {
          deliver(inFlight.remove(), pace);
        }
        return false;
      }
    }
  }

  private Decoded decode(RecordReader reader, RawChunk chunk) {
    RecordRouter router =
        new RecordRouter(route, reader.decoder(route.schema(), clock), request.source());
    RecordBatch[] batches = router.newBatches(chunk.sizeBytes());
    long receivedMicros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    List<Rejected> found = new ArrayList<>();
    long bad = 0;
    for (int i = 0; i < chunk.size(); i++) {
      RawRecord raw = chunk.record(i);
      if (raw.number() < leastCommitted) {
        continue;
      }
      int spare = (int) ((raw.number() >>> SPARE_SHIFT) % batches.length);
      Rejection rejection = router.route(raw, receivedMicros, spare, batches);
      if (rejection != null && raw.number() >= committed[spare]) {
        bad++;
        if (found.size() < EXAMPLES) {
          found.add(
              new Rejected(
                  (int) Math.min(Integer.MAX_VALUE, raw.number()),
                  rejection.field(),
                  rejection.code().name(),
                  rejection.message()));
        }
      }
    }
    return new Decoded(batches, chunk.next(), bad, found);
  }

  /// Returns too when the caller no longer wants to wait: what is decoded still fits.
  private void waitForDisk(Pace pace) throws InterruptedException {
    boolean isTold = false;
    while (diskGuard.isPausing() && pace.goesOn()) {
      diskGuard.requireWritable();
      if (!isTold) {
        LOG.log(WARNING, "the import of {0} waits: {1}", request.source(), diskGuard.pause());
        isTold = true;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private void deliver(Future<Decoded> future, Pace pace) throws InterruptedException {
    Decoded chunk = join(future);
    waitForDisk(pace);
    for (int i = 0; i < chunk.batches().length; i++) {
      if (chunk.next() > committed[i]) {
        answers.add(route.partitions().get(i).apply(logId, chunk.batches()[i], chunk.next()));
      }
    }
    delivered = chunk.next();
    rejected += chunk.rejected();
    for (Rejected example : chunk.examples()) {
      if (examples.size() < EXAMPLES) {
        examples.add(example);
      }
    }
    collect(answers.size() - 4 * committed.length);
  }

  /// Takes the oldest answers, which are there long since if the partitions keep up.
  private void collect(int count) {
    for (int i = 0; i < count; i++) {
      Partition.Appended answer = await(answers.get(i));
      applied += answer.accepted();
      duplicates += answer.repeated();
    }
    if (count > 0) {
      answers.subList(0, count).clear();
    }
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof TytoException cause) {
        throw new TytoException(cause.code(), String.valueOf(cause.getMessage()), cause);
      }
      throw e;
    }
  }

  private static Decoded join(Future<Decoded> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TytoException cause) {
        throw new TytoException(cause.code(), String.valueOf(cause.getMessage()), cause);
      }
      throw new TytoException(ErrorCode.INTERNAL, "decoding a file failed: " + e.getCause(), e);
    }
  }

  /// Tells the caller how far it is, now and then.
  private final class Pace {
    private final ImportProgress progress;
    private final CountingStream counted;
    private final long startedNanos = System.nanoTime();
    private long toldNanos;

    private Pace(ImportProgress progress, CountingStream counted) {
      this.progress = progress;
      this.counted = counted;
    }

    private boolean goesOn() {
      long now = System.nanoTime();
      if (now - toldNanos < PROGRESS_NANOS) {
        return true;
      }
      toldNanos = now;
      long perSecond = delivered * 1_000_000_000L / Math.max(1, now - startedNanos);
      return progress.progress(delivered, counted.bytes(), perSecond);
    }
  }

  /// What the import of this content into this collection is called in manifests.
  static String logIdOf(String contentId, int collectionId, int repetition) {
    return Hashes.sha256Hex(contentId + "/" + collectionId + "/" + repetition);
  }

  /// How the catalog names the content; `#2` and on are imports on purpose of what is known.
  static String importIdOf(String contentId, int collectionId, int repetition) {
    String id = contentId + "/" + collectionId;
    return repetition == 1 ? id : id + "#" + repetition;
  }
}
