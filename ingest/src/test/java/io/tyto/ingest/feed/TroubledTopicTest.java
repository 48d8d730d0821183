package io.tyto.ingest.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.LogSources;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.QuietLog;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.MemorySource;
import io.tyto.model.schema.Feed;
import io.tyto.store.Disk;
import io.tyto.testkit.storage.FaultDisk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node reads a topic while the disk is full or its clock jumps: each event is one row.
class TroubledTopicTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final String TOPIC = "amounts";
  private static final int LOGS = 2;
  private static final int ROUNDS = 3;

  /// Takes events of any time, so that the clock decides of none.
  private static final String AMOUNT =
      """
      collection: amount
      time: ts
      timeBounds: { future: P10000D }
      entity: { name: user, key: user }
      fields: { id: long, user: string, ts: timestamp }
      source: { kafka: { topic: amounts, partitioner: none } }
      """;

  /// Seals soon, and tries to write whatever space there is.
  private static final IngestOptions OPTIONS =
      NodeFixture.BY_HAND
          .withSeal(
              new IngestOptions.Seal(
                  20, 64 << 20, Duration.ofHours(1), Duration.ofHours(1), 1 << 16, 3, 1))
          .withLog(new IngestOptions.Log(64 << 20, 1 << 20, 1 << 20, 0, 0));

  @TempDir Path temp;

  private final AtomicLong nowMillis = new AtomicLong(NodeFixture.CLOCK.millis());
  private final MemorySource topic = new MemorySource(NodeFixture.CLOCK, 20);
  private final Set<String> produced = new HashSet<>();

  @Test
  void eachEventIsOneRowWhereTheDiskIsFullForAWhile() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    FaultDisk disk = new FaultDisk(data);
    Random random = new Random(SEED);
    topic.create(TOPIC, LOGS);
    try (LocalNode node = open(data, disk)) {
      NodeFixture.apply(node, AMOUNT);
      produce(10);
      awaitAll(node);
      for (int round = 0; round < ROUNDS; round++) {
        disk.limitFreeBytes(random.nextInt(10_000));
        await(
            () -> {
              produce(5);
              return node.status().alarms().toString().contains("the disk is full");
            },
            node);
        disk.limitFreeBytes(Long.MAX_VALUE);
        awaitAll(node);
      }
      node.flush();
      assertEquals(List.of(), node.status().alarms());
    }
    disk.losePower();
    try (LocalNode node = open(data, disk)) {
      produce(10);
      awaitAll(node);
      node.flush();
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults(), "seed " + SEED);
  }

  @Test
  void eachEventIsOneRowWhereTheClockJumps() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    topic.create(TOPIC, LOGS);
    for (int days : List.of(400, -900, 1, -1)) {
      try (LocalNode node = open(data, Disk.SYSTEM)) {
        NodeFixture.apply(node, AMOUNT);
        produce(30);
        awaitAll(node);
        nowMillis.addAndGet(Duration.ofDays(days).toMillis());
        produce(30);
        node.flush();
        awaitAll(node);
      }
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  private LocalNode open(Path data, Disk disk) {
    QuietLog.on();
    LogSources sources =
        new LogSources() {
          @Override
          public LogSource of(Feed.Kind kind) {
            return topic;
          }

          @Override
          public void close() {
            // It is the test's, and outlives the node.
          }
        };
    return LocalNode.open(data, OPTIONS, disk, new JumpingClock(), sources);
  }

  private void produce(int count) {
    for (int i = 0; i < count; i++) {
      String id = String.valueOf(produced.size());
      String event =
          "{\"id\":%s,\"user\":\"user%d\",\"ts\":\"2026-11-20T10:00:00Z\"}"
              .formatted(id, produced.size() % 7);
      topic.append(
          TOPIC, produced.size() % LOGS, null, event.getBytes(StandardCharsets.UTF_8), List.of());
      produced.add(id);
    }
  }

  private void awaitAll(LocalNode node) {
    await(() -> NodeFixture.values(node, "amount", "id").size() >= produced.size(), node);
    List<String> ids = NodeFixture.values(node, "amount", "id");
    assertEquals(produced.size(), ids.size(), "an event is there twice");
    assertEquals(produced, new HashSet<>(ids));
  }

  private static void await(BooleanSupplier condition, LocalNode node) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited in vain, seed " + SEED + ": " + node.status());
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  private final class JumpingClock extends Clock {
    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(nowMillis.get());
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
}
