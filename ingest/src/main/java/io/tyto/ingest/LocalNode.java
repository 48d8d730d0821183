package io.tyto.ingest;

import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService;
import io.tyto.model.port.IngestService;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.Disk;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// One process that owns a data folder: catalog, logs, partitions, and the snapshots queries read.
///
/// Thread-safe. Lifetime: from {@link #open}, which recovers everything, to {@link #close}, which
/// leaves accepted events in the log (it does not seal). Held snapshots stay readable until closed.
public final class LocalNode
    implements IngestService, AdminService, SnapshotProvider, AutoCloseable {

  private LocalNode() {}

  /// Takes the folder's lock, recovers every partition and starts its threads.
  ///
  /// STORE_LOCKED where another process holds the folder (the message tells its address if known);
  /// LOG_CORRUPT, MANIFEST_CORRUPT, SEGMENT_CORRUPT where recovery finds damage.
  ///
  /// @param disk every file operation of log and store goes through it
  public static LocalNode open(Path data, IngestOptions options, Disk disk, Clock clock) {
    throw notYet();
  }

  /// Writes the address under which this process serves into the lock file, for `import` and `status`.
  public void publishAddress(String address) {
    throw notYet();
  }

  @Override
  public CompletableFuture<IngestResult> ingest(String collection, byte[] body) {
    throw notYet();
  }

  @Override
  public FileImportResult importFile(
      FileImport request, InputStream content, ImportProgress progress) {
    throw notYet();
  }

  @Override
  public List<TableSchema> collections() {
    throw notYet();
  }

  @Override
  public long catalogVersion() {
    throw notYet();
  }

  @Override
  public ApplyResult applyConfigs(List<ConfigFile> files) {
    throw notYet();
  }

  @Override
  public Status status() {
    throw notYet();
  }

  @Override
  public boolean isReady() {
    throw notYet();
  }

  @Override
  public TableSnapshot snapshot(String collection) {
    throw notYet();
  }

  /// The dead letters of a collection; the caller closes it.
  public TableSnapshot deadLetters(String collection) {
    throw notYet();
  }

  /// Seals and commits everything accepted so far; returns when it is committed.
  public void flush() {
    throw notYet();
  }

  @Override
  public void close() {}

  private static TytoException notYet() {
    return new TytoException(ErrorCode.INTERNAL, "the ingest runtime is not wired yet");
  }
}
