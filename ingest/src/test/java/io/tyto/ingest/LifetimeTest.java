package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
import io.tyto.model.port.EntityService.Kept;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.store.Disk;
import io.tyto.store.maintenance.StoreVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is kept of entities equals a full recomputation over all events ever accepted.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LifetimeTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int USERS = 25;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String FIELDS =
      """
      collection: buy
      time: ts
      eventId: id
      entity: { name: user, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        ts: { type: timestamp }
        amount: { type: long }
        price: { type: "decimal(12,2)" }
        weight: { type: double }
        platform: { type: string }
        item: { type: string }
        twice: { type: long, derive: "amount * 2" }
      """;

  private static final String LIFETIME =
      """
      lifetime:
        purchases: count
        spent: sum(amount)
        paid: sum(price)
        mean_price: avg(price)
        kilos: sum(weight)
        smallest: min(amount)
        largest_twice: max(twice)
        first_seen: min(ts)
        first_platform: first(platform)
        last_platform: last(platform)
        last_item: max(item)
        items: distinct(item)
      """;

  private static final String RETENTION = "retention: { raw: P60D }\n";

  private final Random random = new Random(SEED);
  private final List<Event> events = new ArrayList<>();

  @TempDir Path temp;

  private record Event(
      String id,
      String user,
      Instant ts,
      @Nullable Long amount,
      BigDecimal price,
      double weight,
      @Nullable String platform,
      String item) {
    String json() {
      return """
      {"id":"%s","user":"%s","ts":"%s","amount":%s,"price":%s,"weight":%s,"platform":%s,"item":"%s"}
      """
          .formatted(
              id,
              user,
              ts,
              amount,
              price,
              weight,
              platform == null ? "null" : "\"" + platform + "\"",
              item);
    }
  }

  private Event event(Instant from, Duration within) {
    return new Event(
        "e" + events.size() + "-" + random.nextInt(1 << 20),
        "user" + random.nextInt(USERS),
        from.plusMillis(random.nextLong(within.toMillis())),
        random.nextInt(10) == 0 ? null : random.nextLong(-1000, 1000),
        BigDecimal.valueOf(random.nextLong(1_000_000), 2),
        random.nextDouble() * 1e6,
        random.nextInt(8) == 0 ? null : List.of("ios", "android", "web").get(random.nextInt(3)),
        "item" + random.nextInt(40));
  }

  private static LocalNode open(Path data) {
    return NodeFixture.open(
        data,
        NodeFixture.BY_HAND.withCompaction(
            new IngestOptions.Compaction(true, 3, 16_000_000, 1L << 30)),
        Disk.SYSTEM);
  }

  /// Sends some events, of which some are sent again.
  private void send(LocalNode node, Instant from, Duration within) {
    StringBuilder body = new StringBuilder();
    for (int i = random.nextInt(30); i >= 0; i--) {
      Event event = event(from, within);
      events.add(event);
      body.append(event.json());
      if (random.nextInt(4) == 0) {
        body.append(repeated().json());
      }
    }
    NodeFixture.send(node, "buy", body.toString());
  }

  /// One of the last that retention has not taken: with its row an event's id is forgotten.
  private Event repeated() {
    for (int i = 0; i < 20; i++) {
      Event event = events.get(Math.max(0, events.size() - 1 - random.nextInt(40)));
      if (event.ts().isAfter(now().minus(Duration.ofDays(30)))) {
        return event;
      }
    }
    return events.getLast();
  }

  private void importFile(LocalNode node, Instant from, Duration within) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      Event event = event(from, within);
      events.add(event);
      body.append(event.json());
      if (random.nextInt(4) == 0) {
        body.append(repeated().json());
      }
    }
    byte[] content = body.toString().getBytes(StandardCharsets.UTF_8);
    String name = "file" + events.size();
    node.importFile(
        new FileImport("buy", name, name, content.length, false),
        new ByteArrayInputStream(content),
        (_, _, _) -> true);
  }

  private void check(LocalNode node, String what) {
    for (int i = 0; i < USERS; i++) {
      check(node, "user" + i, events, what + ", user" + i + ", seed " + SEED);
    }
    assertNull(node.entity("user", "nobody", Caller.SYSTEM, PATIENCE));
  }

  private static @Nullable Map<String, @Nullable Object> kept(LocalNode node, String user) {
    Map<String, Kept> kept = node.entity("user", user, Caller.SYSTEM, PATIENCE);
    if (kept == null) {
      return null;
    }
    Kept buy = kept.get("buy");
    assertNotNull(buy);
    assertEquals(Set.of(), buy.pending());
    return buy.values();
  }

  private static void check(LocalNode node, String user, List<Event> all, String what) {
    List<Event> own = all.stream().filter(event -> event.user().equals(user)).toList();
    Map<String, @Nullable Object> kept = kept(node, user);
    if (own.isEmpty()) {
      assertNull(kept, what);
      return;
    }
    assertNotNull(kept, what);
    Reference expected = new Reference(own);
    for (Map.Entry<String, @Nullable Object> value : kept.entrySet()) {
      Object reference = expected.value(value.getKey());
      if (reference instanceof Double number) {
        assertEquals(number, (Double) value.getValue(), Math.abs(number) * 1e-12, what);
      } else {
        assertEquals(reference, value.getValue(), what + ", " + value.getKey());
      }
    }
  }

  /// Row at a time, in the order of arrival.
  private record Reference(List<Event> own) {
    @Nullable Object value(String measure) {
      List<Long> amounts = own.stream().map(Event::amount).filter(a -> a != null).toList();
      BigDecimal paid = own.stream().map(Event::price).reduce(BigDecimal.ZERO, BigDecimal::add);
      List<Event> withPlatform = own.stream().filter(e -> e.platform() != null).toList();
      return switch (measure) {
        case "purchases" -> (long) own.size();
        case "spent" -> amounts.isEmpty() ? null : amounts.stream().mapToLong(a -> a).sum();
        case "paid" -> paid.setScale(2);
        case "mean_price" -> paid.doubleValue() / own.size();
        case "kilos" ->
            own.stream()
                .map(e -> new BigDecimal(e.weight()))
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .doubleValue();
        case "smallest" -> amounts.stream().min(Long::compare).orElse(null);
        case "largest_twice" -> amounts.stream().max(Long::compare).map(a -> 2 * a).orElse(null);
        case "first_seen" -> own.stream().map(Event::ts).min(Instant::compareTo).orElseThrow();
        case "first_platform" -> {
          Event first = null;
          for (Event event : withPlatform) {
            first = first == null || event.ts().isBefore(first.ts()) ? event : first;
          }
          yield first == null ? null : first.platform();
        }
        case "last_platform" -> {
          Event last = null;
          for (Event event : withPlatform) {
            last = last == null || !event.ts().isBefore(last.ts()) ? event : last;
          }
          yield last == null ? null : last.platform();
        }
        case "last_item" -> own.stream().map(Event::item).max(String::compareTo).orElseThrow();
        case "items" -> own.stream().map(Event::item).distinct().count();
        default -> throw new IllegalArgumentException(measure);
      };
    }
  }

  private static Instant now() {
    return NodeFixture.CLOCK.instant();
  }

  @Test
  void equalsARecomputationThroughSealsRestartsCrashesRetentionAndLostMaps() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data-0"));
    LocalNode node = open(data);
    try {
      NodeFixture.apply(node, FIELDS + LIFETIME + RETENTION);
      for (int step = 0; step < 16 * SCALE; step++) {
        // Some events are so old that retention takes them with their segment.
        boolean isOld = random.nextInt(3) == 0;
        Instant from = now().minus(Duration.ofDays(isOld ? 300 : 20));
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> send(node, from, Duration.ofDays(10));
          case 3 -> importFile(node, from, Duration.ofDays(10));
          case 4 -> node.flush();
          case 5 -> {
            node.flush();
            node.maintain();
          }
          case 6 -> {
            node.close();
            damage(data, step);
            node = open(data);
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
        if (step % 5 == 0) {
          check(node, "step " + step);
        }
      }
      node.flush();
      node.maintain();
      check(node, "end");
      long rows = NodeFixture.rows(node, "buy").size();
      assertTrue(rows < events.size(), "retention took nothing of " + rows);
    } finally {
      node.close();
    }
    StoreVerifier.Report report = DataVerifier.verify(data);
    assertEquals(List.of(), report.faults());
  }

  /// What an earlier process may have left of its maps.
  private void damage(Path data, int step) throws IOException {
    Path states = Files.createDirectories(data.resolve("states"));
    byte[] noise = new byte[1 << 12];
    random.nextBytes(noise);
    Files.write(states.resolve("left-" + step + ".map"), noise);
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

  @Test
  void aNewMeasureStartsFromTheRowsThatAreThereAndOthersGoOn() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    try (LocalNode node = open(data)) {
      NodeFixture.apply(
          node, FIELDS + "lifetime: { purchases: count, kilos: sum(weight) }\n" + RETENTION);
      send(node, now().minus(Duration.ofDays(300)), Duration.ofDays(10));
      node.flush();
      int old = events.size();
      node.maintain();
      assertEquals(0, NodeFixture.rows(node, "buy").size());
      send(node, now().minus(Duration.ofDays(20)), Duration.ofDays(10));
      node.flush();
      send(node, now().minus(Duration.ofDays(20)), Duration.ofDays(10));
      NodeFixture.apply(node, FIELDS + LIFETIME + RETENTION);
      send(node, now().minus(Duration.ofDays(20)), Duration.ofDays(10));
      Map<String, Kept> kept =
          node.entity("user", events.getLast().user(), Caller.SYSTEM, PATIENCE);
      assertNotNull(kept);
      assertTrue(kept.get("buy").pending().contains("spent"), kept.toString());
      assertEquals(
          new Reference(ownOf(events.getLast().user(), events)).value("purchases"),
          kept.get("buy").values().get("purchases"));
      node.maintain();
      checkGrown(node, old, "rebuilt");
      send(node, now().minus(Duration.ofDays(20)), Duration.ofDays(10));
      checkGrown(node, old, "with more");
    }
    int old = 0;
    while (events.get(old).ts().isBefore(now().minus(Duration.ofDays(100)))) {
      old++;
    }
    try (LocalNode node = open(data)) {
      checkGrown(node, old, "after a restart");
      NodeFixture.apply(node, FIELDS + "lifetime: { kilos: sum(weight) }\n" + RETENTION);
      node.maintain();
      Map<String, @Nullable Object> kept = kept(node, events.getFirst().user());
      assertNotNull(kept);
      assertEquals(Set.of("kilos"), kept.keySet());
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  private static List<Event> ownOf(String user, List<Event> all) {
    return all.stream().filter(event -> event.user().equals(user)).toList();
  }

  /// Measures of the first config count all events, others those that retention had left.
  private void checkGrown(LocalNode node, int old, String what) {
    Set<String> whole = Set.of("purchases", "kilos");
    Set<String> users = new HashSet<>();
    events.forEach(event -> users.add(event.user()));
    for (String user : users) {
      Map<String, @Nullable Object> kept = kept(node, user);
      assertNotNull(kept);
      Reference all = new Reference(ownOf(user, events));
      List<Event> rest = ownOf(user, events.subList(old, events.size()));
      assertEquals(all.value("purchases"), kept.get("purchases"), what);
      assertEquals((double) all.value("kilos"), (double) kept.get("kilos"), 1e-3, what);
      for (String measure : List.of("spent", "smallest", "last_platform", "items")) {
        assertTrue(!whole.contains(measure));
        Object expected =
            rest.isEmpty()
                ? (measure.equals("items") ? 0L : null)
                : new Reference(rest).value(measure);
        assertEquals(expected, kept.get(measure), what + ", " + measure + " of " + user);
      }
    }
  }

  @Test
  void findsAnEntityByItsKeyAsEventsBringItAlsoWhereThatIsHidden() throws Exception {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(
          node,
          FIELDS.replace(
                  "user: { type: string }", "user: { type: string, privacy: { policy: hash } }")
              + LIFETIME);
      send(node, now().minus(Duration.ofDays(20)), Duration.ofDays(10));
      check(node, "hidden");
      node.flush();
      check(node, "hidden and sealed");
    }
  }
}
