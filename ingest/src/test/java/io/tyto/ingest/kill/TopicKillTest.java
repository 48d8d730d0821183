package io.tyto.ingest.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.testkit.kafka.KafkaBroker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A ledger: a producer writes numbered amounts to a topic without a break, while the process that
/// ingests them is killed, stopped and continued, and the broker is killed too. In the end every
/// amount is there once.
///
/// `-Dtest=TopicKillTest -Dtest.kills=500 -Dtest.seed=...` is the long run.
class TopicKillTest {
  private static final long SEED = Long.getLong("test.seed", 4_2026L);
  private static final int KILLS = Integer.getInteger("test.kills", 5);
  private static final int ROUNDS = Math.max(2, KILLS / 4);
  private static final int FENCE_LOOKS = 150;
  private static final int PARTITIONS = 3;
  private static final int USERS = 40;
  private static final int PAUSE_NANOS = 300_000;
  private static final long FINISH_SECONDS = 120;
  private static final String OWNS = "is owned from now on";
  private static final String FOLLOWS = "is followed from now on";

  @TempDir Path temp;

  private final Random random = new Random(SEED);
  private final AtomicInteger produced = new AtomicInteger();
  private final AtomicReference<@Nullable Exception> notTaken = new AtomicReference<>();
  private final AtomicBoolean isDone = new AtomicBoolean();

  @Test
  void everyAmountIsCountedOnceWhateverDies() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (KafkaBroker broker = KafkaBroker.start(temp.resolve("kafka"))) {
      broker.createTopic("ledger", PARTITIONS);
      Thread producer = Thread.ofPlatform().name("ledger").start(() -> produce(broker.bootstrap()));
      for (int kill = 0; kill < KILLS; kill++) {
        Process node = start(data, broker.bootstrap());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_200)));
        disturb(node, broker);
        node.destroyForcibly().waitFor();
        assertEquals(
            List.of(), DataVerifier.verify(data).faults(), "kill " + kill + ", seed " + SEED);
      }
      isDone.set(true);
      producer.join();
      assertNull(notTaken.get(), "the broker did not take an amount");
      check(data, broker);
    }
    System.getLogger("tyto.test")
        .log(
            System.Logger.Level.INFO,
            "{0} kills, seed {1}: {2} amounts, each counted exactly once",
            KILLS,
            SEED,
            produced.get());
  }

  /// The owner of all partitions stands still (SIGSTOP) somewhere in its work, another process
  /// takes over on the same store, and then the first wakes up and goes on where it was. It must
  /// find that it is the owner no more, and nothing it still does may count.
  @Test
  void anOwnerThatWakesUpAfterATakeoverChangesNothing() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    Files.createDirectory(data.resolve("store"));
    Path rival = Files.createDirectory(temp.resolve("rival"));
    Files.createSymbolicLink(rival.resolve("store"), data.resolve("store"));
    int fenced = 0;
    try (KafkaBroker broker = KafkaBroker.start(temp.resolve("kafka"))) {
      broker.createTopic("ledger", PARTITIONS);
      Thread producer = Thread.ofPlatform().name("ledger").start(() -> produce(broker.bootstrap()));
      for (int round = 0; round < ROUNDS; round++) {
        Process first = start(round % 2 == 0 ? data : rival, broker.bootstrap());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(700)));
        signal(first, "STOP");
        Process second = start(round % 2 == 0 ? rival : data, broker.bootstrap());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1_000 + random.nextInt(500)));
        signal(first, "CONT");
        fenced += isFencedSoon(errors(round % 2 == 0 ? data : rival)) ? 1 : 0;
        first.destroyForcibly().waitFor();
        second.destroyForcibly().waitFor();
        assertEquals(
            List.of(), DataVerifier.verify(data).faults(), "round " + round + ", seed " + SEED);
      }
      isDone.set(true);
      producer.join();
      assertNull(notTaken.get(), "the broker did not take an amount");
      assertTrue(fenced > 0, "no owner was ever fenced, so nothing was tried");
      check(data, broker);
    }
  }

  /// Three processes share one folder. One is killed, one stands still until its partitions are
  /// others' and goes on, one is told to stop, and another one joins.
  @Test
  void processesThatShareAFolderCountEveryAmountOnce() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    Map<String, Process> nodes = new TreeMap<>();
    try (KafkaBroker broker = KafkaBroker.start(temp.resolve("kafka"))) {
      broker.createTopic("ledger", PARTITIONS);
      Thread producer = Thread.ofPlatform().name("ledger").start(() -> produce(broker.bootstrap()));
      for (String name : List.of("a", "b", "c")) {
        nodes.put(name, start(data, broker.bootstrap(), name));
      }
      for (String name : nodes.keySet()) {
        awaitLine(name, OWNS, 1);
      }
      kill(nodes.remove("b"));
      awaitOwners(Set.of("a", "c"));
      signal(nodes.get("c"), "STOP");
      awaitOwners(Set.of("a"));
      int before = lines("c", FOLLOWS);
      signal(nodes.get("c"), "CONT");
      awaitLine("c", FOLLOWS, before + 1);
      nodes.put("d", start(data, broker.bootstrap(), "d"));
      awaitLine("d", OWNS, 1);
      Process stopped = nodes.remove("a");
      signal(stopped, "TERM");
      assertTrue(stopped.waitFor(FINISH_SECONDS, TimeUnit.SECONDS));
      assertEquals(0, stopped.exitValue());
      awaitOwners(Set.of("c", "d"));
      isDone.set(true);
      producer.join();
      assertNull(notTaken.get(), "the broker did not take an amount");
      nodes.values().forEach(TopicKillTest::kill);
      check(data, broker);
    } finally {
      nodes.values().forEach(TopicKillTest::kill);
    }
  }

  private static void kill(Process process) {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits until every partition's last commit is of one of these processes.
  private void awaitOwners(Set<String> names) throws Exception {
    await(() -> names.containsAll(owners()), "owners among " + names);
  }

  private Set<String> owners() {
    FsStore store = new FsStore(temp.resolve("data").resolve("store"), Disk.SYSTEM);
    Set<String> owners = new TreeSet<>();
    for (CatalogState.Group group :
        Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "test").state().groups().values()) {
      for (int i = 0; i < group.partitions(); i++) {
        String prefix =
            StoreKeys.partition(StoreKeys.DEFAULT_PROJECT, group.id(), group.generation(), i);
        String writer = new ManifestChain(store, prefix, "test").latest().orElseThrow().writerId();
        owners.add(writer.replaceFirst(":.*", ""));
      }
    }
    return owners;
  }

  private void awaitLine(String name, String text, int times) throws Exception {
    await(() -> lines(name, text) >= times, name + " to say '" + text + "'");
  }

  private int lines(String name, String text) {
    try (Stream<String> lines = Files.lines(errors(Path.of(name)))) {
      return (int) lines.filter(line -> line.contains(text)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void await(BooleanSupplier condition, String what) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FINISH_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, () -> "waited for " + what);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /// It learns so at its next commit, which comes with the next events.
  private static boolean isFencedSoon(Path errors) throws Exception {
    for (int look = 0; look < FENCE_LOOKS; look++) {
      if (Files.readString(errors).contains("is owned by another process now")) {
        return true;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return false;
  }

  /// Now and then something worse than a kill comes first.
  private void disturb(Process node, KafkaBroker broker) throws Exception {
    switch (random.nextInt(6)) {
      case 0 -> {
        signal(node, "STOP");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(1_500)));
        signal(node, "CONT");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
      }
      case 1 -> {
        broker.kill();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
        broker.restart();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
      }
      default -> {
        // The kill alone.
      }
    }
  }

  /// Each number until it is confirmed, and one in twenty a second time, as a producer does that
  /// did not hear of the first.
  private void produce(String bootstrap) {
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            true);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      while (!isDone.get()) {
        int id = produced.getAndIncrement();
        producer.send(entry(id), this::note);
        if (id % 20 == 7) {
          producer.send(entry(id), this::note);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      producer.flush();
    }
  }

  private void note(RecordMetadata taken, @Nullable Exception failure) {
    if (failure != null) {
      notTaken.compareAndSet(null, failure);
    }
  }

  private static ProducerRecord<byte[], byte[]> entry(int id) {
    String user = "user" + id * 31 % USERS;
    String event =
        "{\"id\":%d,\"user\":\"%s\",\"ts\":\"2026-11-20T10:00:00Z\",\"amount\":%d}"
            .formatted(id, user, amount(id));
    return new ProducerRecord<>("ledger", utf8(user), utf8(event));
  }

  private static long amount(int id) {
    return id * 7L % 1_000;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void check(Path data, KafkaBroker broker) throws InterruptedException {
    Map<Integer, Integer> times = new HashMap<>();
    long sum = 0;
    try (LocalNode node = TopicNodeProcess.open(data, broker.bootstrap(), IngestOptions.DEFAULT)) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FINISH_SECONDS);
      while (!isCaughtUp(node)) {
        assertTrue(
            System.nanoTime() - deadline < 0, () -> "still behind: " + node.status().feeds());
        TimeUnit.MILLISECONDS.sleep(50);
      }
      for (Map<String, ?> row : NodeFixture.rows(node, "play")) {
        times.merge(Integer.valueOf(String.valueOf(row.get("id"))), 1, Integer::sum);
        sum += (Long) row.get("amount");
      }
      node.flush();
    }
    long expected = 0;
    Map<Integer, Integer> wrong = new TreeMap<>();
    for (int id = 0; id < produced.get(); id++) {
      int found = times.getOrDefault(id, 0);
      if (found != 1) {
        wrong.put(id, found);
      }
      expected += amount(id);
    }
    assertEquals(
        Map.of(), wrong, "times each of %d was counted, seed %d".formatted(produced.get(), SEED));
    assertEquals(produced.get(), times.size());
    assertEquals(expected, sum);
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  /// Measured after everything was produced, so nothing is behind what it says.
  private static boolean isCaughtUp(LocalNode node) {
    var feeds = node.status().feeds();
    return feeds.size() == PARTITIONS
        && feeds.stream().allMatch(feed -> feed.lagRecords() == 0 && feed.position() > 0);
  }

  private Process start(Path data, String bootstrap) throws IOException {
    return start(data, bootstrap, errors(data), List.of());
  }

  private Process start(Path data, String bootstrap, String name) throws IOException {
    return start(data, bootstrap, errors(Path.of(name)), List.of(name));
  }

  private static Process start(Path data, String bootstrap, Path errors, List<String> more)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                TopicNodeProcess.class.getName(),
                data.toString(),
                bootstrap,
                "ledger",
                "murmur2"));
    command.addAll(more);
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    BufferedReader answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String first = answers.readLine();
    if (!"READY".equals(first)) {
      process.destroyForcibly();
      throw new AssertionError("the node did not start: " + Files.readString(errors));
    }
    return process;
  }

  private Path errors(Path data) {
    return temp.resolve(data.getFileName() + ".txt");
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }
}
