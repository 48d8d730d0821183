package io.tyto.ingest.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.LogSources;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.QuietLog;
import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.MemorySource;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.schema.Feed;
import io.tyto.store.Disk;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two topics of one group, of which one is read slowly.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JoinWaitTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final Instant BEGIN = NodeFixture.CLOCK.instant().minusSeconds(3600);

  private static final String LOGIN =
      """
      collection: login
      time: ts
      entity: { name: user, key: user }
      fields: { user: string, ts: timestamp, platform: string }
      source: { kafka: { topic: logins, partitioner: murmur2 } }
      """;

  private static final String BUY =
      """
      collection: buy
      time: ts
      entity: { name: user, key: user }
      fields: { id: string, user: string, ts: timestamp }
      source: { kafka: { topic: buys, partitioner: murmur2 } }
      join: [ { from: login, take: { platform: platform }, wait: PT20S } ]
      """;

  private final Random random = new Random(SEED);
  private final AtomicLong nowMillis = new AtomicLong(BEGIN.toEpochMilli());
  private final MemorySource topics = new MemorySource(clock(), 20);
  private final AtomicBoolean isSlow = new AtomicBoolean();
  private final Map<String, String> expected = new HashMap<>();
  private final Map<String, String> last = new HashMap<>();

  @TempDir Path data;

  /// No buy is taken before the logins that were sent before it, however slow those are read.
  @Test
  void rowsAreRightAtOnceWhileTheOtherTopicIsReadSlowly() {
    topics.create("logins", 1);
    topics.create("buys", 1);
    isSlow.set(true);
    produce(200);
    try (LocalNode node = open()) {
      NodeFixture.apply(node, LOGIN, BUY);
      awaitBuys(node);
      checkRows(node);
      for (int round = 0; round < 3; round++) {
        produce(30);
        awaitBuys(node);
        checkRows(node);
      }
      for (CollectionStatus status : node.status().collections()) {
        if (status.name().equals("buy")) {
          assertNotNull(status.joining());
          assertEquals(0, status.joining().late(), "seed " + SEED);
        }
      }
      node.flush();
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  /// A topic without events is at its end, and one that is gone is not waited for for ever.
  @Test
  void anEmptyTopicIsNotWaitedForAndNeitherDoesANodeWaitThatCloses() {
    topics.create("logins", 1);
    topics.create("buys", 1);
    try (LocalNode node = open()) {
      NodeFixture.apply(node, LOGIN, BUY);
      buy("user1");
      long start = System.nanoTime();
      awaitBuys(node);
      // A look at an empty topic, and nowhere near the twenty seconds that are allowed.
      assertTrue(System.nanoTime() - start < Duration.ofSeconds(15).toNanos());
      isSlow.set(true);
      login("user1");
      buy("user1");
    }
    try (LocalNode node = open()) {
      awaitBuys(node);
      checkRows(node);
    }
  }

  private void produce(int events) {
    for (int i = 0; i < events; i++) {
      String user = "user" + random.nextInt(5);
      if (random.nextBoolean()) {
        login(user);
      } else {
        buy(user);
      }
    }
  }

  private void login(String user) {
    nowMillis.incrementAndGet();
    String platform = "p" + random.nextInt(100);
    last.put(user, platform);
    append("logins", user, "\"platform\":\"%s\"".formatted(platform));
  }

  private void buy(String user) {
    nowMillis.incrementAndGet();
    String id = "b" + expected.size();
    expected.put(id, String.valueOf(last.get(user)));
    append("buys", user, "\"id\":\"%s\"".formatted(id));
  }

  private void append(String topic, String user, String field) {
    String json =
        "{\"user\":\"%s\",\"ts\":\"%s\",%s}"
            .formatted(user, Instant.ofEpochMilli(nowMillis.get()), field);
    topics.append(
        topic,
        0,
        user.getBytes(StandardCharsets.UTF_8),
        json.getBytes(StandardCharsets.UTF_8),
        List.of());
  }

  private void checkRows(LocalNode node) {
    Map<String, String> found = new HashMap<>();
    for (Map<String, @Nullable Object> row : NodeFixture.rows(node, "buy")) {
      found.put(String.valueOf(row.get("id")), String.valueOf(row.get("platform")));
    }
    assertEquals(expected, found, "seed " + SEED);
  }

  private void awaitBuys(LocalNode node) {
    await(() -> NodeFixture.rows(node, "buy").size() == expected.size(), node);
  }

  private static void await(BooleanSupplier condition, LocalNode node) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, () -> String.valueOf(node.status()));
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private LocalNode open() {
    QuietLog.on();
    return LocalNode.open(
        data, NodeFixture.BY_HAND.withPartitions(1), Disk.SYSTEM, NodeFixture.CLOCK, sources());
  }

  private LogSources sources() {
    return new LogSources() {
      @Override
      public LogSource of(Feed.Kind kind) {
        return slow(topics);
      }

      @Override
      public void close() {
        // The topics outlive the node.
      }
    };
  }

  /// Finds the topic of logins late, and opens its logs slowed down.
  private LogSource slow(LogSource source) {
    return (LogSource)
        Proxy.newProxyInstance(
            LogSource.class.getClassLoader(),
            new Class<?>[] {LogSource.class},
            (_, method, arguments) -> {
              if (method.getName().equals("describe") && arguments[0].equals("logins")) {
                LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
              }
              Object result = method.invoke(source, arguments);
              return result instanceof EventLog log
                      && arguments[0] instanceof LogSource.Topic topic
                      && topic.name().equals("logins")
                  ? slow(log)
                  : result;
            });
  }

  private EventLog slow(EventLog log) {
    return (EventLog)
        Proxy.newProxyInstance(
            EventLog.class.getClassLoader(),
            new Class<?>[] {EventLog.class},
            (_, method, arguments) -> {
              Object result = method.invoke(log, arguments);
              return result instanceof LogReader reader ? new SlowReader(reader) : result;
            });
  }

  /// Gives one record at a time, after a while.
  private final class SlowReader implements LogReader {
    private final LogReader reader;

    SlowReader(LogReader reader) {
      this.reader = reader;
    }

    @Override
    public @Nullable LogEntry next() {
      LogEntry entry = reader.next();
      if (entry != null && isSlow.get()) {
        LockSupport.parkNanos(Duration.ofMillis(3).toNanos());
      }
      return entry;
    }

    @Override
    public boolean isReady() {
      return !isSlow.get() && reader.isReady();
    }

    @Override
    public long position() {
      return reader.position();
    }

    @Override
    public void close() {
      reader.close();
    }
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return Instant.ofEpochMilli(nowMillis.get());
      }
    };
  }
}
