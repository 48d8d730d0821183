package io.tyto.ingest.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.LogSources;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.enrich.TestEnrichers;
import io.tyto.ingest.log.LogSource;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.FeedState;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.model.port.AdminService.PipelineStep;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.model.schema.Feed;
import io.tyto.store.Disk;
import io.tyto.testkit.kafka.KafkaBroker;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Events of a real broker become rows once, whatever happens to the node, the topic and the
/// broker.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KafkaFeedTest {
  private static final int PARTITIONS = 3;
  private static final int USERS = 40;
  private static final Charset UTF = StandardCharsets.UTF_8;

  @TempDir Path data;

  private final KafkaBroker broker = KafkaBroker.shared();
  private final String topic = "play-" + UUID.randomUUID();
  private final List<Long> sent = new ArrayList<>();
  private KafkaProducer<byte[], byte[]> producer;

  @BeforeEach
  void connect() {
    broker.createTopic(topic, PARTITIONS);
    producer = producer(Map.of());
  }

  @AfterEach
  void disconnect() {
    producer.close(Duration.ZERO);
  }

  @Test
  void takesEachEventOnceOverRestartsAndSeals() {
    send(1_000);
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      apply(node, "murmur2");
      awaitAll(node);
      node.flush();
      send(500);
      awaitAll(node);
      assertPartitionsOfKeysAreThoseOfTheTopic(node);
    }
    send(700);
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      awaitAll(node);
      send(10);
      awaitAll(node);
      node.flush();
      FeedStatus feed = node.status().feeds().getFirst();
      assertEquals(FeedState.RUNNING, feed.state());
      assertEquals(0, feed.misplaced());
    }
    verify();
  }

  @Test
  void keepsWhatDoesNotFitAsDeadLetters() {
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      apply(node, "murmur2");
      send(20);
      sendRaw("k", "{\"id\": 1, \"user\": \"u\", \"ts\": \"never\"}");
      sendRaw("k", "no json at all \u0000");
      sendRaw("k", null);
      awaitAll(node);
      await(() -> node.status().collections().getFirst().deadLetters() == 3, "3 dead letters");
      node.flush();
    }
    verify();
  }

  @Test
  void readsEveryRecordOfPartitionsAddedUnderLoad() {
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      apply(node, "murmur2");
      send(300);
      awaitAll(node);
      broker.addPartitions(topic, PARTITIONS + 3);
      producer.close();
      producer = producer(Map.of());
      for (int i = 0; i < 20; i++) {
        send(50);
      }
      awaitAll(node);
      await(() -> node.status().feeds().size() == PARTITIONS + 3, "readers of all partitions");
      send(200);
      awaitAll(node);
      assertEveryUserIsInOnePartition(node);
      node.flush();
    }
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      send(100);
      awaitAll(node);
      assertEveryUserIsInOnePartition(node);
      node.flush();
    }
    verify();
  }

  @Test
  void placesByKeyWhatProducersPlaceByNone() {
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      apply(node, "none");
      for (int i = 0; i < 500; i++) {
        long id = sent.size();
        sent.add(id);
        producer.send(
            new ProducerRecord<>(topic, (int) (id % PARTITIONS), null, event(id).getBytes(UTF)));
      }
      awaitAll(node);
      assertEveryUserIsInOnePartition(node);
      node.flush();
    }
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      awaitAll(node);
    }
    verify();
  }

  @Test
  void haltsWhereRecordsAreGoneUntilSomebodyAccepts() {
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      apply(node, "murmur2");
      send(300);
      awaitAll(node);
      node.flush();
    }
    send(300);
    producer.flush();
    long end = 1 + lastOffset(0);
    broker.deleteRecords(topic, 0, end);
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      await(() -> state(node, 0) == FeedState.HALTED, "a halted log");
      assertTrue(node.status().alarms().toString().contains("feeds accept"));
      await(() -> state(node, 1) == FeedState.RUNNING, "another log that goes on");
      node.acceptFeed(topic, 0);
      await(() -> state(node, 0) == FeedState.RUNNING, "the log to go on");
      int before = ids(node).size();
      send(100);
      await(() -> ids(node).size() == before + 100, "the events behind the gap");
      node.flush();
      assertTrue(node.status().partitions().getFirst().gaps() > 0);
    }
    verify();
  }

  @Test
  void pausesWhereTooMuchIsRefusedAndLosesNothing() {
    IngestOptions pausing =
        IngestOptions.DEFAULT.withRefusals(new IngestOptions.Refusals(0.05, true));
    int bad = 60;
    try (LocalNode node = open(pausing)) {
      apply(node, "murmur2");
      sendBad(bad);
      await(() -> state(node, 0) == FeedState.HALTED, "a log that pauses");
      assertTrue(
          node.status().alarms().toString().contains("tyto feeds accept " + topic),
          node.status().alarms().toString());
      await(() -> node.status().collections().getFirst().deadLetters() > 50, "what was taken");
      send(30);
      node.acceptFeed(topic, 0);
      awaitAll(node);
      await(() -> node.status().collections().getFirst().deadLetters() == bad, "all dead letters");
      apply(node, "murmur2");
      sendBad(bad);
      await(() -> state(node, 0) == FeedState.HALTED, "a log that pauses again");
      send(30);
      apply(node, "murmur2");
      awaitAll(node);
      await(() -> node.status().collections().getFirst().deadLetters() == 2 * bad, "all of them");
      node.flush();
    }
    verify();
  }

  private void sendBad(int count) {
    for (int i = 0; i < count; i++) {
      producer.send(new ProducerRecord<>(topic, 0, null, "{\"id\": \"none\"}".getBytes(UTF)));
    }
    producer.flush();
  }

  @Test
  void neverTakesTheRecordsOfAnotherTopicOfTheSameName() {
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      apply(node, "murmur2");
      send(30);
      awaitAll(node);
      broker.deleteTopic(topic);
      broker.createTopic(topic, PARTITIONS);
      producer.close();
      producer = producer(Map.of());
      Set<Long> before = Set.copyOf(sent);
      send(400);
      await(
          () -> node.status().feeds().stream().allMatch(f -> f.state() == FeedState.HALTED),
          "all logs of the topic to halt");
      assertEquals(before, new HashSet<>(ids(node)));
      node.acceptFeed(topic, -1);
      awaitAll(node);
      node.flush();
    }
    verify();
  }

  @Test
  void waitsForTransactionsAndTakesWhatIsCommitted() {
    try (LocalNode node = open(IngestOptions.DEFAULT);
        KafkaProducer<byte[], byte[]> transactional =
            producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, topic))) {
      apply(node, "murmur2");
      transactional.initTransactions();
      for (int round = 0; round < 6; round++) {
        transactional.beginTransaction();
        boolean isCommitted = round % 2 == 0;
        for (int i = 0; i < 20; i++) {
          long id = isCommitted ? sent.size() : -1 - i;
          if (isCommitted) {
            sent.add(id);
          }
          transactional.send(entry(id));
        }
        transactional.flush();
        if (isCommitted) {
          transactional.commitTransaction();
        } else {
          transactional.abortTransaction();
        }
      }
      awaitAll(node);
      await(
          () -> node.status().feeds().stream().allMatch(feed -> feed.lagRecords() == 0),
          "no lag behind the marks of transactions");
      node.flush();
    }
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      awaitAll(node);
      send(5);
      awaitAll(node);
    }
    verify();
  }

  @Test
  void appendsToTheTopicWhatIsSentOverHttp() {
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      apply(node, "murmur2");
      send(60);
      awaitAll(node);
      StringBuilder body = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        long id = sent.size();
        sent.add(id);
        body.append(event(id)).append('\n');
      }
      body.append("{\"id\":\"not a number\",\"user\":\"u\"}\n");
      IngestResult result = NodeFixture.send(node, "play", body.toString());
      assertEquals(50, result.accepted());
      assertEquals(1, result.rejected().size());
      awaitAll(node);
      await(() -> node.status().collections().getFirst().deadLetters() == 1, "a dead letter");
      assertEveryUserIsInOnePartition(node);
      node.flush();
    }
    verify();
  }

  @Test
  void privateValuesSentOverHttpReachTheTopicAndNoFileOfOurs() throws IOException {
    String sale = "{\"user\":\"RAW!user%d\",\"mail\":\"RAW!mail\"}";
    try (LocalNode node = open(IngestOptions.DEFAULT)) {
      node.applyConfigs(
          List.of(
              new ConfigFile(
                  "sale.yaml",
                  """
                  collection: sale
                  entity: { name: buyer, key: user }
                  fields:
                    user: { type: string, privacy: { policy: hash } }
                    mail: { type: string, privacy: { policy: tokenize } }
                  source: { kafka: { topic: %s } }
                  """
                      .formatted(topic))));
      for (int i = 0; i < 20; i++) {
        sendRaw("RAW!user" + i % 5, sale.formatted(i % 5));
      }
      await(() -> NodeFixture.rows(node, "sale").size() == 20, "the events of the topic");
      for (int i = 0; i < 20; i++) {
        assertEquals(1, NodeFixture.send(node, "sale", sale.formatted(i % 5)).accepted());
      }
      await(() -> NodeFixture.rows(node, "sale").size() == 40, "the events of both ways");
      assertEquals(5, Set.copyOf(NodeFixture.values(node, "sale", "user")).size());
      assertEquals(1, Set.copyOf(NodeFixture.values(node, "sale", "mail")).size());
      assertEquals(5, entities(node, "sale"));
      node.flush();
    }
    NodeFixture.assertNowhere(data, "RAW!");
    verify();
  }

  @Test
  void enrichesOnceWhateverWayEventsCome() {
    IngestOptions options =
        IngestOptions.DEFAULT.withPipeline(
            Pipeline.of(List.of(TestEnrichers.step("loud")), List.of(TestEnrichers.loud())));
    List<String> expected = new ArrayList<>(List.of("null"));
    try (LocalNode node = open(options)) {
      node.applyConfigs(
          List.of(
              new ConfigFile(
                  "words.yaml",
                  """
                  collection: words
                  fields:
                    word: { type: string }
                    loud: { type: string, enriched: loud }
                  source: { kafka: { topic: %s } }
                  """
                      .formatted(topic))));
      for (int i = 0; i < 30; i++) {
        sendRaw("k" + i, "{\"word\":\"topic%d\"}".formatted(i));
        expected.add("TOPIC" + i);
      }
      await(() -> NodeFixture.rows(node, "words").size() == 30, "the events of the topic");
      StringBuilder body = new StringBuilder("{\"word\":\"poison\"}\n");
      for (int i = 0; i < 20; i++) {
        body.append("{\"word\":\"body%d\",\"loud\":\"forged\"}\n".formatted(i));
        expected.add("BODY" + i);
      }
      assertEquals(21, NodeFixture.send(node, "words", body.toString()).accepted());
      await(() -> NodeFixture.rows(node, "words").size() == 51, "the events of the body");
      assertEquals(Set.copyOf(expected), Set.copyOf(NodeFixture.values(node, "words", "loud")));
      PipelineStep step = node.pipeline().steps().getFirst();
      assertEquals(51, step.calls(), "checking a body must not count");
      assertEquals(50, step.hits());
      assertEquals(1, step.failures());
      node.flush();
    }
    try (LocalNode node = open(options)) {
      assertEquals(51, NodeFixture.rows(node, "words").size());
      assertEquals(Set.copyOf(expected), Set.copyOf(NodeFixture.values(node, "words", "loud")));
    }
    verify();
  }

  private LocalNode open(IngestOptions options) {
    KafkaSource kafka =
        new KafkaSource(
            new KafkaOptions(
                broker.bootstrap(), "test-" + topic, Map.of(), Duration.ofSeconds(10)));
    LogSources sources =
        new LogSources() {
          @Override
          public LogSource of(Feed.Kind kind) {
            return kafka;
          }

          @Override
          public void close() {
            kafka.close();
          }
        };
    return LocalNode.open(data, options, Disk.SYSTEM, Clock.systemUTC(), sources);
  }

  private void apply(LocalNode node, String partitioner) {
    node.applyConfigs(
        List.of(
            new ConfigFile(
                "play.yaml",
                """
                collection: play
                time: ts
                entity: { name: user, key: user }
                fields: { id: long, user: string, ts: timestamp, amount: long }
                source: { kafka: { topic: %s, partitioner: %s } }
                """
                    .formatted(topic, partitioner))));
  }

  private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.METADATA_MAX_AGE_CONFIG, 1_000);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 90_000);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /// Fails where the broker did not take an event: on a busy machine it may give up on some.
  private void send(int count) {
    List<Future<RecordMetadata>> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long id = sent.size();
      sent.add(id);
      taken.add(producer.send(entry(id)));
    }
    producer.flush();
    for (Future<RecordMetadata> one : taken) {
      try {
        one.get();
      } catch (ExecutionException | InterruptedException e) {
        throw new AssertionError("the broker did not take an event", e);
      }
    }
  }

  private ProducerRecord<byte[], byte[]> entry(long id) {
    return new ProducerRecord<>(topic, user(id).getBytes(UTF), event(id).getBytes(UTF));
  }

  private void sendRaw(String key, @Nullable String payload) {
    producer.send(
        new ProducerRecord<>(
            topic, key.getBytes(UTF), payload == null ? null : payload.getBytes(UTF)));
    producer.flush();
  }

  private static String user(long id) {
    return "user" + Math.floorMod(id * 7919, USERS);
  }

  private static String event(long id) {
    return "{\"id\":%d,\"user\":\"%s\",\"ts\":\"2026-11-20T10:00:00Z\",\"amount\":%d}"
        .formatted(id, user(id), id % 100);
  }

  private long lastOffset(int partition) {
    try (KafkaSource kafka =
        new KafkaSource(
            new KafkaOptions(broker.bootstrap(), "look", Map.of(), Duration.ofSeconds(10)))) {
      return kafka.extents(kafka.describe(topic)).get(partition).end() - 1;
    }
  }

  private static FeedState state(LocalNode node, int partition) {
    return node.status().feeds().stream()
        .filter(feed -> feed.partition() == partition)
        .findFirst()
        .map(FeedStatus::state)
        .orElse(FeedState.STARTING);
  }

  private void awaitAll(LocalNode node) {
    await(
        () -> ids(node).size() >= sent.size(),
        () ->
            "%d events, there are %d; %s"
                .formatted(sent.size(), ids(node).size(), node.status().feeds()));
    List<Long> ids = ids(node);
    assertEquals(sent.size(), ids.size(), "an event is there twice");
    assertEquals(new HashSet<>(sent), new HashSet<>(ids));
  }

  private static List<Long> ids(LocalNode node) {
    List<Long> ids = new ArrayList<>();
    for (String id : NodeFixture.values(node, "play", "id")) {
      ids.add(Long.valueOf(id));
    }
    return ids;
  }

  /// A partition's entities have ids of their own: who is in two partitions is counted twice.
  private void assertEveryUserIsInOnePartition(LocalNode node) {
    assertEquals(USERS, entities(node, "play"));
  }

  private void assertPartitionsOfKeysAreThoseOfTheTopic(LocalNode node) {
    assertEquals(PARTITIONS, node.status().partitions().size());
    assertEquals(USERS, entities(node, "play"));
  }

  private static long entities(LocalNode node, String collection) {
    return NodeFixture.rows(node, collection).stream()
        .map(row -> row.get("partition") + " " + row.get("user"))
        .distinct()
        .count();
  }

  private void verify() {
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  private static void await(BooleanSupplier condition, String what) {
    await(condition, () -> what);
  }

  private static void await(BooleanSupplier condition, Supplier<String> what) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited in vain for " + what.get());
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
