package io.tyto.ingest.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.RowSource;
import io.tyto.ingest.DataFolder;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogRecord;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.ingest.log.RecordHead;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PartitionTest {
  private static final TableSchema PLAY = schema(NodeFixture.PLAY);
  private static final TableSchema PLAY_OF_A_MONTH =
      schema(NodeFixture.PLAY + "retention: { raw: P30D }\n");
  private static final TableSchema PLAY_SO_FAR =
      schema(NodeFixture.PLAY + "  so_far: { state: count }\n");
  private static final PartitionId ID = new PartitionId(1, 1, 0, 0);

  @TempDir Path temp;

  private final ScheduledExecutorService sealers = Executors.newScheduledThreadPool(1);

  /// One collection in one group.
  private record OneSchema(TableSchema schema) implements SchemaDirectory {
    @Override
    public TableSchema newest(int collectionId) {
      return schema;
    }

    @Override
    public List<Integer> collectionsOf(int groupId) {
      return List.of(1);
    }

    @Override
    public long catalogVersion() {
      return 1;
    }
  }

  /// Policies that changed after everything that is stored, and closes the partition while the
  /// first segment is read under them.
  private static final class ClosingPrivacy implements SchemaDirectory, StoredPrivacy {
    private final OneSchema schemas = new OneSchema(PLAY);
    private @Nullable Partition closed;

    @Override
    public TableSchema newest(int collectionId) {
      return schemas.newest(collectionId);
    }

    @Override
    public List<Integer> collectionsOf(int groupId) {
      return schemas.collectionsOf(groupId);
    }

    @Override
    public long catalogVersion() {
      return schemas.catalogVersion();
    }

    @Override
    public StoredPrivacy privacy(int collectionId) {
      return this;
    }

    @Override
    public int changedAt() {
      return closed == null ? 0 : 2;
    }

    @Override
    public RowSource current(RowSource rows, TableSchema schema) {
      if (closed != null) {
        closed.close();
      }
      return rows;
    }

    @Override
    public void bringOver(Row row, int version, TableSchema schema) {}

    @Override
    public DeadLetter treat(DeadLetter letter) {
      return letter;
    }
  }

  @AfterEach
  void stopSealers() {
    sealers.shutdownNow();
  }

  /// An event is sent whose id only an import brought that a crash will undo: its acknowledgement
  /// must hold all the same.
  @Test
  void anEventIsSafeAlthoughAnUncommittedImportBroughtItFirst() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    Path crashed = temp.resolve("crashed");
    try (Partition partition = open(data)) {
      assertEquals(1, load(partition, "x").join().accepted());
      assertEquals(1, partition.append(batch("x", "y")).join().repeated());
      assertEquals(List.of("x", "y"), ids(partition));
      copy(data, crashed);
      partition.flush().join();
      assertEquals(new Manifest.Counts(3, 2, 0, 1, 0), partition.manifest().counts());
    }
    try (Partition partition = open(data)) {
      assertEquals(List.of("x", "y"), ids(partition));
      assertEquals(1, partition.append(batch("x")).join().repeated());
    }
    try (Partition partition = open(crashed)) {
      assertEquals(
          List.of("x", "y"), ids(partition), "the row of the import is gone, the event is not");
      assertEquals(1, load(partition, "x").join().repeated());
      partition.flush().join();
      assertEquals(new Manifest.Counts(3, 2, 0, 1, 0), partition.manifest().counts());
    }
  }

  /// The order between logs is not stored. What a crash left uncommitted is taken in again, and its
  /// states are those of the order of then; what was committed stays.
  @Test
  void statesAfterACrashAreAFoldInTheOrderOfEachLog() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    Path crashed = temp.resolve("crashed");
    try (Partition partition = open(data, NodeFixture.BY_HAND, PLAY_SO_FAR)) {
      partition.append(batch(PLAY_SO_FAR, "a0")).join();
      load(partition, PLAY_SO_FAR, "file", 0, "b0").join();
      partition.flush().join();
      load(partition, PLAY_SO_FAR, "file", 1, "b1").join();
      partition.append(batch(PLAY_SO_FAR, "a1")).join();
      load(partition, PLAY_SO_FAR, "file", 2, "b2").join();
      partition.append(batch(PLAY_SO_FAR, "a2")).join();
      assertEquals(List.of("a0", "b0", "b1", "a1", "b2", "a2"), bySoFar(partition));
      copy(data, crashed);
    }
    List<String> order;
    try (Partition partition = open(crashed, NodeFixture.BY_HAND, PLAY_SO_FAR)) {
      for (int i = 0; i < 3; i++) {
        load(partition, PLAY_SO_FAR, "file", i, "b" + i).join();
      }
      order = bySoFar(partition);
      assertEquals(List.of("a0", "b0"), order.subList(0, 2));
      for (String log : List.of("a", "b")) {
        assertEquals(
            List.of(log + 0, log + 1, log + 2),
            order.stream().filter(id -> id.startsWith(log)).toList());
      }
      partition.flush().join();
    }
    try (Partition partition = open(crashed, NodeFixture.BY_HAND, PLAY_SO_FAR)) {
      assertEquals(order, bySoFar(partition));
    }
  }

  /// Ids in the order that the states tell, which count every event once.
  private static List<String> bySoFar(Partition partition) {
    SnapshotSources sources = new SnapshotSources();
    partition.addTo(sources, 1, Kind.DATA);
    TreeMap<Long, String> ids = new TreeMap<>();
    try (TableSnapshot snapshot = sources.toSnapshot(PLAY_SO_FAR)) {
      for (Map<String, @Nullable Object> row : NodeFixture.rows(snapshot)) {
        long soFar = (long) Objects.requireNonNull(row.get("so_far"));
        assertNull(ids.put(soFar, String.valueOf(row.get("id"))), row.toString());
      }
    }
    assertEquals(ids.size(), ids.isEmpty() ? 0 : ids.lastKey());
    return List.copyOf(ids.values());
  }

  @Test
  void aWindowMadeLargerTakesNothingBack() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (Partition partition = open(data, NodeFixture.BY_HAND.withDedupWindow(2))) {
      for (String id : List.of("a", "b", "c", "d", "a")) {
        assertEquals(1, partition.append(batch(id)).join().accepted());
      }
    }
    try (Partition partition = open(data, NodeFixture.BY_HAND.withDedupWindow(100))) {
      assertEquals(List.of("a", "b", "c", "d", "a"), ids(partition));
    }
  }

  @Test
  void consumedLogFilesGoAfterTwoMoreCommits() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    IngestOptions options =
        NodeFixture.BY_HAND.withLog(new IngestOptions.Log(100, 1 << 20, 1 << 20, 0, 0));
    try (Partition partition = open(data, options)) {
      for (int i = 0; i < 10; i++) {
        partition.append(batch("e" + i)).join();
        partition.flush().join();
      }
      assertTrue(logFiles(data) <= 4, logFiles(data) + " log files");
      assertEquals(10, ids(partition).size());
    }
    try (Partition partition = open(data, options)) {
      assertEquals(10, ids(partition).size());
    }
  }

  @Test
  void aRecordThatCannotBeReadBecomesADeadLetter() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    RecordBatch batch = batch("a");
    byte[] nonsense = {(byte) 0xff, 1, 2, 3};
    batch.add(new RecordHead(LogRecord.Kind.EVENT, 1, 1, 0, 0, 0), null, nonsense, 0, 4);
    for (int start = 0; start < 2; start++) {
      try (Partition partition = open(data)) {
        if (start == 0) {
          partition.append(batch).join();
        }
        assertEquals(List.of("a"), ids(partition));
        assertEquals(1, partition.standing(1).deadLetters());
      }
    }
  }

  /// Ids of topics and streams have dashes, as those of local logs do.
  @Test
  void aPartitionThatWasFedFromOutsideOnlyIsOpenedAgain() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    for (String logId :
        List.of("kafka:a-b_c-d:0", "nats:ORDERS:2026-11-21T12:00:00.123456789Z", "file")) {
      try (Partition partition = open(data)) {
        partition.load(new Delivery(logId, 0, List.of(), batch(logId), 1, 1 << 20)).join();
        partition.flush().join();
      }
    }
    try (Partition partition = open(data)) {
      assertEquals(3, ids(partition).size());
    }
  }

  @Test
  void anOldLetterIsErasedUnlessAReplayHasMarkedIt() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    RecordBatch batch = new RecordBatch(64);
    byte[] nonsense = {(byte) 0xff, 1, 2, 3};
    batch.add(new RecordHead(LogRecord.Kind.EVENT, 1, 1, 0, 0, 0), null, nonsense, 0, 4);
    try (Partition partition = open(data, NodeFixture.BY_HAND, PLAY_OF_A_MONTH)) {
      partition.append(batch).join();
      partition.flush().join();
      Letterbox letters = partition.letterbox();
      try (Letterbox.Marked marked = letters.mark(1, new EveryLetter(), 0)) {
        assertEquals(1, marked.count());
      }
      partition.maintain();
      assertEquals(1, partition.standing(1).deadLetters());
      assertEquals(0, letters.settle(_ -> 0), "its row was never committed");
      partition.maintain();
      assertEquals(0, partition.standing(1).deadLetters());
      assertEquals(new Manifest.Counts(1, 0, 0, 0, 1), partition.manifest().counts());
      assertEquals(List.of(), partition.alarms());
    }
  }

  /// Wants the rows of all in the first partition.
  private static final class EveryLetter implements Letterbox.Chooser {
    @Override
    public boolean wants(String logId, long logOffset, String code, long receivedMicros) {
      return true;
    }

    @Override
    public int[] choose(List<StoredLetter> letters, long firstOffset) {
      return new int[letters.size()];
    }

    @Override
    public boolean isDone() {
      return false;
    }
  }

  @Test
  void aGapIsNoneWhereThePartitionWasGivenTheRecordsBefore() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (Partition partition = open(data)) {
      load(partition, "log", 99, "a");
      partition.skip("log", 0, new LogEntry.Gap(50, 80, "retention"));
      assertEquals(0, load(partition, "log", 90, "b").join().accepted(), "it was delivered before");
      partition.skip("log", 0, new LogEntry.Gap(90, 120, "retention"));
      load(partition, "log", 120, "c");
      partition.flush().join();
      assertEquals(List.of("a", "c"), ids(partition));
      assertEquals(20, partition.status("group").gaps());
      assertEquals(121, partition.committedNext("log"));
      assertEquals(List.of(), partition.alarms());
    }
  }

  @Test
  void aGapBeforeTheFirstRecordBeginsWhereTheLogIsReadFrom() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (Partition partition = open(data)) {
      partition.skip("log", 30, new LogEntry.Gap(10, 40, "retention"));
      load(partition, "log", 40, "a");
      partition.flush().join();
      assertEquals(10, partition.status("group").gaps());
      assertEquals(41, partition.committedNext("log"));
    }
  }

  @Test
  void compactionGoesOnAroundAGap() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    IngestOptions options =
        NodeFixture.BY_HAND.withCompaction(
            new IngestOptions.Compaction(true, 2, 1 << 20, 1L << 30));
    try (Partition partition = open(data, options)) {
      for (int i = 0; i < 8; i++) {
        if (i == 4) {
          partition.skip("log", 0, new LogEntry.Gap(4, 10, "retention"));
        }
        load(partition, "log", i < 4 ? i : i + 6, "e" + i).join();
        partition.flush().join();
      }
      partition.maintain();
      assertEquals(List.of(), partition.alarms());
      assertEquals(2, partition.segments(1).size());
      assertEquals(
          List.of("e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7"),
          ids(partition).stream().sorted().toList());
      assertEquals(6, partition.status("group").gaps());
    }
    try (Partition partition = open(data, options)) {
      assertEquals(8, ids(partition).size());
    }
  }

  /// A partition that is handed over shows no segments; nothing must be written of that.
  @Test
  void closingInTheMiddleOfARewriteLosesNothing() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    ClosingPrivacy closing = new ClosingPrivacy();
    Partition partition = open(data, NodeFixture.BY_HAND, closing);
    for (String id : List.of("a", "b", "c")) {
      partition.append(batch(id)).join();
      partition.flush().join();
    }
    closing.closed = partition;
    partition.maintain();
    try (Partition next = open(data)) {
      assertEquals(List.of("a", "b", "c"), ids(next));
    }
  }

  @Test
  void whoAsksTheWriterHearsOfItsFailure() {
    Command.Run<Integer> run =
        new Command.Run<>(
            () -> {
              throw new IllegalStateException("no");
            },
            new CompletableFuture<>());
    assertThrows(IllegalStateException.class, run::perform);
    assertTrue(run.answer().isCompletedExceptionally());
  }

  @Test
  void aFullQueueIsSaidAtOnce() throws Exception {
    BatchQueue queue = new BatchQueue(100);
    queue.offer(new Command.Append(batch("a"), new CompletableFuture<>()));
    TytoException e =
        assertThrows(
            TytoException.class,
            () -> queue.offer(new Command.Append(batch("b"), new CompletableFuture<>())));
    assertEquals(ErrorCode.OVERLOADED, e.code());
    queue.poll(0);
    queue.offer(new Command.Append(batch("b"), new CompletableFuture<>()));
  }

  private Partition open(Path data) {
    return open(data, NodeFixture.BY_HAND);
  }

  private Partition open(Path data, IngestOptions options) {
    return open(data, options, PLAY);
  }

  private static TableSchema schema(String config) {
    return Schemas.firstVersion(
        ConfigParser.parse(List.of(new ConfigFile("play.yaml", config))).orThrow().getFirst(),
        1,
        1,
        1);
  }

  private Partition open(Path data, IngestOptions options, TableSchema schema) {
    return open(data, options, new OneSchema(schema));
  }

  private Partition open(Path data, IngestOptions options, SchemaDirectory schemas) {
    Alarms alarms = new Alarms();
    return Partition.open(
        ID,
        new PartitionHost(
            new FsStore(new DataFolder(data).store(), Disk.SYSTEM),
            Disk.SYSTEM,
            new DataFolder(data),
            options,
            schemas,
            UUID.randomUUID().toString(),
            NodeFixture.CLOCK,
            sealers,
            new DiskGuard(Disk.SYSTEM, data, options.log(), alarms),
            CommitRetry.DEFAULT),
        true);
  }

  private static CompletableFuture<Partition.Appended> load(Partition partition, String id)
      throws InterruptedException {
    return load(partition, "file", 0, id);
  }

  private static CompletableFuture<Partition.Appended> load(
      Partition partition, String log, long offset, String id) throws InterruptedException {
    return load(partition, PLAY, log, offset, id);
  }

  private static CompletableFuture<Partition.Appended> load(
      Partition partition, TableSchema schema, String log, long offset, String id)
      throws InterruptedException {
    RowsBuilder builder = new RowsBuilder(schema, log);
    builder.begin(new byte[0]);
    Row row = new Row(schema.columns().size());
    row.setBytes(0, id.getBytes(StandardCharsets.UTF_8));
    row.setBytes(schema.positionOf("user"), new byte[] {'u'});
    builder.add(row, offset);
    int[] partitions = {partition.id().partition()};
    LoadedRows rows =
        builder.cut(new RowsBuilder.Placement(KeyPlacement.XXH64, -1, 0, partitions, 12), 0)[0];
    return partition.load(
        new Delivery(log, 0, rows == null ? List.of() : List.of(rows), null, offset + 1, 1 << 20));
  }

  private static RecordBatch batch(String... ids) {
    return batch(PLAY, ids);
  }

  private static RecordBatch batch(TableSchema schema, String... ids) {
    RecordBatch batch = new RecordBatch(64);
    RowCodec codec = new RowCodec(schema);
    Row row = new Row(schema.columns().size());
    for (String id : ids) {
      byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
      row.clear();
      row.setBytes(0, bytes);
      row.setBytes(schema.positionOf("user"), new byte[] {'u'});
      codec.encode(row);
      batch.add(
          new RecordHead(LogRecord.Kind.EVENT, 1, 1, 0, 0, 0),
          bytes,
          codec.bytes(),
          0,
          codec.length());
    }
    return batch;
  }

  private static List<String> ids(Partition partition) {
    SnapshotSources sources = new SnapshotSources();
    partition.addTo(sources, 1, Kind.DATA);
    List<String> ids = new ArrayList<>();
    try (TableSnapshot snapshot = sources.toSnapshot(PLAY)) {
      NodeFixture.rows(snapshot).forEach(row -> ids.add(String.valueOf(row.get("id"))));
      assertEquals(snapshot.sources().stream().mapToInt(RowSource::rowCount).sum(), ids.size());
    }
    return ids;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static long logFiles(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(new DataFolder(data).logs())) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
