package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.TytoException;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What rows take from events of other collections equals, in the end, a search through all events.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventJoinTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int USERS = 12;
  private static final int CRASHES = 4;
  private static final Duration DYING = Duration.ofSeconds(2);
  private static final Instant BEGIN = Instant.parse("2026-11-20T10:00:00Z");

  private static final String LOGIN =
      """
      collection: login
      time: ts
      eventId: id
      entity: { name: user, key: who }
      fields:
        id: { type: string }
        who: { type: string }
        ts: { type: timestamp }
        platform: { type: string }
        level: { type: long }
        power: { derive: "level * 1.5" }
      """;

  private static final String MOVE =
      """
      collection: move
      time: at
      eventId: id
      entity: { name: user, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        at: { type: timestamp }
        server: { type: uuid }
      join:
        - { from: buy, take: { last_amount: amount } }
      """;

  private static final String BUY_PLAIN =
      """
      collection: buy
      time: at
      eventId: id
      entity: { name: user, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        at: { type: timestamp }
        amount: { type: long }
      """;

  private static final String BUY =
      BUY_PLAIN
          + """
            label: { derive: "concat(coalesce(last_platform, '?'), '/', case when server is null then '?' else 'somewhere' end)" }
          join:
            - { from: login, take: { last_platform: platform, level: level, power: power } }
            - { from: move, take: { server: server, moved: at } }
          cubes:
            by_platform: { dimensions: [last_platform, label], measures: [count, sum(amount)], granularities: [hour] }
          """;

  private final Random random = new Random(SEED);
  private final Map<String, List<Event>> events =
      Map.of("login", new ArrayList<>(), "move", new ArrayList<>(), "buy", new ArrayList<>());

  @TempDir Path temp;

  /// @param values by column
  private record Event(String id, String user, Instant at, Map<String, Object> values) {
    String json(String userField, String timeField) {
      StringBuilder json = new StringBuilder();
      json.append("{\"id\":\"%s\",\"%s\":\"%s\"".formatted(id, userField, user));
      json.append(",\"%s\":\"%s\"".formatted(timeField, at));
      values.forEach((name, value) ->
          json.append(
              ",\"%s\":%s".formatted(name, value instanceof Long ? value : "\"" + value + "\"")));
      return json.append("}\n").toString();
    }
  }

  private Event event(String collection, Instant at) {
    Map<String, Object> values = new HashMap<>();
    switch (collection) {
      case "login" -> {
        maybe(values, "platform", List.of("ios", "android", "web").get(random.nextInt(3)));
        maybe(values, "level", random.nextLong(100));
      }
      case "move" ->
          maybe(values, "server", "00000000-0000-0000-0000-%012d".formatted(random.nextInt(9)));
      default -> maybe(values, "amount", random.nextLong(1000));
    }
    List<Event> all = all(collection);
    return new Event(collection + all.size(), "user" + random.nextInt(USERS), at, values);
  }

  private void maybe(Map<String, Object> values, String name, Object value) {
    if (random.nextInt(4) > 0) {
      values.put(name, value);
    }
  }

  private List<Event> all(String collection) {
    List<Event> all = events.get(collection);
    assertNotNull(all);
    return all;
  }

  /// Some new events and repetitions of older ones.
  private String lines(String collection, int most, Instant from, Duration within) {
    StringBuilder lines = new StringBuilder();
    boolean isLogin = collection.equals("login");
    for (int i = random.nextInt(most); i >= 0; i--) {
      Event event = event(collection, from.plusMillis(random.nextLong(within.toMillis())));
      all(collection).add(event);
      lines.append(event.json(isLogin ? "who" : "user", isLogin ? "ts" : "at"));
      if (random.nextInt(5) == 0) {
        // One of the last: ids that only an older file brought are forgotten.
        List<Event> all = all(collection);
        Event again = all.get(all.size() - 1 - random.nextInt(Math.min(10, all.size())));
        lines.append(again.json(isLogin ? "who" : "user", isLogin ? "ts" : "at"));
      }
    }
    return lines.toString();
  }

  private static LocalNode open(Path data) {
    return open(data, Disk.SYSTEM);
  }

  private static LocalNode open(Path data, Disk disk) {
    return NodeFixture.open(
        data,
        NodeFixture.BY_HAND.withCompaction(
            new IngestOptions.Compaction(true, 3, 16_000_000, 1L << 30)),
        disk);
  }

  /// What an event takes, by a search through all events.
  private @Nullable Object taken(String source, String field, Event event) {
    Object found = null;
    Instant time = Instant.MIN;
    for (Event other : all(source)) {
      Object value = value(other, field);
      boolean isCandidate =
          other.user().equals(event.user()) && !other.at().isAfter(event.at()) && value != null;
      if (isCandidate && !other.at().isBefore(time)) {
        found = value;
        time = other.at();
      }
    }
    return found;
  }

  private static @Nullable Object value(Event event, String field) {
    Object level = event.values().get("level");
    return switch (field) {
      case "at" -> event.at();
      case "power" -> level == null ? null : (Object) ((long) level * 1.5);
      default -> event.values().get(field);
    };
  }

  private void check(LocalNode node, String what) {
    Map<String, Map<String, @Nullable Object>> rows = byId(node, "buy");
    assertEquals(all("buy").size(), rows.size(), what);
    for (Event event : all("buy")) {
      String which = what + ", seed " + SEED + ", " + event;
      Map<String, @Nullable Object> row = rows.get(event.id());
      assertNotNull(row, which);
      Object platform = taken("login", "platform", event);
      Object server = taken("move", "server", event);
      assertEquals(platform, row.get("last_platform"), which);
      assertEquals(taken("login", "level", event), row.get("level"), which);
      assertSame(taken("login", "power", event), row.get("power"), which);
      assertEquals(server == null ? null : server.toString(), text(row.get("server")), which);
      assertEquals(taken("move", "at", event), row.get("moved"), which);
      String label =
          (platform == null ? "?" : platform) + "/" + (server == null ? "?" : "somewhere");
      assertEquals(label, row.get("label"), which);
    }
    rows = byId(node, "move");
    for (Event event : all("move")) {
      Map<String, @Nullable Object> row = rows.get(event.id());
      assertNotNull(row, what);
      assertEquals(taken("buy", "amount", event), row.get("last_amount"), what + event);
    }
  }

  private static void assertSame(@Nullable Object expected, @Nullable Object found, String which) {
    assertEquals(expected == null ? null : expected.toString(), text(found), which);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static Map<String, Map<String, @Nullable Object>> byId(LocalNode node, String name) {
    Map<String, Map<String, @Nullable Object>> rows = new HashMap<>();
    for (Map<String, @Nullable Object> row : NodeFixture.rows(node, name)) {
      assertNull(rows.put(String.valueOf(row.get("id")), row), "twice: " + row);
    }
    return rows;
  }

  /// Seals, and lets the background join again until there is nothing to do.
  private static void settle(LocalNode node) throws InterruptedException {
    node.flush();
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    do {
      node.maintain();
      Thread.sleep(2);
      assertTrue(System.nanoTime() < deadline, "rows are still to be joined");
    } while (joining(node, "buy").due() + joining(node, "move").due() > 0);
  }

  private static Joining joining(LocalNode node, String collection) {
    for (CollectionStatus status : node.status().collections()) {
      if (status.name().equals(collection) && status.joining() != null) {
        return status.joining();
      }
    }
    throw new AssertionError(collection + " joins nothing");
  }

  @Test
  void anyInterleavingEndsInTheSameRows() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data-0"));
    LocalNode node = open(data);
    try {
      NodeFixture.apply(node, LOGIN, MOVE, BUY);
      for (int step = 0; step < 25 * SCALE; step++) {
        String collection = List.of("login", "move", "buy").get(random.nextInt(3));
        Instant from = BEGIN.plusSeconds(random.nextInt(600));
        switch (random.nextInt(8)) {
          case 0, 1, 2, 3 ->
              NodeFixture.send(
                  node, collection, lines(collection, 20, from, Duration.ofMinutes(1)));
          case 4 ->
              NodeFixture.importFile(
                  node,
                  collection,
                  "file" + step,
                  lines(collection, 60, from, Duration.ofHours(1)));
          case 5 -> node.flush();
          case 6 -> {
            settle(node);
            check(node, "step " + step);
          }
          default -> {
            // As a kill would leave it: what is not sealed is in the log.
            Path crashed = temp.resolve("data-" + (step + 1));
            copy(data, crashed);
            node.close();
            data = crashed;
            node = open(data);
          }
        }
      }
      settle(node);
      check(node, "end");
      assertEquals(List.of(), node.verifyCubes(false), "seed " + SEED);
    } finally {
      node.close();
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  /// What late events ask for is asked for in the commit that has them, and stands until it is
  /// done.
  @Test
  void aCrashAtAnyStepOnTheDiskChangesNothingInTheEnd() throws Exception {
    long steps = 0;
    for (int point = 0; point <= CRASHES * SCALE; point++) {
      events.values().forEach(List::clear);
      Map<String, List<String>> sent = new LinkedHashMap<>();
      for (String collection : List.of("buy", "login", "move")) {
        sent.put(
            collection,
            List.of(
                lines(collection, 15, BEGIN, Duration.ofHours(1)),
                lines(collection, 15, BEGIN, Duration.ofHours(1))));
      }
      Path data = Files.createDirectory(temp.resolve("crash-" + point));
      FaultDisk disk = new FaultDisk(data);
      long step = point == 0 ? Long.MAX_VALUE : 1 + random.nextLong(steps);
      disk.crashAt(step);
      runUntilItDies(data, disk, sent);
      if (point == 0) {
        steps = disk.steps();
      }
      if (point % 2 == 0) {
        disk.restart();
      } else {
        disk.losePower();
      }
      try (LocalNode node = open(data, disk)) {
        NodeFixture.apply(node, LOGIN, MOVE, BUY);
        sent.forEach((collection, bodies) ->
            bodies.forEach(body -> NodeFixture.send(node, collection, body)));
        settle(node);
        check(node, "crash at step %d of %d".formatted(step, steps));
      }
    }
  }

  private static void runUntilItDies(Path data, FaultDisk disk, Map<String, List<String>> sent)
      throws InterruptedException {
    LocalNode node = null;
    try {
      node = open(data, disk);
      NodeFixture.apply(node, LOGIN, MOVE, BUY);
      LocalNode live = node;
      boolean isAlive = true;
      for (int i = 0; i < 2; i++) {
        for (Map.Entry<String, List<String>> one : sent.entrySet()) {
          String body = one.getValue().get(i);
          isAlive = isAlive && isDoneInTime(() -> NodeFixture.send(live, one.getKey(), body));
          isAlive = isAlive && isDoneInTime(live::flush);
        }
        isAlive = isAlive && isDoneInTime(live::maintain);
      }
    } catch (SimulatedCrash | TytoException _) {
      // It died; what it left is looked at afterwards.
    } finally {
      close(node);
    }
  }

  private static void close(@Nullable LocalNode node) {
    if (node != null) {
      try {
        node.close();
      } catch (SimulatedCrash | TytoException _) {
        // A process that dies closes nothing.
      }
    }
  }

  /// A seal that cannot succeed is tried for ever: so long nobody waits for it.
  private static boolean isDoneInTime(Runnable work) throws InterruptedException {
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                work.run();
              } catch (SimulatedCrash
                  | TytoException
                  | CompletionException
                  | IllegalStateException _) {
                // A part of it died, and the rest will.
              }
            });
    return thread.join(DYING);
  }

  /// What is asked for stays asked for until the rows of the other side can be read again.
  @Test
  void aDamagedSegmentOfTheOtherSideIsNamedAndNothingIsForgotten() throws Exception {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, MOVE, BUY);
      NodeFixture.send(node, "buy", lines("buy", 30, BEGIN, Duration.ofHours(1)));
      node.flush();
      NodeFixture.send(node, "login", lines("login", 30, BEGIN, Duration.ofHours(1)));
      node.flush();
    }
    Path segment = segmentOf("1");
    byte[] sound = Files.readAllBytes(segment);
    byte[] damaged = sound.clone();
    for (int i = sound.length / 8; i < sound.length / 2; i++) {
      damaged[i] ^= 0x55;
    }
    Files.write(segment, damaged);
    try (LocalNode node = open(temp)) {
      node.maintain();
      node.maintain();
      String alarms = node.status().alarms().toString();
      assertTrue(alarms.contains("because those of login cannot be read"), alarms);
      assertTrue(joining(node, "buy").due() > 0);
    }
    Files.write(segment, sound);
    try (LocalNode node = open(temp)) {
      settle(node);
      check(node, "restored");
    }
  }

  /// The first segment of rows of the collection with that number.
  private Path segmentOf(String collection) throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".seg"))
          .filter(file -> file.getFileName().toString().split("-")[1].equals(collection))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  /// Both sides a little out of order, as topics that are read side by side are: no row has to wait
  /// for the background.
  @Test
  void withinTheMemoryOfRecentEventsRowsAreRightAtOnce() throws Exception {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, MOVE, BUY);
      for (int step = 0; step < 30; step++) {
        // What a buy can take of a minute comes before it, and some of what comes after the buy
        // too.
        Instant from = BEGIN.plusSeconds(60L * step);
        NodeFixture.send(node, "login", lines("login", 20, from, Duration.ofSeconds(55)));
        NodeFixture.send(node, "move", lines("move", 20, from, Duration.ofSeconds(55)));
        NodeFixture.send(
            node, "buy", lines("buy", 20, from.plusSeconds(10), Duration.ofSeconds(45)));
        if (random.nextInt(4) == 0) {
          node.flush();
        }
        checkBuys(node, "step " + step);
      }
      // Logins and moves of a minute come before its buys.
      assertEquals(0, joining(node, "buy").late());
    }
  }

  private void checkBuys(LocalNode node, String what) {
    Map<String, Map<String, @Nullable Object>> rows = byId(node, "buy");
    for (Event event : all("buy")) {
      Map<String, @Nullable Object> row = rows.get(event.id());
      assertNotNull(row, what);
      assertEquals(
          taken("login", "platform", event), row.get("last_platform"), what + ", seed " + SEED);
    }
  }

  @Test
  void aJoinDeclaredLaterIsMadeForOlderRows() throws Exception {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, MOVE.substring(0, MOVE.indexOf("join:")), BUY_PLAIN);
      for (int step = 0; step < 5; step++) {
        for (String collection : List.of("buy", "login", "move")) {
          NodeFixture.send(node, collection, lines(collection, 20, BEGIN, Duration.ofHours(1)));
        }
        if (step != 2) {
          node.flush();
        }
      }
      NodeFixture.apply(node, MOVE, BUY);
      NodeFixture.send(node, "buy", lines("buy", 20, BEGIN, Duration.ofHours(1)));
      node.flush();
      // Merged with others before it is joined, a segment lacks nothing any more.
      settle(node);
      check(node, "joined later");
    }
  }

  @Test
  void whatOthersTakeCannotChangeUnderThem() {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, LOGIN, MOVE, BUY);
      assertRefused(
          node,
          "becomes double from long",
          LOGIN.replace("level: { type: long }", "level: { type: double }"));
      assertRefused(
          node,
          "is missing, but buy takes it as last_platform",
          LOGIN.replace("  platform: { type: string }\n", ""));
      assertRefused(
          node,
          "could not be taken any more",
          LOGIN.replace(
              "platform: { type: string }",
              "platform: { type: string, privacy: { policy: hash } }"));
      assertRefused(
          node,
          "becomes a join with move.at",
          BUY.replace("level: level, ", "").replace("moved: at", "level: at"));
    }
  }

  private static void assertRefused(LocalNode node, String reason, String config) {
    TytoException refused =
        assertThrows(TytoException.class, () -> NodeFixture.apply(node, config));
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.endsWith("LOCK")) {
          Files.copy(file, target);
        }
      }
    }
  }
}
