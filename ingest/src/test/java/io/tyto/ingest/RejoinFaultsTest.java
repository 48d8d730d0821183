package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.Joining;
import io.tyto.store.Disk;
import io.tyto.testkit.storage.FaultDisk;
import io.tyto.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is taken from other collections is right where much comes at once, types become wider,
/// files are damaged and rewrites stop half-way.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RejoinFaultsTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int CRASHES = 10;
  private static final IngestOptions ONE = NodeFixture.BY_HAND.withPartitions(1);
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
    return NodeFixture.open(data, ONE, Disk.SYSTEM);
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
    return Objects.requireNonNull(status(node).joining());
  }

  private static CollectionStatus status(LocalNode node) {
    for (CollectionStatus status : node.status().collections()) {
      if (status.name().equals("buy")) {
        return status;
      }
    }
    throw new AssertionError("there is no buy");
  }

  /// More events in a file than are remembered.
  @Test
  void aFileOfMoreEventsThanAreRememberedHidesNone() throws Exception {
    StringBuilder file = new StringBuilder(login("a", 0, 1));
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

  /// Nothing of a column that a segment lacked at first is forgotten where its rewrite stops
  /// between two parts.
  @Test
  void aRewriteInPartsIsDoneAfterACrashBetweenThem() throws Exception {
    Random random = new Random(SEED);
    Map<String, String> expected = new TreeMap<>();
    long steps = 0;
    for (int round = 0; round <= CRASHES; round++) {
      Path data = Files.createDirectory(temp.resolve("data-" + round));
      FaultDisk disk = new FaultDisk(data);
      IngestOptions options = ONE.withRejoinChanges(3);
      try (LocalNode node = NodeFixture.open(data, options, disk)) {
        NodeFixture.apply(node, LOGIN, BUY_PLAIN);
        // Segments that are asked for in one pass, and of which each takes several parts.
        for (int segment = 0; segment < 3; segment++) {
          for (int i = segment * 7; i < segment * 7 + 7; i++) {
            NodeFixture.send(node, "login", login("u" + i, 0, i));
            NodeFixture.send(node, "buy", buy("id" + i, "u" + i, 10));
            expected.put("id" + i, String.valueOf(i));
          }
          node.flush();
        }
        NodeFixture.apply(node, LOGIN, BUY);
        long before = disk.steps();
        disk.crashAt(round == 0 ? Long.MAX_VALUE : before + 1 + random.nextLong(steps));
        node.maintain();
        steps = Math.max(steps, disk.steps() - before);
      } catch (SimulatedCrash _) {
        // It died; what it left is looked at below.
      }
      disk.restart();
      try (LocalNode node = NodeFixture.open(data, options, disk)) {
        settle(node);
        assertEquals(expected, levels(node), "seed " + SEED + ", round " + round);
      }
    }
    // Some parts were written.
    assertTrue(steps > 50, "only " + steps);
  }

  @Test
  void damageOfTheOtherCollectionIsNoFaultOfRowsThatTakeOfIt() throws Exception {
    IngestOptions pairs =
        ONE.withCompaction(new IngestOptions.Compaction(true, 2, 16_000_000, 1L << 30));
    Path login;
    try (LocalNode node = NodeFixture.open(temp, ONE, Disk.SYSTEM)) {
      NodeFixture.apply(node, LOGIN, BUY);
      for (int i = 0; i < 2; i++) {
        NodeFixture.send(node, "buy", buy("id" + i, "ann", 10));
        node.flush();
      }
      NodeFixture.send(node, "login", login("ann", 0, 7));
      node.flush();
      login = file(node, "login");
    }
    byte[] sound = damage(login);
    try (LocalNode node = NodeFixture.open(temp, pairs, Disk.SYSTEM)) {
      node.maintain();
      node.maintain();
      String alarms = node.status().alarms().toString();
      assertTrue(alarms.contains("those of login cannot be read"), alarms);
      assertEquals(1, status(node).segments());
      assertEquals(Map.of("id0", "null", "id1", "null"), levels(node));
      assertEquals(1, joining(node).due());
    }
    Files.write(login, sound);
    try (LocalNode node = NodeFixture.open(temp, pairs, Disk.SYSTEM)) {
      settle(node);
      assertEquals(Map.of("id0", "7", "id1", "7"), levels(node));
    }
  }

  @Test
  void rowsThatCannotBeReadAreJoinedWhenTheyCan() throws Exception {
    Path buy;
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, BUY);
      for (int i = 0; i < 2; i++) {
        NodeFixture.send(node, "buy", buy("id" + i, "ann", 10));
        node.flush();
      }
      NodeFixture.send(node, "login", login("ann", 0, 7));
      node.flush();
      buy = file(node, "buy");
    }
    byte[] sound = damage(buy);
    try (LocalNode node = open(temp)) {
      for (int i = 0; i < 4; i++) {
        node.maintain();
      }
      assertTrue(joining(node).due() > 0);
    }
    Files.write(buy, sound);
    try (LocalNode node = open(temp)) {
      settle(node);
      assertEquals(Map.of("id0", "7", "id1", "7"), levels(node));
    }
  }

  @Test
  void aFieldThatBecomesWiderKeepsTheValuesThatStay() throws Exception {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, BUY);
      NodeFixture.send(node, "login", login("ann", 0, 7) + login("bob", 0, 8));
      NodeFixture.send(node, "buy", buy("a", "ann", 10) + buy("b", "bob", 10));
      node.flush();
      NodeFixture.apply(
          node, LOGIN.replace("level: { type: int }", "level: { type: double }"), BUY);
      NodeFixture.send(node, "login", login("ann", 5, 9).replace("9}", "9.5}"));
      settle(node);
      assertEquals(Map.of("a", "9.5", "b", "8.0"), levels(node));
    }
  }

  @Test
  void aFieldThatIsComputedInAnotherWayIsTakenAnew() throws Exception {
    String doubled = LOGIN + "  power: { derive: \"level * 2\" }\n";
    String buy = BUY.replace("level: level", "level: power");
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, doubled, buy);
      NodeFixture.send(node, "login", login("ann", 0, 7) + login("bob", 0, 8));
      NodeFixture.send(node, "buy", buy("a", "ann", 10) + buy("b", "bob", 10));
      node.flush();
      NodeFixture.apply(node, doubled.replace("level * 2", "level * 3"));
      NodeFixture.send(node, "buy", buy("c", "ann", 20));
      settle(node);
      assertEquals(Map.of("a", "21", "b", "24", "c", "21"), levels(node));
    }
  }

  /// They were taken in when nobody knew that rows would miss them.
  @Test
  void eventsThatAreNotCommittedWhenTheJoinIsDeclaredAreTaken() throws Exception {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, BUY_PLAIN);
      NodeFixture.send(node, "buy", buy("a", "ann", 10));
      NodeFixture.send(node, "login", login("bob", 0, 8));
      node.flush();
      NodeFixture.send(node, "login", login("ann", 0, 7));
      NodeFixture.apply(node, LOGIN, BUY);
      node.maintain();
      settle(node);
      assertEquals(Map.of("a", "7"), levels(node));
    }
  }

  /// As above, where the states of both sides have all they need already.
  @Test
  void eventsThatAreNotCommittedAreTakenWhereOthersTakeTheSame() throws Exception {
    String see = BUY.replace("collection: buy", "collection: see");
    String seen = "  - { from: see, take: { seen: at } }\n";
    String before = BUY.substring(0, BUY.indexOf("  - { from")) + seen;
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, see, before);
      NodeFixture.send(node, "buy", buy("a", "ann", 10));
      NodeFixture.send(node, "login", login("bob", 0, 8));
      settle(node);
      NodeFixture.send(node, "login", login("ann", 0, 7));
      NodeFixture.apply(node, BUY + seen);
      node.maintain();
      settle(node);
      assertEquals(Map.of("a", "7"), levels(node));
    }
  }

  @Test
  void anEventWithoutATimeHasThatOfItsArrival() throws Exception {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, BUY);
      NodeFixture.send(node, "login", login("ann", 0, 7));
      NodeFixture.send(node, "buy", "{\"id\":\"a\",\"user\":\"ann\"}\n");
      node.flush();
      assertEquals(Map.of("a", "7"), levels(node));
      NodeFixture.send(node, "login", login("ann", 5, 9));
      settle(node);
      assertEquals(Map.of("a", "9"), levels(node));
    }
  }

  @Test
  void whatIsTakenNoMoreIsLeftOutWhereSegmentsAreMerged() throws Exception {
    IngestOptions pairs =
        ONE.withCompaction(new IngestOptions.Compaction(true, 2, 16_000_000, 1L << 30));
    try (LocalNode node = NodeFixture.open(temp, pairs, Disk.SYSTEM)) {
      NodeFixture.apply(node, LOGIN, BUY);
      NodeFixture.send(node, "login", login("ann", 0, 7));
      NodeFixture.send(node, "buy", buy("a", "ann", 10));
      node.flush();
      int level;
      try (TableSnapshot snapshot = node.snapshot("buy")) {
        level = Objects.requireNonNull(snapshot.schema().column("level")).id();
        assertNotNull(snapshot.sources().getFirst().column(level));
      }
      NodeFixture.apply(node, BUY_PLAIN);
      NodeFixture.send(node, "buy", buy("b", "ann", 10));
      node.flush();
      node.maintain();
      try (TableSnapshot snapshot = node.snapshot("buy")) {
        assertEquals(1, snapshot.sources().size());
        assertNull(snapshot.sources().getFirst().column(level));
      }
    }
  }

  /// The first segment of a collection.
  private Path file(LocalNode node, String collection) throws IOException {
    try (TableSnapshot snapshot = node.snapshot(collection);
        Stream<Path> files = Files.walk(temp)) {
      String name = snapshot.sources().getFirst().name();
      return files
          .filter(file -> file.getFileName().toString().equals(name))
          .findFirst()
          .orElseThrow();
    }
  }

  /// Returns what the file held.
  private static byte[] damage(Path file) throws IOException {
    byte[] sound = Files.readAllBytes(file);
    byte[] damaged = sound.clone();
    for (int i = 64; i < damaged.length; i++) {
      damaged[i] ^= 0x20;
    }
    Files.write(file, damaged);
    return sound;
  }
}
