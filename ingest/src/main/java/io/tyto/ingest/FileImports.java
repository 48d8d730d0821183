package io.tyto.ingest;

import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.letter.FailureRatios;
import io.tyto.ingest.partition.DiskGuard;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.FileImportResult;
import io.tyto.model.port.IngestService.ImportProgress;
import io.tyto.store.catalog.CatalogState.ImportedFile;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Imports files, each of them once, whatever it is called. Thread-safe.
final class FileImports implements AutoCloseable {
  /// Rows on their way into segments take at most this part of the heap.
  private static final int HEAP_SHARE = 3;

  private final CollectionDirectory directory;
  private final int threads;
  private final DecodeContext context;
  private final DiskGuard diskGuard;
  private final FailureRatios failureRatios;
  private final ExecutorService decoders;
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  FileImports(
      CollectionDirectory directory,
      int threads,
      DecodeContext context,
      DiskGuard diskGuard,
      FailureRatios failureRatios) {
    this.failureRatios = failureRatios;
    this.directory = directory;
    this.threads = threads;
    this.context = context;
    this.diskGuard = diskGuard;
    this.decoders =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("decoder-", 0).factory());
  }

  /// @param routes gives the route by the newest schema
  FileImportResult run(
      Supplier<CollectionRoute> routes,
      FileImport request,
      InputStream content,
      ImportProgress progress) {
    CollectionRoute route = routes.get();
    int collection = route.schema().collectionId();
    int repetition = 1;
    ImportedFile known = imported(request, collection, repetition);
    if (known != null && !request.again()) {
      directory.addImport(known.contentId(), request.source(), collection, known.rows());
      return new FileImportResult(0, 0, 0, known.rows(), List.of());
    }
    while (imported(request, collection, repetition) != null) {
      repetition++;
    }
    String logId = Importer.logIdOf(request.contentId(), collection, repetition);
    if (!running.add(logId)) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "the same file is being imported right now (%s); wait for that import"
              .formatted(request.source()));
    }
    try {
      Importer importer =
          new Importer(
              route,
              routes,
              request,
              logId,
              decoders,
              threads,
              context,
              diskGuard,
              () -> unitBytes(route.partitions().size()),
              failureRatios);
      if (importer.run(content, progress)) {
        directory.addImport(
            Importer.importIdOf(request.contentId(), collection, repetition),
            request.source(),
            collection,
            importer.recordsDelivered());
      }
      return importer.result();
    } catch (UncheckedIOException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s cannot be read on: %s. What was read before stays; mend the file or run it again"
              .formatted(request.source(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.CANCELLED,
          "the import of %s was interrupted; run it again to go on".formatted(request.source()),
          e);
    } finally {
      running.remove(logId);
    }
  }

  /// What a partition may hold of an import before it is sealed: each has one part that is sealed
  /// and one that is filled, and all imports share one budget.
  private long unitBytes(int partitions) {
    long budget = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    return budget / (2L * partitions * Math.max(1, running.size()));
  }

  @Override
  public void close() {
    decoders.shutdownNow();
  }

  private @Nullable ImportedFile imported(FileImport request, int collection, int repetition) {
    return directory
        .state()
        .imports()
        .get(Importer.importIdOf(request.contentId(), collection, repetition));
  }
}
