package io.tyto.ingest.partition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.ingest.DataFolder;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogRecord;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.log.RecordHead;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.FsStore;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// A process that may own the partition: the real classes, moved on by hand, and a reader of the
/// topic as small as can be. Once it is dead, fenced or failed it is opened anew.
final class SimulatedProcess {
  static final PartitionId ID = new PartitionId(1, 1, 0, 0);

  /// A payload that is no row.
  static final String NONSENSE = "nonsense";

  private final Path folder;
  private final Path store;
  private final IngestOptions options;
  private final SchemaDirectory schemas;
  private final TableSchema schema;
  private final LogSource source;
  private final LogSource.Topic topic;
  private final Clock clock;
  private final Flaw flaw;

  private final List<CompletableFuture<Partition.Appended>> deliveries = new ArrayList<>();
  private final Map<String, CompletableFuture<Partition.Appended>> sent = new HashMap<>();
  private @Nullable SimulatedDisk disk;
  private @Nullable Partition partition;
  private @Nullable LogReader reader;
  private StepExecutor executor = new StepExecutor();
  private String writerId = "";
  private long position = -1;
  private long visibleRows;
  private long version;

  SimulatedProcess(
      Path folder,
      Path store,
      IngestOptions options,
      SchemaDirectory schemas,
      LogSource source,
      LogSource.Topic topic,
      Clock clock,
      Flaw flaw) {
    this.folder = folder;
    this.store = store;
    this.options = options;
    this.schemas = schemas;
    this.schema = schemas.newest(1);
    this.source = source;
    this.topic = topic;
    this.clock = clock;
    this.flaw = flaw;
  }

  boolean isOpen() {
    return partition != null;
  }

  /// Claims the partition and recovers; stays closed where that fails.
  void open(SimulatedDisk newDisk, String newWriterId) {
    disk = newDisk;
    writerId = newWriterId;
    executor = new StepExecutor();
    Alarms alarms = new Alarms();
    PartitionHost host =
        new PartitionHost(
            new FsStore(store, newDisk),
            newDisk,
            new DataFolder(folder),
            options,
            schemas,
            writerId,
            clock,
            executor,
            new DiskGuard(newDisk, folder, options.log(), alarms),
            newDisk::beforeRetry);
    try {
      partition = Partition.openByHand(ID, host, true);
      visibleRows = 0;
      version = 0;
    } catch (TytoException e) {
      requireExpected(e);
    } catch (SimulatedDisk.ProcessDied _) {
      // It died while it was opened.
    }
  }

  /// Ends the process, whatever it is at, and gives back what the real machine would take.
  void kill() throws InterruptedException {
    if (disk != null) {
      disk.kill();
    }
    close();
  }

  /// Does one thing; whatever goes wrong ends the process.
  void act(Action action) throws InterruptedException {
    Partition open = partition;
    if (open == null) {
      return;
    }
    try {
      action.on(open);
      checkAnswers();
      checkView(open);
    } catch (TytoException e) {
      requireExpected(e);
      reader = null;
      if (e.code() == ErrorCode.FENCED) {
        close();
      }
    } catch (SimulatedDisk.ProcessDied _) {
      close();
    }
    if (isDead()) {
      close();
    }
  }

  /// What can be done to a process.
  interface Action {
    void on(Partition partition) throws InterruptedException;
  }

  /// Reads up to so many entries of the topic and hands them to the partition.
  void feed(Partition to, int most) throws InterruptedException {
    String logId = source.logId(topic, 0);
    EventLog log = source.open(topic, 0);
    LogReader from = reader;
    if (from == null) {
      if (flaw != Flaw.TRUSTS_ITSELF || position < 0) {
        position = to.committedNext(logId);
      }
      from = log.read(position);
      reader = from;
    }
    RecordBatch records = new RecordBatch(1024);
    for (int i = 0; i < most; i++) {
      LogEntry entry = from.next();
      if (entry == null) {
        break;
      }
      if (!(entry instanceof RawEvent event)) {
        // What is below the newest commit was deleted: this process is not the owner any more.
        throw new TytoException(ErrorCode.FENCED, "others are far ahead");
      }
      add(records, event);
    }
    log.confirm();
    position = from.position();
    if (flaw == Flaw.OFFSETS_FIRST) {
      deliveries.add(to.load(new Delivery(logId, 0, List.of(), null, position, 1 << 20)));
    }
    deliveries.add(to.load(new Delivery(logId, 0, List.of(), records, position, 1 << 20)));
  }

  /// Sends an event to the partition's own log.
  void send(Partition to, String id) {
    RecordBatch batch = new RecordBatch(256);
    add(batch, new RawEvent(0, 0, id.getBytes(UTF_8), id.getBytes(UTF_8), List.of()));
    sent.put(id, to.append(batch));
  }

  /// One turn of the writer; what it throws stops it for good, as it would stop its thread.
  void turn() throws InterruptedException {
    Partition open = partition;
    if (open == null) {
      return;
    }
    try {
      open.step();
    } catch (TytoException e) {
      requireExpected(e);
      close();
    } catch (SimulatedDisk.ProcessDied _) {
      close();
    }
    act(_ -> {});
  }

  /// Runs one task of the sealer.
  void seal() {
    executor.step();
  }

  /// Moves everything that was sent to it to the disk; false where it died on the way or cannot.
  boolean finish(long end) throws InterruptedException {
    act(partition -> feed(partition, Integer.MAX_VALUE));
    turn();
    act(Partition::flush);
    turn();
    act(_ -> seal());
    Partition open = partition;
    return open != null
        && open.committedNext(source.logId(topic, 0)) >= end
        && open.uncommittedRecords() == 0
        && open.standing(1).tailRows() == 0;
  }

  Partition partition() {
    assertTrue(partition != null, "the process is closed");
    return partition;
  }

  /// First offset that is not committed, as far as this process knows; -1 while it is closed.
  long committed() {
    return partition == null ? -1 : partition.committedNext(source.logId(topic, 0));
  }

  /// Adds the events that were acknowledged since the last call.
  void collectAcknowledged(Set<String> to) {
    sent.entrySet()
        .removeIf(entry -> {
          if (entry.getValue().isDone() && !entry.getValue().isCompletedExceptionally()) {
            to.add(entry.getKey());
          }
          return entry.getValue().isDone();
        });
  }

  /// Rows that a query sees, id by id in their order.
  List<Map<String, @Nullable Object>> rows() {
    SnapshotSources sources = new SnapshotSources();
    partition().addTo(sources, 1, Kind.DATA);
    try (TableSnapshot snapshot = sources.toSnapshot(schema)) {
      return NodeFixture.rows(snapshot);
    }
  }

  private void add(RecordBatch records, RawEvent event) {
    String text = new String(event.payload(), UTF_8);
    if (text.startsWith(NONSENSE)) {
      records.add(
          new RecordHead(LogRecord.Kind.EVENT, 1, 1, 0, 0, event.offset()),
          null,
          new byte[] {(byte) 0xff, 1, 2, 3},
          0,
          4);
      return;
    }
    RowCodec codec = new RowCodec(schema);
    Row row = new Row(schema.columns().size());
    row.setBytes(0, event.payload());
    row.setBytes(1, ("user " + Math.floorMod(text.hashCode(), 5)).getBytes(UTF_8));
    row.setLong(3, amount(text));
    codec.encode(row);
    records.add(
        new RecordHead(LogRecord.Kind.EVENT, 1, 1, 0, 0, event.offset()),
        event.payload(),
        codec.bytes(),
        0,
        codec.length());
  }

  /// What an event is worth, by its id.
  static long amount(String id) {
    return Math.floorMod(id.hashCode(), 1_000);
  }

  private void checkAnswers() {
    while (!deliveries.isEmpty() && deliveries.getFirst().isDone()) {
      try {
        deliveries.removeFirst().join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof TytoException cause) {
          throw cause;
        }
        throw e;
      }
    }
  }

  /// I4, I12: nothing that was seen or committed goes again while one process owns the partition.
  private void checkView(Partition open) {
    Manifest manifest = open.manifest();
    assertTrue(manifest.version() >= version, "manifest " + manifest.version() + " < " + version);
    version = manifest.version();
    if (open.alarms().stream().noneMatch(alarm -> alarm.contains("does not own"))) {
      long rows = open.standing(1).rows();
      assertTrue(rows >= visibleRows, rows + " rows are seen after " + visibleRows);
      visibleRows = rows;
    }
  }

  private boolean isDead() {
    return disk == null || disk.isDead();
  }

  private void close() throws InterruptedException {
    Partition open = partition;
    partition = null;
    reader = null;
    deliveries.clear();
    if (open != null) {
      // Seals at hand end by the death of the process, or are waited for by the close.
      try {
        executor.runReady();
      } catch (SimulatedDisk.ProcessDied _) {
        // As it should.
      }
      if (disk != null) {
        disk.kill();
      }
      open.close();
    }
  }

  /// Damage must not come of anything that is simulated here.
  private static void requireExpected(TytoException e) {
    switch (e.code()) {
      case FENCED, STORE_FAILED, DISK_FULL, LOG_UNAVAILABLE, DRAINING -> {}
      default -> throw new AssertionError("unexpected " + e, e);
    }
  }
}
