package io.tyto.ingest.partition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.log.MemorySource;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.FsStore;
import io.tyto.store.maintenance.Fault;
import io.tyto.store.maintenance.SegmentCheck;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.store.manifest.Manifest;
import io.tyto.testkit.storage.FaultDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One run: a topic, a store, a disk, a clock, and one process or two rivals that want to own the
/// same partition. The seed alone decides what happens, in which order, and what goes wrong.
final class SimulatedWorld {
  private static final String TOPIC = "events";
  private static final int MOST_STEPS = 160;

  /// Tries to get everything committed once nothing goes wrong any more (I18).
  private static final int MOST_HEALING_STEPS = 400;

  private final Random random;
  private final Flaw flaw;
  private final Path folder;
  private final FaultDisk disk;
  private final MemorySource source;
  private final Topic topic;
  private final IngestOptions options;
  private final List<SimulatedProcess> processes = new ArrayList<>();
  private final Set<SimulatedProcess> busy = new HashSet<>();
  private final boolean hasRival;

  // The ledger: what was produced, and what was answered.
  private final Set<String> produced = new HashSet<>();
  private final Set<String> sentDirectly = new HashSet<>();
  private final Set<String> acknowledged = new HashSet<>();
  private final List<String> ids = new ArrayList<>();
  private @Nullable OpenTransaction transaction;
  private long topicRecords;
  private long nonsense;

  private long nowMillis = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();
  private int starts;
  private double trouble;
  private final List<String> story = new ArrayList<>();

  private record OpenTransaction(MemorySource.OpenTransaction open, List<String> ids) {}

  SimulatedWorld(Path folder, long seed, Flaw flaw) throws IOException {
    this.folder = folder;
    this.random = new Random(seed);
    this.flaw = flaw;
    this.disk = new FaultDisk(Files.createDirectories(folder.resolve("disk")), () -> nowMillis);
    Clock clock = new WorldClock();
    this.source = new MemorySource(clock, 0);
    source.create(TOPIC, 1);
    this.topic = source.describe(TOPIC);
    this.hasRival = random.nextBoolean();
    this.options = options();
    for (int i = 0; i < (hasRival ? 2 : 1); i++) {
      Path data = Files.createDirectories(folder.resolve("disk").resolve("data-" + i));
      processes.add(
          new SimulatedProcess(
              data, store(), options, new OneSchema(), source, topic, clock, flaw));
    }
  }

  private IngestOptions options() {
    return NodeFixture.BY_HAND
        .withSeal(
            new IngestOptions.Seal(
                3 + random.nextInt(20),
                64 << 20,
                Duration.ofHours(10),
                Duration.ofHours(10),
                1 << 16,
                1 + random.nextInt(3),
                1))
        .withLog(new IngestOptions.Log(200 + random.nextInt(2_000), 1 << 20, 1 << 20, 0, 0))
        .withCompaction(new IngestOptions.Compaction(true, 3, 1_000_000, 1L << 30));
  }

  private Path store() {
    return folder.resolve("disk").resolve("store");
  }

  /// Goes through the run and checks it; throws an AssertionError that tells the story.
  void run() throws Exception {
    try {
      int steps = 40 + random.nextInt(MOST_STEPS - 40);
      trouble = random.nextInt(4) == 0 ? 0 : 0.03 * random.nextDouble();
      for (int i = 0; i < steps; i++) {
        step();
      }
      heal();
      check();
    } catch (AssertionError | RuntimeException | IOException e) {
      throw new AssertionError(
          e.getMessage()
              + "\n  the last steps: "
              + story.subList(Math.max(0, story.size() - 60), story.size()),
          e);
    } finally {
      trouble = 0;
      for (SimulatedProcess process : processes) {
        process.kill();
      }
    }
  }

  private void step() throws Exception {
    nowMillis += random.nextInt(1_000);
    int what = random.nextInt(100);
    if (what < 30) {
      ofTheWorld();
    } else {
      ofAProcess(processes.get(random.nextInt(processes.size())));
    }
    processes.forEach(process -> process.collectAcknowledged(acknowledged));
  }

  // What happens around the processes.

  private void ofTheWorld() throws Exception {
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3, 4, 5 -> produce(1 + random.nextInt(12));
      case 6 -> source.skip(TOPIC, 0, 1 + random.nextInt(3));
      case 7 -> transact();
      case 8 -> {
        tell("topic away or back");
        source.away(random.nextBoolean());
      }
      case 9 -> {
        tell("disk full or not");
        disk.limitFreeBytes(random.nextBoolean() ? random.nextInt(30_000) : Long.MAX_VALUE);
      }
      case 10 -> {
        nowMillis += Duration.ofHours(random.nextInt(100) - 30).toMillis();
        tell("clock at " + nowMillis);
      }
      case 11 -> {
        if (random.nextInt(3) == 0) {
          losePower();
        }
      }
      default -> retain();
    }
  }

  private void produce(int count) {
    tell("produce " + count);
    for (int i = 0; i < count; i++) {
      topicRecords++;
      if (random.nextInt(12) == 0) {
        nonsense++;
        append(SimulatedProcess.NONSENSE);
      } else {
        String id = id();
        produced.add(id);
        append(id);
      }
    }
  }

  private void append(String payload) {
    source.append(TOPIC, 0, null, payload.getBytes(UTF_8), List.of());
  }

  /// A new id, or one that comes again.
  private String id() {
    if (!ids.isEmpty() && random.nextInt(6) == 0) {
      return ids.get(random.nextInt(ids.size()));
    }
    String id = "e" + ids.size();
    ids.add(id);
    return id;
  }

  private void transact() {
    OpenTransaction open = transaction;
    if (open == null) {
      tell("begin");
      MemorySource.OpenTransaction begun = source.begin(TOPIC, 0);
      List<String> written = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        String id = id();
        written.add(id);
        begun.append(null, id.getBytes(UTF_8), List.of());
      }
      transaction = new OpenTransaction(begun, written);
    } else {
      transaction = null;
      if (random.nextInt(3) == 0) {
        tell("abort");
        open.open().abort();
      } else {
        tell("commit");
        open.open().commit();
        produced.addAll(open.ids());
        topicRecords += open.ids().size();
      }
    }
  }

  /// Retention takes what is committed.
  private void retain() {
    long committed = processes.stream().mapToLong(SimulatedProcess::committed).max().orElse(-1);
    if (committed > 0 && random.nextInt(3) == 0) {
      tell("retention below " + committed);
      source.deleteRecords(TOPIC, 0, committed);
    }
  }

  private void losePower() throws Exception {
    tell("power lost");
    for (SimulatedProcess process : processes) {
      process.kill();
      process.collectAcknowledged(acknowledged);
    }
    if (random.nextInt(4) > 0) {
      disk.losePower();
    } else {
      disk.restart();
    }
    Files.createDirectories(folder.resolve("disk"));
  }

  // What a process does.

  private void ofAProcess(SimulatedProcess process) throws InterruptedException {
    if (!busy.add(process)) {
      return;
    }
    int number = processes.indexOf(process);
    try {
      if (!process.isOpen()) {
        tell("open " + number);
        open(process);
        return;
      }
      int what = random.nextInt(100);
      if (what < 28) {
        tell("feed " + number);
        process.act(partition -> process.feed(partition, 1 + random.nextInt(15)));
      } else if (what < 52) {
        tell("turn " + number);
        process.turn();
      } else if (what < 72) {
        tell("seal " + number);
        process.act(_ -> process.seal());
      } else if (what < 80) {
        tell("flush " + number);
        process.act(Partition::flush);
      } else if (what < 88) {
        if (!hasRival) {
          tell("send");
          process.act(partition -> send(process, partition));
        }
      } else if (what < 93) {
        tell("maintain " + number);
        process.act(Partition::maintain);
      } else if (what < 97) {
        tell("collect " + number);
        process.act(Partition::collectGarbage);
      } else {
        tell("kill " + number);
        process.kill();
      }
    } finally {
      busy.remove(process);
    }
  }

  private void send(SimulatedProcess process, Partition partition) {
    String id = id();
    sentDirectly.add(id);
    process.send(partition, id);
  }

  private void open(SimulatedProcess process) {
    String writer = new UUID(starts, starts).toString();
    starts++;
    process.open(new SimulatedDisk(disk, new Fortune(this, process), flaw), writer);
  }

  /// What befalls one process.
  private record Fortune(SimulatedWorld world, SimulatedProcess process)
      implements SimulatedDisk.Chaos {
    @Override
    public SimulatedDisk.Fate beforeStep() {
      return world.fate(process);
    }

    @Override
    public boolean isEndedInsteadOfRetried() {
      return world.trouble == 0 || world.random.nextInt(4) == 0;
    }
  }

  /// Before any step of a process on the disk: a rival may act, and the step may go wrong.
  private SimulatedDisk.Fate fate(SimulatedProcess process) {
    if (trouble == 0) {
      return SimulatedDisk.Fate.DONE;
    }
    if (hasRival && busy.size() == 1 && random.nextInt(12) == 0) {
      SimulatedProcess rival = processes.get(1 - processes.indexOf(process));
      tell("(meanwhile");
      try {
        for (int i = random.nextInt(8); i >= 0; i--) {
          ofAProcess(rival);
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      tell(")");
    }
    if (random.nextDouble() >= trouble) {
      return SimulatedDisk.Fate.DONE;
    }
    SimulatedDisk.Fate[] fates = SimulatedDisk.Fate.values();
    SimulatedDisk.Fate fate = fates[random.nextInt(fates.length)];
    tell(fate.name());
    return fate;
  }

  // How it ends.

  private void heal() throws InterruptedException {
    tell("heal");
    trouble = 0;
    source.away(false);
    disk.limitFreeBytes(Long.MAX_VALUE);
    if (transaction != null) {
      transact();
    }
    SimulatedProcess owner = processes.getFirst();
    for (SimulatedProcess process : processes) {
      process.kill();
      process.collectAcknowledged(acknowledged);
    }
    long end = source.extents(topic).getFirst().stableEnd();
    int steps = 0;
    while (true) {
      if (!owner.isOpen()) {
        open(owner);
      }
      if (owner.finish(end)) {
        return;
      }
      assertTrue(++steps < MOST_HEALING_STEPS, "I18: nothing goes wrong, but not all is committed");
    }
  }

  private void check() throws InterruptedException {
    SimulatedProcess owner = processes.getFirst();
    Map<String, Long> rows = checkRows(owner);
    Manifest.Counts counts = owner.partition().manifest().counts();
    assertEquals(counts.read(), counts.rows() + counts.dead() + counts.duplicates(), "I7");
    assertEquals(rows.size(), counts.rows(), "I7: rows");
    assertEquals(nonsense, counts.dead(), "I7: dead letters");
    assertEquals(nonsense, owner.partition().standing(1).deadLetters(), "dead letters");
    if (sentDirectly.isEmpty()) {
      assertEquals(topicRecords, counts.read(), "I7: every record of the topic is read once");
    }
    StoreVerifier.Report report =
        new StoreVerifier(
                new FsStore(
                    store(),
                    new SimulatedDisk(disk, new Fortune(this, processes.getFirst()), flaw)),
                SegmentCheck.NONE)
            .verify(_ -> {});
    // There is no catalog here, which the verifier misses.
    List<Fault> faults =
        report.faults().stream().filter(fault -> !fault.expected().contains("catalog")).toList();
    assertEquals(List.of(), faults, "I1-I6");
    owner.kill();
    open(owner);
    assertEquals(rows, checkRows(owner), "I9: after another start");
  }

  private Map<String, Long> checkRows(SimulatedProcess owner) {
    Map<String, Long> rows = new TreeMap<>();
    Map<String, Integer> times = new HashMap<>();
    for (Map<String, @Nullable Object> row : owner.rows()) {
      String id = String.valueOf(row.get("id"));
      rows.put(id, (Long) row.get("amount"));
      times.merge(id, 1, Integer::sum);
    }
    times.forEach((id, count) -> assertEquals(1, count, "rows of " + id));
    for (String id : produced) {
      assertTrue(rows.containsKey(id), id + " was produced and is no row");
    }
    for (String id : acknowledged) {
      assertTrue(rows.containsKey(id), "I8: " + id + " was acknowledged and is no row");
    }
    rows.forEach((id, amount) -> {
      assertTrue(produced.contains(id) || sentDirectly.contains(id), id + " was never sent");
      assertEquals(SimulatedProcess.amount(id), amount, "amount of " + id);
    });
    return rows;
  }

  private void tell(String what) {
    story.add(what);
  }

  private final class WorldClock extends Clock {
    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(nowMillis);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static final class OneSchema implements SchemaDirectory {
    private static final TableSchema PLAY =
        Schemas.firstVersion(
            ConfigParser.parse(List.of(new ConfigFile("play.yaml", NodeFixture.PLAY)))
                .orThrow()
                .getFirst(),
            1,
            1,
            1);

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
}
