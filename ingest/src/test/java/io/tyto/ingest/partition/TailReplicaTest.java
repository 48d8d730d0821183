package io.tyto.ingest.partition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.ingest.DataFolder;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.QuietLog;
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
import io.tyto.store.FsStore;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.testkit.storage.UnforcedDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An owner and a replica of its tail, moved on by hand: each shows at every step just what a fold
/// over the log says, as far as it has read.
///
/// `-Dtail.seeds=500` runs so many, `-Dtail.seed=42` that one, or from there on.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TailReplicaTest {
  private static final long FIRST_SEED = Long.getLong("tail.seed", 1);
  private static final int SEEDS =
      Integer.getInteger("tail.seeds", System.getProperty("tail.seed") == null ? 6 : 1);

  private static final int STEPS = 150;
  private static final String LOG = "kafka:topic:0";

  /// Far beyond what a run takes.
  private static final long UNIT_BYTES = 1 << 30;

  private static final PartitionId ID = new PartitionId(1, 1, 0, 0);
  private static final TableSchema PLAY =
      Schemas.firstVersion(
          ConfigParser.parse(List.of(new ConfigFile("play.yaml", NodeFixture.PLAY)))
              .orThrow()
              .getFirst(),
          1,
          1,
          1);

  @TempDir Path temp;

  private Random random = new Random(1);
  private Path data = Path.of("");
  private int window;
  private IngestOptions options = NodeFixture.BY_HAND;
  private final StepExecutor sealer = new StepExecutor();

  /// The log: an id, or {@link SimulatedProcess#NONSENSE}, or null where the number has no record.
  private final List<@Nullable String> log = new ArrayList<>();

  private @Nullable Partition owner;
  private @Nullable FollowedPartition follower;
  private int owned;
  private int replicated;

  private static final class OneSchema implements SchemaDirectory {
    @Override
    public TableSchema newest(int collectionId) {
      return PLAY;
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

  /// A row as it is compared.
  private record Seen(String id, long offset, long entity) {}

  /// What a prefix of the log comes to.
  private record Expected(List<Seen> rows, List<Long> letters) {}

  @BeforeEach
  void inSilence() {
    QuietLog.on();
  }

  @AfterEach
  void close() {
    if (follower != null) {
      follower.close();
    }
    closeOwner();
  }

  @Test
  void aReplicaShowsWhatItsOwnerWouldWhateverHappens() throws Exception {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      List<String> story = new ArrayList<>();
      try {
        run(seed, story);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed %d (-Dtail.seed=%d): %s%n%s".formatted(seed, seed, e.getMessage(), story), e);
      }
    }
  }

  private void run(long seed, List<String> story) throws Exception {
    close();
    random = new Random(seed);
    log.clear();
    window = 1 + random.nextInt(60);
    begin(
        "seed" + seed,
        NodeFixture.BY_HAND
            .withDedupWindow(window)
            .withSeal(
                new IngestOptions.Seal(
                    3 + random.nextInt(30),
                    64 << 20,
                    Duration.ofHours(10),
                    Duration.ofHours(10),
                    1 << 16,
                    1 + random.nextInt(3),
                    1))
            .withCompaction(new IngestOptions.Compaction(true, 3, 1_000_000, 1L << 30)));
    for (int step = 0; step < STEPS; step++) {
      String what = step();
      story.add(what);
      check(what);
    }
  }

  private void begin(String folder, IngestOptions with) throws Exception {
    data = Files.createDirectory(temp.resolve(folder));
    options = with;
    openOwner();
    follower = FollowedPartition.open(ID, host("follower"));
    replicate();
  }

  private String step() throws Exception {
    int what = random.nextInt(100);
    if (what < 22) {
      produce(1 + random.nextInt(12));
      return "produce";
    } else if (what < 44) {
      owned = deliver(owner(), owned, random.nextInt(20));
      owner().step();
      return "owner to " + owned;
    } else if (what < 66) {
      replicated = deliver(replica(), replicated, random.nextInt(20));
      return "replica to " + replicated;
    } else if (what < 78) {
      sealer.step();
      return "seal";
    } else if (what < 90) {
      follower().refresh();
      return "refresh";
    } else if (what < 92) {
      owner().maintain();
      return "maintain";
    } else if (what < 95) {
      replicate();
      return "replica anew";
    } else if (what < 98) {
      closeOwner();
      openOwner();
      return "owner anew";
    }
    owner().flush();
    owner().step();
    sealer.step();
    return "flush";
  }

  private void produce(int count) {
    for (int i = 0; i < count; i++) {
      int what = random.nextInt(12);
      log.add(
          what == 0
              ? null
              : what == 1 ? SimulatedProcess.NONSENSE : "e" + random.nextInt(10 + log.size() / 3));
    }
  }

  /// Hands records of the log over, as columns or one by one; returns where the next begin.
  private int deliver(LogTarget to, int from, int most) throws InterruptedException {
    int next = Math.min(log.size(), from + most);
    if (next == from) {
      return from;
    }
    boolean isColumns = random.nextBoolean();
    RecordBatch records = new RecordBatch(1024);
    RowsBuilder builder = new RowsBuilder(PLAY, LOG);
    builder.begin(new byte[0]);
    for (int offset = from; offset < next; offset++) {
      String text = log.get(offset);
      if (text == null) {
        continue;
      }
      if (text.equals(SimulatedProcess.NONSENSE)) {
        byte[] nonsense = {(byte) 0xff, 1, 2, 3};
        records.add(head(offset), null, nonsense, 0, 4);
      } else if (isColumns) {
        builder.add(row(text), offset);
      } else {
        RowCodec codec = new RowCodec(PLAY);
        codec.encode(row(text));
        records.add(head(offset), text.getBytes(UTF_8), codec.bytes(), 0, codec.length());
      }
    }
    LoadedRows rows =
        builder.rows() == 0
            ? null
            : builder
                .cut(new RowsBuilder.Placement(KeyPlacement.XXH64, -1, 0, new int[] {0}, 12), 0)[0];
    CompletableFuture<Partition.Appended> _ =
        to.load(
            new Delivery(
                LOG, 0, rows == null ? List.of() : List.of(rows), records, next, UNIT_BYTES));
    return next;
  }

  private static RecordHead head(long offset) {
    return new RecordHead(LogRecord.Kind.EVENT, 1, 1, 0, 0, offset);
  }

  private static Row row(String id) {
    Row row = new Row(PLAY.columns().size());
    row.setBytes(0, id.getBytes(UTF_8));
    row.setBytes(PLAY.positionOf("user"), user(id).getBytes(UTF_8));
    row.setLong(PLAY.positionOf("amount"), SimulatedProcess.amount(id));
    return row;
  }

  private static String user(String id) {
    return "user " + id.hashCode() % 40;
  }

  /// What the first records of the log come to, told as simply as can be.
  private Expected expected(long end) {
    Map<String, Long> stored = new HashMap<>();
    Map<String, Long> entities = new HashMap<>();
    Expected expected = new Expected(new ArrayList<>(), new ArrayList<>());
    for (int offset = 0; offset < end; offset++) {
      String id = log.get(offset);
      if (id == null) {
        continue;
      }
      if (id.equals(SimulatedProcess.NONSENSE)) {
        expected.letters().add((long) offset);
        continue;
      }
      Long before = stored.get(id);
      if (before == null || before < offset - window) {
        stored.put(id, (long) offset);
        long entity = entities.computeIfAbsent(user(id), _ -> entities.size() + 1L);
        expected.rows().add(new Seen(id, offset, entity));
      }
    }
    return expected;
  }

  private void check(String what) {
    TailReplica replica = replica();
    assertNull(replica.spoiled(), what);
    long committed = follower().manifest().next().getOrDefault(LOG, 0L);
    long shown = Math.max(committed, replica.reach().getOrDefault(LOG, 0L));
    check(expected(shown), true, what + ", with the tail");
    check(expected(committed), false, what + ", without the tail");
    assertEquals(expected(shown).rows().size(), follower().standing(1).rows() + tailRows(), what);
  }

  /// Rows that the snapshot with the tail has and the other does not.
  private long tailRows() {
    return rows(true, Kind.DATA).size() - rows(false, Kind.DATA).size();
  }

  private void check(Expected expected, boolean withTail, String what) {
    assertEquals(
        expected.rows(),
        rows(withTail, Kind.DATA).stream()
            .map(row ->
                new Seen(
                    String.valueOf(row.get("id")),
                    (Long) Objects.requireNonNull(row.get("_offset")),
                    (Long) Objects.requireNonNull(row.get("_entity"))))
            .sorted((one, other) -> Long.compare(one.offset(), other.offset()))
            .toList(),
        what);
    assertEquals(
        expected.letters(),
        rows(withTail, Kind.DEAD).stream()
            .map(row -> (Long) Objects.requireNonNull(row.get("_offset")))
            .sorted()
            .toList(),
        what);
  }

  private List<Map<String, @Nullable Object>> rows(boolean withTail, Kind kind) {
    SnapshotSources sources = new SnapshotSources();
    if (withTail) {
      follower().addWithTail(sources, 1, kind);
    } else {
      follower().addTo(sources, 1, kind);
    }
    TableSchema schema = kind == Kind.DEAD ? DeadLetters.schemaFor(PLAY) : PLAY;
    try (TableSnapshot snapshot = sources.toSnapshot(schema)) {
      return NodeFixture.rows(snapshot);
    }
  }

  @Test
  void whatIsDecidedOtherwiseEndsAReplicaAndTheNextIsRight() throws Exception {
    window = 100;
    begin("data", NodeFixture.BY_HAND.withDedupWindow(window));
    log.addAll(List.of("a", "b", SimulatedProcess.NONSENSE, "a", "c"));
    owned = deliver(owner(), 0, 4);
    // As if another config refused what the owner takes.
    log.set(1, SimulatedProcess.NONSENSE);
    replicated = deliver(replica(), 0, 4);
    log.set(1, "b");
    sealAll();
    follower().refresh();
    String why = Objects.requireNonNull(replica().spoiled());
    assertTrue(why.contains("1 rows and 2 dead letters"), why);
    SnapshotSources sources = new SnapshotSources();
    TytoException e =
        assertThrows(TytoException.class, () -> follower().addWithTail(sources, 1, Kind.DATA));
    assertEquals(ErrorCode.SHARDS_MISSING, e.code());
    sources.release();
    replicate();
    replicated = deliver(replica(), replicated, 10);
    check("anew");
  }

  @Test
  void rowsOfAnotherLogEndAReplica() throws Exception {
    window = 100;
    begin("data", NodeFixture.BY_HAND.withDedupWindow(window));
    log.addAll(List.of("a", "b"));
    replicated = deliver(replica(), 0, 2);
    owned = deliver(owner(), 0, 2);
    owner().load(new Delivery("file", 0, List.of(), new RecordBatch(16), 7, UNIT_BYTES));
    owner().step();
    sealAll();
    follower().refresh();
    String why = Objects.requireNonNull(replica().spoiled());
    assertTrue(why.contains("file"), why);
    replicate();
    check("anew");
  }

  @Test
  void aReplicaIsCaughtUpOnceItShowsWhatItsLogHadAtTheBeginning() throws Exception {
    window = 100;
    begin("data", NodeFixture.BY_HAND.withDedupWindow(window));
    log.addAll(List.of("a", "b", "c", "d"));
    assertFalse(replica().isCaughtUp(LOG), "nobody said where the log ends");
    replica().expect(LOG, 0, 3);
    replicated = deliver(replica(), 0, 2);
    assertFalse(replica().isCaughtUp(LOG));
    owned = deliver(owner(), 0, 3);
    sealAll();
    follower().refresh();
    assertTrue(replica().isCaughtUp(LOG), "the manifest has them");
    replica().expect(LOG, 0, 4);
    assertTrue(replica().isCaughtUp(LOG), "what came later is none of the beginning");
  }

  @Test
  void aGapIsPassedOnceTheOwnerHasCommittedIt() throws Exception {
    window = 100;
    begin("data", NodeFixture.BY_HAND.withDedupWindow(window));
    log.addAll(List.of("a", "b", "c"));
    replicated = deliver(replica(), 0, 3);
    owned = deliver(owner(), 0, 3);
    LogEntry.Gap gap = new LogEntry.Gap(3, 9, "retention");
    TytoException e = assertThrows(TytoException.class, () -> replica().skip(LOG, 0, gap));
    assertEquals(ErrorCode.LOG_UNAVAILABLE, e.code());
    Thread skipping = Thread.ofVirtual().start(() -> skip(gap));
    while (skipping.isAlive()) {
      owner().step();
      sealer.step();
    }
    sealAll();
    follower().refresh();
    replica().skip(LOG, 0, gap);
    while (log.size() < 9) {
      log.add(null);
    }
    log.addAll(List.of("b", "d"));
    replicated = deliver(replica(), 9, 2);
    check("behind the gap");
  }

  private void skip(LogEntry.Gap gap) {
    try {
      owner().skip(LOG, 0, gap);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aReplicaReadsNoFurtherThanItsOwnerMay() throws Exception {
    window = 1 << 20;
    long bytes = 4 << 10;
    begin(
        "data",
        NodeFixture.BY_HAND.withSeal(
            new IngestOptions.Seal(
                1_000_000, bytes, Duration.ofHours(1), Duration.ofHours(1), 1 << 16, 1, 1)));
    for (int i = 0; i < 400; i++) {
      log.add("event " + i);
    }
    CompletableFuture<Integer> reading = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                for (int at = 0; at < log.size(); at++) {
                  records(replica(), at);
                }
                reading.complete(log.size());
              } catch (InterruptedException | RuntimeException e) {
                reading.completeExceptionally(e);
              }
            });
    while (follower().alarms().isEmpty()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    assertTrue(follower().alarms().getFirst().contains("has not sealed"), "the alarm says why");
    long held = replica().reach().get(LOG);
    assertTrue(held < log.size() && held > 1, held + " records are held");
    replicated = (int) held;
    check("full");
    while (!reading.isDone()) {
      if (owned < log.size()) {
        records(owner(), owned++);
        owner().step();
      } else {
        CompletableFuture<Void> _ = owner().flush();
        owner().step();
      }
      sealer.runReady();
      follower().refresh();
    }
    assertEquals(log.size(), reading.get());
    reader.join();
    assertEquals(List.of(), follower().alarms());
    check("all");
  }

  private static void records(LogTarget to, int offset) throws InterruptedException {
    String id = "event " + offset;
    RecordBatch records = new RecordBatch(64);
    RowCodec codec = new RowCodec(PLAY);
    codec.encode(row(id));
    records.add(head(offset), id.getBytes(UTF_8), codec.bytes(), 0, codec.length());
    CompletableFuture<Partition.Appended> _ =
        to.load(new Delivery(LOG, 0, List.of(), records, offset + 1L, UNIT_BYTES));
  }

  private void sealAll() throws InterruptedException {
    CompletableFuture<Void> sealed = owner().flush();
    while (!sealed.isDone()) {
      owner().step();
      sealer.step();
    }
  }

  private void openOwner() {
    owner = Partition.openByHand(ID, host("owner"), true);
    owned = (int) owner().committedNext(LOG);
  }

  private void closeOwner() {
    Partition open = owner;
    owner = null;
    if (open != null) {
      sealer.runReady();
      open.close();
      sealer.shutdown();
    }
  }

  private void replicate() {
    TailReplica replica = follower().replicate(true);
    replicated = (int) replica.committedNext(LOG);
  }

  private Partition owner() {
    return Objects.requireNonNull(owner);
  }

  private FollowedPartition follower() {
    return Objects.requireNonNull(follower);
  }

  private TailReplica replica() {
    TailReplica replica = follower().replica();
    assertNotNull(replica);
    return replica;
  }

  private PartitionHost host(String name) {
    UnforcedDisk disk = new UnforcedDisk(NodeFixture.CLOCK);
    DataFolder folder = new DataFolder(data, name);
    return new PartitionHost(
        new FsStore(folder.store(), disk),
        disk,
        folder,
        options,
        new OneSchema(),
        name + ":" + UUID.randomUUID(),
        NodeFixture.CLOCK,
        sealer,
        new DiskGuard(disk, data, options.log(), new Alarms()),
        CommitRetry.DEFAULT);
  }
}
