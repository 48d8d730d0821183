package io.tyto.ingest.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.store.DataLock;
import io.tyto.testkit.kafka.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Several nodes on one folder share the partitions of a topic, and each answers for all of them.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedFolderTest {
  private static final int PARTITIONS = 6;
  private static final int USERS = 40;

  @TempDir Path data;

  private final KafkaBroker broker = KafkaBroker.shared();
  private final String topic = "shared-" + UUID.randomUUID();
  private final Map<String, LocalNode> nodes = new TreeMap<>();
  private KafkaProducer<byte[], byte[]> producer =
      new KafkaProducer<>(
          Map.of("bootstrap.servers", broker.bootstrap()),
          new ByteArraySerializer(),
          new ByteArraySerializer());
  private int sent;

  @AfterEach
  void disconnect() {
    producer.close();
    nodes.values().forEach(LocalNode::close);
  }

  @Test
  void nodesThatComeAndGoCountEveryEventOnceAndAnswerAlike() {
    broker.createTopic(topic, PARTITIONS);
    TopicNodeProcess.apply(open("a"), topic, "murmur2");
    open("b");
    open("c");
    awaitShares();
    send(600);
    sendOverHttp(nodes.get("b"), 10);
    awaitOneAnswer();
    assertFollowersSaySo();
    nodes.remove("c").close();
    send(200);
    awaitShares();
    awaitOneAnswer();
    open("d");
    awaitShares();
    send(200);
    awaitOneAnswer();
    assertOneProcessIsNeededForFiles();
    nodes.values().forEach(LocalNode::close);
    nodes.clear();
    assertEquals(List.of(), DataVerifier.verify(data).faults());
    try (LocalNode alone = TopicNodeProcess.open(data, broker.bootstrap(), IngestOptions.DEFAULT)) {
      assertEquals(expected(), ids(alone));
    }
  }

  @Test
  void ownerOfTheFirstPartitionOwnsAllWhereRecordsArePlacedByTheirKeys() {
    broker.createTopic(topic, 3);
    TopicNodeProcess.apply(open("a"), topic, "none");
    open("b");
    await(() -> owned("a") + owned("b") == parts("a"), "one owner of all");
    send(100);
    awaitOneAnswer();
    String owner = owned("a") > 0 ? "a" : "b";
    String other = owner.equals("a") ? "b" : "a";
    assertEquals(0, owned(other));
    nodes.remove(owner).close();
    await(() -> owned(other) == parts(other), "the other to own all");
    send(50);
    awaitOneAnswer();
  }

  @Test
  void partitionsThatAreAddedGoToOneOwner() {
    broker.createTopic(topic, 3);
    TopicNodeProcess.apply(open("a"), topic, "murmur2");
    open("b");
    awaitShares();
    send(200);
    broker.addPartitions(topic, 5);
    producer.close();
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    for (int i = 0; i < 10; i++) {
      send(20);
    }
    await(() -> Math.max(owned("a"), owned("b")) == 3 && owned("a") + owned("b") == 3, "one owner");
    send(100);
    awaitOneAnswer();
    nodes.values().forEach(LocalNode::close);
    nodes.clear();
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void refusesWhatOnlyOneProcessCanServe() {
    broker.createTopic(topic, 2);
    LocalNode node = open("a");
    TytoException refused =
        assertThrows(TytoException.class, () -> NodeFixture.apply(node, NodeFixture.NOTE));
    assertEquals(ErrorCode.CONFIG_INVALID, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains("note has no source.kafka"));
    assertEquals(ErrorCode.STORE_LOCKED, assertThrows(TytoException.class, () -> open("a")).code());
    assertEquals(
        ErrorCode.STORE_LOCKED,
        assertThrows(TytoException.class, () -> NodeFixture.open(data)).code());
    node.publishAddress("http://127.0.0.1:1");
    assertEquals("http://127.0.0.1:1", DataLock.holder(data).orElseThrow().address());
  }

  /// Alerts have no topic: they are where their events are, in as many partitions.
  @Test
  void alertsAreSharedOutWithTheirEvents() {
    broker.createTopic(topic, 3);
    LocalNode node = open("a");
    NodeFixture.apply(
        node,
        """
        collection: alert
        time: ts
        entity: { name: user, key: user }
        fields: { id: long, user: string, ts: timestamp, amount: long, value: double }
        source: { alertsOf: play }
        """,
        """
        collection: play
        time: ts
        entity: { name: user, key: user }
        fields: { id: long, user: string, ts: timestamp, amount: long }
        source: { kafka: { topic: %s, partitioner: murmur2 } }
        anomalies: { odd: { value: amount, after: 2 } }
        """
            .formatted(topic));
    open("b");
    awaitShares();
    assertEquals(3, parts("a"));
    send(4 * USERS);
    String odd = new String(event(sent++, "user7"), StandardCharsets.UTF_8);
    byte[] last = utf8(odd.replace("\"amount\":1", "\"amount\":9"));
    producer.send(new ProducerRecord<>(topic, utf8("user7"), last));
    producer.flush();
    awaitOneAnswer();
    for (LocalNode each : nodes.values()) {
      assertEquals(List.of("9.0"), NodeFixture.values(each, "alert", "value"));
    }
    CompletionException refused =
        assertThrows(
            CompletionException.class,
            () -> node.ingest("alert", event(0, "user7"), Caller.SYSTEM).join());
    assertTrue(String.valueOf(refused.getMessage()).contains("alert gathers alerts of play"));
  }

  @Test
  void leavesTheScratchOfOthersAlone() throws Exception {
    broker.createTopic(topic, 2);
    open("a");
    Path unfinished = Files.createFile(data.resolve("store/tmp/a/unfinished.seg"));
    open("b").close();
    assertTrue(Files.exists(unfinished));
    nodes.remove("a").close();
    open("a");
    assertTrue(Files.notExists(unfinished));
  }

  private void assertFollowersSaySo() {
    await(() -> owners("a").containsAll(List.of(PartitionStatus.SELF, "b", "c")), "three owners");
    try (TableSnapshot snapshot = nodes.get("a").snapshot("play")) {
      assertNotNull(snapshot.facts().ingestLagMillis());
    }
  }

  private List<String> owners(String name) {
    return nodes.get(name).status().partitions().stream().map(PartitionStatus::owner).toList();
  }

  private void assertOneProcessIsNeededForFiles() {
    TytoException refused =
        assertThrows(
            TytoException.class,
            () ->
                nodes
                    .get("a")
                    .replay(
                        new io.tyto.model.port.DeadLetterService.ReplayRequest(
                            "play", List.of(), null, null, 10)));
    assertTrue(String.valueOf(refused.getMessage()).contains("ownership: all"));
  }

  private LocalNode open(String name) {
    LocalNode node =
        TopicNodeProcess.open(data, broker.bootstrap(), NodeFixture.BY_HAND.withNode(name));
    nodes.put(name, node);
    return node;
  }

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      int id = sent++;
      String user = "user" + id * 31 % USERS;
      producer.send(new ProducerRecord<>(topic, utf8(user), event(id, user)));
    }
    producer.flush();
  }

  private void sendOverHttp(LocalNode node, int count) {
    for (int i = 0; i < count; i++) {
      int id = sent++;
      assertEquals(
          1,
          node.ingest("play", event(id, "user" + id * 31 % USERS), Caller.SYSTEM)
              .join()
              .accepted());
    }
  }

  private static byte[] event(int id, String user) {
    return utf8(
        "{\"id\":%d,\"user\":\"%s\",\"ts\":\"2026-11-20T10:00:00Z\",\"amount\":1}"
            .formatted(id, user));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Every partition has one owner, and every node some of them.
  private void awaitShares() {
    await(
        () ->
            nodes.keySet().stream().allMatch(name -> owned(name) > 0)
                && nodes.keySet().stream().mapToLong(this::owned).sum()
                    == parts(nodes.keySet().iterator().next()),
        "a share for each node");
  }

  private long owned(String name) {
    return nodes.get(name).status().partitions().stream().filter(one -> !one.isFollowed()).count();
  }

  private long parts(String name) {
    return nodes.get(name).status().partitions().size();
  }

  private void awaitOneAnswer() {
    List<Integer> all = expected();
    await(
        () -> {
          nodes.values().forEach(LocalNode::flush);
          return nodes.values().stream().allMatch(node -> ids(node).equals(all));
        },
        "every node to have all of " + all.size());
  }

  private List<Integer> expected() {
    List<Integer> all = new ArrayList<>();
    for (int id = 0; id < sent; id++) {
      all.add(id);
    }
    return all;
  }

  private static List<Integer> ids(LocalNode node) {
    return NodeFixture.rows(node, "play").stream()
        .map(row -> Integer.valueOf(String.valueOf(row.get("id"))))
        .sorted()
        .toList();
  }

  private void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    Supplier<String> standing =
        () ->
            what
                + ": "
                + nodes.entrySet().stream()
                    .map(node ->
                        node.getKey()
                            + " "
                            + ids(node.getValue()).size()
                            + " rows "
                            + node.getValue().status())
                    .toList();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, standing);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }
}
