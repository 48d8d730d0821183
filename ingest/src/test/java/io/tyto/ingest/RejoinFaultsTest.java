package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.Joining;
import io.tyto.store.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is taken from other collections is right where much comes at once, types become wider,
/// files are damaged and rewrites stop half-way.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RejoinFaultsTest {
  private static final Instant BEGIN = Instant.parse("2026-11-20T10:00:00Z");

  private static final String LOGIN =
      """
      collection: login
      time: ts
      entity: { name: user, key: who }
      fields:
        who: { type: string }
        ts: { type: timestamp }
        level: { type: int }
      """;

  private static final String BUY_PLAIN =
      """
      collection: buy
      time: at
      entity: { name: user, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        at: { type: timestamp }
      """;

  private static final String BUY =
      BUY_PLAIN
          + """
          join:
            - { from: login, take: { level: level } }
          """;

  @TempDir Path temp;

  private static LocalNode open(Path data) {
    return NodeFixture.open(data, NodeFixture.BY_HAND.withPartitions(1), Disk.SYSTEM);
  }

  private static String login(String user, long second, long level) {
    return "{\"who\":\"%s\",\"ts\":\"%s\",\"level\":%d}\n"
        .formatted(user, BEGIN.plusSeconds(second), level);
  }

  private static String buy(String id, String user, long second) {
    return "{\"id\":\"%s\",\"user\":\"%s\",\"at\":\"%s\"}\n"
        .formatted(id, user, BEGIN.plusSeconds(second));
  }

  /// The level that each buy has, as text, by id.
  private static Map<String, String> levels(LocalNode node) {
    Map<String, String> levels = new TreeMap<>();
    for (Map<String, @Nullable Object> row : NodeFixture.rows(node, "buy")) {
      levels.put(String.valueOf(row.get("id")), String.valueOf(row.get("level")));
    }
    return levels;
  }

  /// Seals, and lets the background join again until there is nothing to do.
  private static void settle(LocalNode node) throws InterruptedException {
    node.flush();
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    do {
      node.maintain();
      Thread.sleep(2);
      assertTrue(System.nanoTime() < deadline, "rows are still to be joined");
    } while (joining(node).due() > 0);
  }

  private static Joining joining(LocalNode node) {
    for (CollectionStatus status : node.status().collections()) {
      if (status.name().equals("buy")) {
        return Objects.requireNonNull(status.joining());
      }
    }
    throw new AssertionError("there is no buy");
  }

  /// More events in a block than are remembered: what left meanwhile is in no state yet.
  @Test
  void aFileOfMoreEventsThanAreRememberedHidesNone() throws Exception {
    StringBuilder file = new StringBuilder(login("a", 0, 1));
    // Short lines, so that one block of the file has them all.
    for (int i = 0; i < 18_000; i++) {
      file.append(login("b" + i % 10, i % 60, i % 10));
    }
    file.append(login("a", 600, 2));
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, BUY);
      NodeFixture.importFile(node, "login", "logins", file.toString());
      NodeFixture.send(node, "buy", buy("x", "a", 300) + buy("y", "a", 900));
      settle(node);
      assertEquals(Map.of("x", "1", "y", "2"), levels(node));
    }
  }
}
