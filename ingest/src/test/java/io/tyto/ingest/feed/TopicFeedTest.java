package io.tyto.ingest.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.entity.KeyPlacement;
import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.LogSources;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.QuietLog;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.MemorySource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.model.port.DeadLetterService.Interval;
import io.tyto.model.port.DeadLetterService.ReplayRequest;
import io.tyto.model.schema.Feed;
import io.tyto.store.Disk;
import io.tyto.testkit.storage.FaultDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node over logs in memory: each event counts once, whatever happens to the logs and the node.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TopicFeedTest {
  private static final String TOPIC = "plays";

  /// Without an entity: the id alone places an event.
  private static final String PLAIN =
      """
      collection: play
      eventId: id
      fields: { id: string, amount: long }
      source: { kafka: { topic: plays, partitioner: %s } }
      """;

  /// Read by one log, so that it feeds both partitions.
  private static final String SPREAD =
      """
      collection: play
      time: ts
      eventId: id
      entity: { name: user, key: user }
      timeBounds: { future: %s }
      fields: { id: string, user: string, ts: timestamp }
      source: { kafka: { topic: plays, partitioner: none } }
      """;

  private static final String TOMORROW = "P1D";
  private static final String NEXT_WEEK = "P8D";

  /// Seals a partition once it has so many rows and letters.
  private static final int SEALED = 3;

  private static final IngestOptions SEALING =
      NodeFixture.BY_HAND.withSeal(
          new IngestOptions.Seal(
              SEALED, 64 << 20, Duration.ofHours(1), Duration.ofHours(1), 1 << 16, 3, 1));

  @TempDir Path temp;

  private Path data;

  private final MemorySource logs = new MemorySource(NodeFixture.CLOCK, 1);

  @Test
  void aBodyThatIsSentAgainCountsOnce() {
    data = temp.resolve("data");
    logs.create(TOPIC, 3);
    try (LocalNode node = open()) {
      NodeFixture.apply(node, PLAIN.formatted("murmur2"));
      await(() -> node.status().feeds().size() == 3, "readers of all logs");
      StringBuilder body = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        body.append("{\"id\":\"e%d\",\"amount\":1}\n".formatted(i));
      }
      for (int time = 0; time < 2; time++) {
        assertEquals(20, NodeFixture.send(node, "play", body.toString()).accepted());
      }
      awaitApplied(node);
      assertEquals(20, NodeFixture.rows(node, "play").size());
      node.flush();
    }
    verify();
  }

  @Test
  void aBodyIsSentNoFurtherOnceTheLogIsAway() {
    data = temp.resolve("data");
    logs.create(TOPIC, 1);
    try (LocalNode node = open()) {
      NodeFixture.apply(node, PLAIN.formatted("none"));
      awaitApplied(node);
      logs.fate(MemorySource.Fate.ANSWER_LOST);
      String body = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n";
      CompletionException e =
          assertThrows(CompletionException.class, () -> NodeFixture.send(node, "play", body));
      assertEquals(ErrorCode.LOG_UNAVAILABLE, ((TytoException) e.getCause()).code());
      assertEquals(1, logs.extents(logs.describe(TOPIC)).getFirst().end());
    }
  }

  @Test
  void aNodeOpensAlthoughItsLogsCannotBeReached() {
    data = temp.resolve("data");
    logs.create(TOPIC, 1);
    try (LocalNode node = open()) {
      NodeFixture.apply(node, PLAIN.formatted("none"));
    }
    try (LocalNode node =
        LocalNode.open(
            data, NodeFixture.BY_HAND, Disk.SYSTEM, NodeFixture.CLOCK, LogSources.none())) {
      await(() -> node.status().alarms().toString().contains("kafka.brokers"), "an alarm");
      assertThrows(
          TytoException.class,
          () ->
              NodeFixture.apply(
                  node, PLAIN.formatted("none").replace("collection: play", "collection: other")));
      assertEquals(1, node.status().collections().size(), "what failed is not stored");
    }
  }

  @Test
  void aLossThatNobodyWasAskedAboutIsAnAlarm() {
    data = temp.resolve("data");
    logs.create(TOPIC, 1);
    for (int i = 0; i < 8; i++) {
      append("{\"id\":\"e%d\"}".formatted(i));
      if (i == 2) {
        try (LocalNode node = open()) {
          NodeFixture.apply(node, PLAIN.formatted("none"));
          awaitApplied(node);
          node.flush();
        }
      }
    }
    logs.deleteRecords(TOPIC, 0, 7);
    try (LocalNode node =
        open(NodeFixture.BY_HAND.withGapPolicy(IngestOptions.GapPolicy.CONTINUE))) {
      awaitApplied(node);
      assertEquals(4, NodeFixture.rows(node, "play").size());
      assertTrue(
          node.status().alarms().toString().contains("records 3 to 6"),
          node.status().alarms().toString());
      node.flush();
      assertEquals(
          4 * node.status().partitions().size(),
          node.status().partitions().stream().mapToLong(PartitionStatus::gaps).sum());
    }
    verify();
  }

  /// What an event is decoded to may change between two times that it is read, and one partition of
  /// the two that it may go to may have committed the first. It counts once all the same.
  @Test
  void aRecordThatIsDecodedOtherwiseWhenReadAgainCountsOnce() {
    for (int committed = 0; committed < 2; committed++) {
      for (String first : List.of(TOMORROW, NEXT_WEEK)) {
        String second = first.equals(TOMORROW) ? NEXT_WEEK : TOMORROW;
        data = temp.resolve(first + committed);
        logs.create(TOPIC, 1);
        append(event("odd", 1, "2026-11-24T10:00:00Z"));
        readUntilSealed(SPREAD.formatted(first), committed);
        logs.away(true);
        try (LocalNode node = open(SEALING)) {
          NodeFixture.apply(node, SPREAD.formatted(second));
        }
        logs.away(false);
        try (LocalNode node = open(SEALING)) {
          awaitApplied(node);
          String what = "first %s, committed %d".formatted(first, committed);
          assertEquals(SEALED + 1, rowsAndLetters(node), what);
          if (second.equals(NEXT_WEEK)) {
            node.replay(new ReplayRequest("play", List.of(), null, Interval.ALL, 100));
            assertEquals(SEALED + 1, NodeFixture.rows(node, "play").size(), what);
            assertEquals(SEALED + 1, rowsAndLetters(node), what);
          }
          node.flush();
        }
        verify();
        logs.delete(TOPIC);
      }
    }
  }

  @Test
  void aRepetitionThatIsReadAgainIsOneStill() {
    data = temp.resolve("data");
    logs.create(TOPIC, 1);
    append(event("a", 1, "2026-11-20T10:00:00Z"));
    append(event("a", 1, "2026-11-20T10:00:00Z"));
    readUntilSealed(SPREAD.formatted(TOMORROW), 1);
    try (LocalNode node = open(SEALING)) {
      awaitApplied(node);
      assertEquals(SEALED + 1, rowsAndLetters(node));
      node.flush();
    }
    verify();
  }

  @Test
  void partitionsThatAreAddedCountNothingTwiceAlthoughTheBindingIsStoredLater() throws IOException {
    data = Files.createDirectory(temp.resolve("data"));
    logs.create(TOPIC, 2);
    FaultDisk disk = new FaultDisk(data);
    try (LocalNode node =
        LocalNode.open(data, NodeFixture.BY_HAND, disk, NodeFixture.CLOCK, sources())) {
      NodeFixture.apply(
          node, SPREAD.formatted(TOMORROW).replace("partitioner: none", "partitioner: murmur2"));
      for (int user = 0; user < 8; user++) {
        // Of each user in a log that is not that of its key for one half of them, and repeated.
        for (int time = 0; time < 2; time++) {
          append(
              "{\"id\":\"e%d\",\"user\":\"u%d\",\"ts\":\"2026-11-20T10:00:00Z\"}"
                  .formatted(user, user));
        }
      }
      awaitApplied(node);
      disk.failAt(disk.steps() + 1, FaultDisk.Failure.BEFORE);
      logs.addPartitions(TOPIC, 3);
      awaitApplied(node);
      assertEquals(8, NodeFixture.rows(node, "play").size());
      node.flush();
    }
    verify();
  }

  /// Stops the node when one partition has committed what there is, and the other nothing.
  private void readUntilSealed(String config, int partition) {
    for (int i = 0; i < SEALED; i++) {
      append(event("e" + i, partition, "2026-11-20T10:00:00Z"));
    }
    try (LocalNode node = open(SEALING)) {
      NodeFixture.apply(node, config);
      long before = node.status().partitions().get(1 - partition).manifest();
      awaitApplied(node);
      await(() -> node.status().partitions().get(partition).manifest() > before, "a seal");
      assertEquals(before, node.status().partitions().get(1 - partition).manifest());
    }
  }

  private static String event(String id, int partition, String time) {
    int user = 0;
    while (KeyPlacement.partition(KeyHash.of(bytes("u" + user), 0, bytes("u" + user).length), 2)
        != partition) {
      user++;
    }
    return "{\"id\":\"%s\",\"user\":\"u%d\",\"ts\":\"%s\"}".formatted(id, user, time);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long rowsAndLetters(LocalNode node) {
    return NodeFixture.rows(node, "play").size()
        + node.status().collections().getFirst().deadLetters();
  }

  private void append(String event) {
    logs.append(TOPIC, 0, null, bytes(event), List.of());
  }

  private LocalNode open() {
    return open(NodeFixture.BY_HAND);
  }

  private LocalNode open(IngestOptions options) {
    QuietLog.on();
    return LocalNode.open(data, options, Disk.SYSTEM, NodeFixture.CLOCK, sources());
  }

  private LogSources sources() {
    return new LogSources() {
      @Override
      public LogSource of(Feed.Kind kind) {
        return logs;
      }

      @Override
      public void close() {
        // The logs outlive the node.
      }
    };
  }

  /// Until everything in the logs is seen by queries.
  private void awaitApplied(LocalNode node) {
    LogSource.Topic topic = logs.describe(TOPIC);
    List<LogSource.Extent> reach = logs.extents(topic);
    await(
        () -> {
          List<FeedStatus> feeds = node.status().feeds();
          return feeds.size() == reach.size()
              && feeds.stream()
                  .allMatch(feed -> feed.position() >= reach.get(feed.partition()).stableEnd());
        },
        "all records");
  }

  private static void await(BooleanSupplier done, String what) {
    long end = System.nanoTime() + 40_000_000_000L;
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("there is no sign of " + what);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private void verify() {
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }
}
