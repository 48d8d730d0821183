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
import java.nio.file.Path;
import java.util.List;
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

  @TempDir Path data;

  private final MemorySource logs = new MemorySource(NodeFixture.CLOCK, 1);

  @Test
  void aBodyThatIsSentAgainCountsOnce() {
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

  private LocalNode open() {
    return open(NodeFixture.BY_HAND);
  }

  private LocalNode open(IngestOptions options) {
    QuietLog.on();
    LogSources sources =
        new LogSources() {
          @Override
          public LogSource of(Feed.Kind kind) {
            return logs;
          }

          @Override
          public void close() {
            // The logs outlive the node.
          }
        };
    return LocalNode.open(data, options, Disk.SYSTEM, NodeFixture.CLOCK, sources);
  }

  /// Until everything in the logs is seen by queries.
  private void awaitApplied(LocalNode node) {
    LogSource.Topic topic = logs.describe(TOPIC);
    List<LogSource.Extent> reach = logs.extents(topic);
    await(
        () ->
            node.status().feeds().size() == reach.size()
                && node.status().feeds().stream()
                    .allMatch(feed -> feed.position() >= reach.get(feed.partition()).stableEnd()),
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
