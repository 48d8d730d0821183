package io.tyto.server.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.broker.KafkaProcess;
import io.tyto.ingest.kafka.KafkaOptions;
import io.tyto.ingest.kafka.KafkaSource;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.server.settings.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// A broker, nodes and a gateway as real processes, a fault proxy before each of them, a producer
/// that never stops, and askers whose every answer is compared with the ledger.
///
/// What is promised, and checked here: an answer is a prefix of every partition (no event twice, no
/// event left out), has all that an earlier answer of the same gateway had, or is an error that has
/// a name. In the end all that was accepted is counted, and every byte of the store is as it should
/// be.
final class LedgerFleet implements AutoCloseable {
  static final String GATEWAY = "g";

  private static final String TOPIC = "ledger";
  private static final int PARTITIONS = 6;
  private static final int RATE = 300;
  private static final Duration ASK_PAUSE = Duration.ofMillis(50);
  private static final Duration START = Duration.ofMinutes(3);

  /// An outage of the broker is waited for, not counted against an event.
  private static final Duration DELIVERY = Duration.ofMinutes(10);

  /// After the last fault everything is as before within this.
  private static final Duration HEALED = Duration.ofMinutes(3);

  private final Path folder;
  private final List<String> nodes;
  private final long seed;
  private final KafkaProcess broker;
  private final KafkaSource kafka;
  private final ProcessFleet fleet;
  private final Map<String, Long> numbers = new ConcurrentHashMap<>();
  private final Map<String, List<FaultProxy>> proxies = new TreeMap<>();
  private final LedgerBook book;
  private final LedgerTally tally = new LedgerTally();
  private final List<Thread> askers = new ArrayList<>();
  private LedgerProducer producer;
  private LedgerAsker asker;
  private volatile boolean isAsking = true;

  /// Starts all of it, and waits until every node has its share.
  ///
  /// @param store of segments and manifests
  /// @param more settings of all processes
  static LedgerFleet start(
      Path folder, FleetStore store, List<String> nodes, Map<Setting, String> more, long seed)
      throws IOException {
    LedgerFleet started = new LedgerFleet(folder, store, nodes, more, seed);
    try {
      started.begin();
      return started;
    } catch (RuntimeException | Error e) {
      started.close();
      throw e;
    }
  }

  private LedgerFleet(
      Path folder, FleetStore store, List<String> nodes, Map<Setting, String> more, long seed)
      throws IOException {
    this.folder = folder;
    this.nodes = nodes;
    this.seed = seed;
    this.book = new LedgerBook(PARTITIONS, seed);
    this.broker = KafkaProcess.start(KafkaProcess.builtJars(Path.of("")), folder.resolve("kafka"));
    this.kafka =
        new KafkaSource(new KafkaOptions(broker.bootstrap(), "ledger", Map.of(), DELIVERY));
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    Path configs = Files.createDirectories(folder.resolve("config"));
    Files.writeString(configs.resolve("ledger.yaml"), LedgerBook.config(TOPIC));
    settings.put(Setting.CONFIG, configs.toString());
    settings.put(Setting.KAFKA_BROKERS, broker.bootstrap());
    settings.put(Setting.KAFKA_GROUP, "ledger");
    settings.put(Setting.CLUSTER_NAME, "ledger");
    settings.put(Setting.SEAL_SMALL_AGE, "4s");
    settings.put(Setting.SEAL_AGE, "4s");
    settings.putAll(more);
    this.fleet = new ProcessFleet(folder, settings, store, nodes, this::between);
  }

  /// Puts proxies before the two ports of a process.
  private int between(String name, int port) {
    SocketOwners owners = new SocketOwners(() -> numbers);
    int announced = LoopbackPorts.freeRun(2);
    List<FaultProxy> two = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      two.add(new FaultProxy(announced + i, port + i, owners::of));
    }
    proxies.put(name, two);
    return announced;
  }

  private void begin() {
    Topic topic = kafka.create(TOPIC, PARTITIONS);
    launch(nodes.getFirst(), "all").awaitReady(START);
    nodes.subList(1, nodes.size()).forEach(node -> launch(node, "all"));
    launch(GATEWAY, "gateway");
    fleet.running().forEach(process -> process.awaitReady(START));
    fleet.awaitOwners(gateway(), Set.copyOf(nodes), PARTITIONS, START);
    producer =
        new LedgerProducer(
            book, (key, payload) -> kafka.send(topic, -1, key, payload, List.of()), RATE);
    asker = new LedgerAsker(book, gateway().address(), tally, seed);
    for (int i = 0; i < 2; i++) {
      askers.add(asker.askUntil(() -> !isAsking, ASK_PAUSE));
    }
  }

  private ServeProcess launch(String name, String role) {
    ServeProcess process = fleet.launch(name, role);
    numbers.put(name, process.pid());
    return process;
  }

  ServeProcess gateway() {
    return fleet.process(GATEWAY);
  }

  ServeProcess node(String name) {
    return fleet.process(name);
  }

  List<String> nodes() {
    return nodes;
  }

  KafkaProcess broker() {
    return broker;
  }

  LedgerTally tally() {
    return tally;
  }

  /// Starts a node again that is dead; does not wait.
  void restart(String name) {
    node(name).restart();
    numbers.put(name, node(name).pid());
  }

  /// On the way to a process, whoever it is from.
  void network(String name, FaultProxy.Faults faults) {
    proxies.get(name).forEach(proxy -> proxy.does(faults));
  }

  /// Between some processes and all others, both ways.
  void split(Set<String> one, boolean isCut) {
    Set<String> other = new TreeSet<>(proxies.keySet());
    other.removeAll(one);
    one.forEach(name -> network(name, apart(other, isCut)));
    other.forEach(name -> network(name, apart(one, isCut)));
  }

  private static FaultProxy.Faults apart(Set<String> from, boolean isCut) {
    return isCut ? FaultProxy.Faults.cut(from) : FaultProxy.Faults.silence(from);
  }

  void healNetwork() {
    proxies.keySet().forEach(name -> network(name, FaultProxy.Faults.NONE));
  }

  /// Waits until all that is accepted by now is counted.
  void awaitCounted(Duration deadline) throws InterruptedException {
    asker.awaitCounted(book.accepted(), deadline);
  }

  /// What is so far, in one line.
  String standing() {
    return "%,d events, %,d exact answers, refused %s, wrong %d, behind %d, unnamed %d"
        .formatted(
            book.total().events(),
            tally.exact(),
            tally.refused(),
            tally.wrongCount(),
            tally.behindCount(),
            tally.unnamedCount());
  }

  /// Nothing stands between them any more: waits until those that run share the partitions and all
  /// that was accepted is counted, by each of them. Then stops them in order and reads the store.
  void finish() throws InterruptedException {
    producer.finish(HEALED);
    Set<String> left = new TreeSet<>(nodes);
    left.removeIf(node -> !node(node).isAlive());
    fleet.awaitOwners(gateway(), left, PARTITIONS, HEALED);
    awaitCounted(HEALED);
    isAsking = false;
    for (Thread thread : askers) {
      thread.join();
    }
    for (ServeProcess process : fleet.running()) {
      new LedgerAsker(book, process.address(), tally, seed).awaitCounted(book.accepted(), HEALED);
    }
    Map<String, Integer> codes = new HashMap<>();
    List<ServeProcess> running = fleet.running();
    running.reversed().forEach(process -> codes.put(process.name(), process.stop(HEALED)));
    assertEquals(Set.of(0), Set.copyOf(codes.values()), codes + "; logs in " + folder);
    fleet.verify(left.iterator().next(), HEALED);
  }

  /// Everything that was answered was right, or refused by name.
  void assertNothingWrong() {
    assertEquals(
        0,
        tally.wrongCount() + tally.behindCount() + tally.unnamedCount(),
        () -> "seed " + seed + ": " + String.join("\n", tally.problems()));
  }

  @Override
  public void close() {
    isAsking = false;
    if (producer != null) {
      producer.close();
    }
    fleet.close();
    proxies.values().forEach(two -> two.forEach(FaultProxy::close));
    kafka.close();
    broker.close();
  }
}
