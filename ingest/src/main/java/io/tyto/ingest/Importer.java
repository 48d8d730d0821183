package io.tyto.ingest;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.ingest.BlockLoader.LoadedBlock;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.LineBlock;
import io.tyto.ingest.decode.RecordReader;
import io.tyto.ingest.letter.FailureRatios;
import io.tyto.ingest.partition.Delivery;
import io.tyto.ingest.partition.DiskGuard;
import io.tyto.ingest.partition.Partition;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.port.IngestService.ImportProgress;
import io.tyto.model.port.IngestService.Rejected;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Imports one file as a log of its own: a record's offset is its number, so a rerun goes on where
/// the manifests of the partitions stand.
///
/// The caller's thread cuts the file into chunks of records, a pool decodes them, and the caller's
/// thread hands them on in the order of the file. Used once.
final class Importer {
  private static final System.Logger LOG = System.getLogger(Importer.class.getName());
  private static final int EXAMPLES = 10;

  /// All files of a collection are one place for the share of refused records.
  private static final String FILES = "files";

  /// Blocks grow to this share of the heap: some ten of them are in flight.
  private static final int FIRST_BLOCK_BYTES = 256 << 10;

  private static final int MAX_BLOCK_BYTES = 8 << 20;
  private static final int BLOCK_SHARE = 256;

  /// Likewise the columns of a block, which records of few bytes would make large.
  private static final int COLUMNS_SHARE = 64;

  private static final int CELL_BYTES = 16;
  private static final int MIN_BLOCK_RECORDS = 1 << 10;
  private static final int MAX_BLOCK_RECORDS = 1 << 20;

  private static final long PAUSE_MILLIS = 500;
  private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final CollectionRoute route;
  private final Supplier<CollectionRoute> routes;
  private final FileImport request;
  private final String logId;
  private final ExecutorService decoders;
  private final int decoderCount;
  private final DecodeContext context;
  private final DiskGuard diskGuard;
  private final long[] committed;
  private final LongSupplier unitBytes;
  private final FailureRatios failureRatios;
  private final int maxBlockBytes;
  private final int maxBlockRecords;
  private final Queue<BlockLoader> idleLoaders = new ConcurrentLinkedQueue<>();
  private final Deque<Future<LoadedBlock>> inFlight = new ArrayDeque<>();
  private final List<CompletableFuture<Partition.Appended>> answers = new ArrayList<>();
  private final List<Rejected> examples = new ArrayList<>();
  private long delivered;
  private long applied;
  private long duplicates;
  private long rejected;

  /// @param routes gives the route by the newest schema, which the blocks to come are decoded by
  /// @param unitBytes of rows that a partition may hold before they become a segment
  Importer(
      CollectionRoute route,
      Supplier<CollectionRoute> routes,
      FileImport request,
      String logId,
      ExecutorService decoders,
      int decoderCount,
      DecodeContext context,
      DiskGuard diskGuard,
      LongSupplier unitBytes,
      FailureRatios failureRatios) {
    this.failureRatios = failureRatios;
    this.route = route;
    this.routes = routes;
    this.request = request;
    this.logId = logId;
    this.decoders = decoders;
    this.decoderCount = decoderCount;
    this.context = context;
    this.diskGuard = diskGuard;
    this.committed = route.partitions().stream().mapToLong(p -> p.committedNext(logId)).toArray();
    this.unitBytes = unitBytes;
    long heap = Runtime.getRuntime().maxMemory();
    this.maxBlockBytes = Math.clamp(heap / BLOCK_SHARE, FIRST_BLOCK_BYTES, MAX_BLOCK_BYTES);
    long rowBytes = CELL_BYTES * (1L + route.schema().columns().size());
    this.maxBlockRecords =
        Math.clamp(heap / COLUMNS_SHARE / rowBytes, MIN_BLOCK_RECORDS, MAX_BLOCK_RECORDS);
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
    int blockBytes = FIRST_BLOCK_BYTES;
    while (true) {
      Future<LoadedBlock> next = submit(reader, blockBytes);
      blockBytes = Math.min(2 * blockBytes, maxBlockBytes);
      if (next != null) {
        inFlight.add(next);
      }
      while (!inFlight.isEmpty() && (next == null || inFlight.size() > 2 * decoderCount)) {
        deliver(inFlight.remove(), pace);
      }
      if (next == null) {
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

  /// Hands the next records to a decoder; null at the end of the file.
  private @Nullable Future<LoadedBlock> submit(RecordReader reader, int blockBytes) {
    LineBlock lines = reader.nextLines(blockBytes, maxBlockRecords);
    if (lines != null) {
      return decoders.submit(() -> {
        LoadedBlock loaded = load(reader, loader -> loader.load(lines));
        reader.takeBack(lines);
        return loaded;
      });
    }
    RawChunk records = RawChunk.read(reader);
    return records == null
        ? null
        : decoders.submit(() -> load(reader, loader -> loader.load(records)));
  }

  private LoadedBlock load(RecordReader reader, Function<BlockLoader, LoadedBlock> work) {
    CollectionRoute newest = routes.get();
    int version = newest.schema().version();
    BlockLoader loader = idleLoaders.poll();
    while (loader != null && loader.schemaVersion() != version) {
      loader = idleLoaders.poll();
    }
    if (loader == null) {
      loader =
          new BlockLoader(newest, reader, request.source(), logId, committed, EXAMPLES, context);
    }
    LoadedBlock loaded = work.apply(loader);
    idleLoaders.add(loader);
    return loaded;
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

  private void deliver(Future<LoadedBlock> future, Pace pace) throws InterruptedException {
    LoadedBlock block = join(future);
    waitForDisk(pace);
    for (int i = 0; i < committed.length; i++) {
      if (block.next() > committed[i]) {
        answers.add(
            route
                .partitions()
                .get(i)
                .load(
                    new Delivery(
                        logId,
                        0,
                        block.rowsOf(i),
                        block.letters()[i],
                        block.next(),
                        unitBytes.getAsLong())));
      }
    }
    delivered = block.next();
    rejected += block.rejected();
    failureRatios.add(route.schema(), FILES, block.share());
    for (Rejected example : block.examples()) {
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

  private static LoadedBlock join(Future<LoadedBlock> future) throws InterruptedException {
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
