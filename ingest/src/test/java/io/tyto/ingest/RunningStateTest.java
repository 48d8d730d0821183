package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Columns that states fill say of every event what a fold over the events before it says, in the
/// order in which they came.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunningStateTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int USERS = 12;

  private static final String PLAIN =
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
        twice: { type: long, derive: "amount * 2" }
      """;

  /// The second one stands above what it measures; the last are derived from states.
  private static final String RUNNING =
      PLAIN.replace(
              "  id: { type: string }\n",
              """
                id: { type: string }
                spent: { state: sum(amount) }
                purchases: { state: count, description: this one counted }
              """)
          + """
            paid: { state: sum(price) }
            mean_price: { state: avg(price) }
            kilos: { state: sum(weight) }
            smallest: { state: min(amount) }
            most_twice: { state: max(twice) }
            first_seen: { state: min(ts) }
            first_platform: { state: first(platform) }
            last_platform: { state: last(platform) }
            platforms: { state: distinct(platform) }
            days_known: { derive: "floor(seconds_between(first_seen, ts) / 86400)" }
            label: { derive: "concat(last_platform, '/', first_platform)" }
            is_loyal: { derive: "days_known > 3 and purchases > 5" }
          """;

  private final Random random = new Random(SEED);
  private final List<Event> events = new ArrayList<>();

  @TempDir Path temp;

  private record Event(
      String id,
      @Nullable String user,
      Instant ts,
      @Nullable Long amount,
      BigDecimal price,
      double weight,
      @Nullable String platform) {
    String json() {
      return """
      {"id":"%s","user":%s,"ts":"%s","amount":%s,"price":%s,"weight":%s,"platform":%s,"purchases":77}
      """
          .formatted(id, quoted(user), ts, amount, price, weight, quoted(platform));
    }

    private static String quoted(@Nullable String text) {
      return text == null ? "null" : "\"" + text + "\"";
    }
  }

  private Event event() {
    return new Event(
        "e" + events.size() + "-" + random.nextInt(1 << 20),
        random.nextInt(15) == 0 ? null : "user" + random.nextInt(USERS),
        NodeFixture.CLOCK.instant().minusMillis(random.nextLong(Duration.ofDays(20).toMillis())),
        random.nextInt(10) == 0 ? null : random.nextLong(-1000, 1000),
        BigDecimal.valueOf(random.nextLong(1_000_000), 2),
        random.nextDouble() * 1e6,
        random.nextInt(4) == 0 ? null : List.of("ios", "android", "web").get(random.nextInt(3)));
  }

  private static LocalNode open(Path data) {
    return NodeFixture.open(
        data,
        NodeFixture.BY_HAND.withCompaction(
            new IngestOptions.Compaction(true, 3, 16_000_000, 1L << 30)),
        Disk.SYSTEM);
  }

  /// Some events, of which some come again.
  private String lines(int most) {
    StringBuilder body = new StringBuilder();
    for (int i = random.nextInt(most); i >= 0; i--) {
      Event event = event();
      events.add(event);
      body.append(event.json());
      if (random.nextInt(5) == 0) {
        body.append(events.get(Math.max(0, events.size() - 1 - random.nextInt(20))).json());
      }
    }
    return body.toString();
  }

  /// What is so far, over all events that came before.
  private static final class Fold {
    private long purchases;
    private @Nullable Long spent;
    private BigDecimal paid = BigDecimal.ZERO.setScale(2);
    private double kilos;
    private @Nullable Long smallest;
    private @Nullable Long mostTwice;
    private @Nullable Instant firstSeen;
    private @Nullable Event first;
    private @Nullable Event last;
    private final Set<String> platforms = new HashSet<>();

    Map<String, @Nullable Object> add(Event event) {
      purchases++;
      Long amount = event.amount();
      if (amount != null) {
        spent = (spent == null ? 0 : spent) + amount;
        smallest = smallest == null ? amount : Math.min(smallest, amount);
        mostTwice = mostTwice == null ? amount * 2 : Math.max(mostTwice, amount * 2);
      }
      paid = paid.add(event.price());
      kilos += event.weight();
      firstSeen = firstSeen == null || event.ts().isBefore(firstSeen) ? event.ts() : firstSeen;
      if (event.platform() != null) {
        platforms.add(event.platform());
        first = first == null || event.ts().isBefore(first.ts()) ? event : first;
        last = last == null || !event.ts().isBefore(last.ts()) ? event : last;
      }
      return values(event);
    }

    private Map<String, @Nullable Object> values(Event event) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      values.put("purchases", purchases);
      values.put("spent", spent);
      values.put("paid", paid);
      values.put("mean_price", paid.doubleValue() / purchases);
      values.put("kilos", kilos);
      values.put("smallest", smallest);
      values.put("most_twice", mostTwice);
      values.put("first_seen", firstSeen);
      values.put("first_platform", first == null ? null : first.platform());
      values.put("last_platform", last == null ? null : last.platform());
      values.put("platforms", (long) platforms.size());
      long days = Duration.between(Objects.requireNonNull(firstSeen), event.ts()).toDays();
      values.put("days_known", days);
      values.put("label", last == null ? null : last.platform() + "/" + first.platform());
      values.put("is_loyal", days > 3 && purchases > 5);
      return values;
    }
  }

  private void check(LocalNode node, String what) {
    Map<String, Map<String, @Nullable Object>> rows = byId(node);
    assertEquals(events.size(), rows.size(), what);
    Map<String, Fold> folds = new HashMap<>();
    for (Event event : events) {
      Map<String, @Nullable Object> row = rows.get(event.id());
      assertNotNull(row, what);
      if (event.user() == null) {
        for (String name : List.of("purchases", "spent", "first_seen", "days_known", "label")) {
          assertNull(row.get(name), what);
        }
        continue;
      }
      folds
          .computeIfAbsent(event.user(), _ -> new Fold())
          .add(event)
          .forEach((name, value) ->
              checkValue(value, row.get(name), what + ", seed " + SEED + ", " + name + event));
    }
  }

  private static void checkValue(@Nullable Object expected, @Nullable Object found, String what) {
    if (expected instanceof Double number) {
      assertNotNull(found, what);
      assertEquals(number, (Double) found, Math.abs(number) * 1e-12, what);
    } else if (expected instanceof Long number && found instanceof Double other) {
      assertEquals(number.doubleValue(), other, what);
    } else {
      assertEquals(expected, found, what);
    }
  }

  private static Map<String, Map<String, @Nullable Object>> byId(LocalNode node) {
    Map<String, Map<String, @Nullable Object>> rows = new HashMap<>();
    for (Map<String, @Nullable Object> row : NodeFixture.rows(node, "buy")) {
      assertNull(rows.put(String.valueOf(row.get("id")), row), "twice: " + row);
    }
    return rows;
  }

  @Test
  void equalsAFoldThroughSealsRestartsCrashesImportsAndCompaction() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data-0"));
    LocalNode node = open(data);
    try {
      NodeFixture.apply(node, RUNNING);
      for (int step = 0; step < 20 * SCALE; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> NodeFixture.send(node, "buy", lines(20));
          case 3, 4 -> NodeFixture.importFile(node, "buy", "file" + step, lines(60));
          case 5 -> node.flush();
          case 6 -> {
            node.flush();
            node.maintain();
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
        check(node, "step " + step);
      }
      node.flush();
      node.maintain();
      check(node, "end");
      assertTrue(node.entity("user", "user0", Caller.SYSTEM, Duration.ofSeconds(20)) != null);
    } finally {
      node.close();
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  static void copy(Path from, Path to) throws IOException {
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

  /// Older rows have null; newer ones go on from what all rows say.
  @Test
  void aFieldAddedLaterGoesOnFromTheRowsThatAreThere() throws Exception {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, PLAIN);
      NodeFixture.send(node, "buy", lines(30));
      node.flush();
      NodeFixture.send(node, "buy", lines(30));
      NodeFixture.apply(node, RUNNING);
      int meanwhile = events.size();
      NodeFixture.send(node, "buy", lines(30));
      node.maintain();
      int old = events.size();
      NodeFixture.send(node, "buy", lines(30));
      NodeFixture.importFile(node, "buy", "more", lines(30));
      node.flush();
      node.maintain();
      Map<String, Map<String, @Nullable Object>> rows = byId(node);
      Map<String, Fold> folds = new HashMap<>();
      for (int i = 0; i < events.size(); i++) {
        Event event = events.get(i);
        if (event.user() != null) {
          Map<String, @Nullable Object> expected =
              folds.computeIfAbsent(event.user(), _ -> new Fold()).add(event);
          Map<String, @Nullable Object> row = Objects.requireNonNull(rows.get(event.id()));
          for (String name : List.of("purchases", "spent", "first_seen", "label")) {
            String what = "event %d, %s, %d, %d".formatted(i, name, meanwhile, old);
            checkValue(i < old ? null : expected.get(name), row.get(name), what);
          }
        }
      }
    }
  }

  @Test
  void anotherMeasureNeedsAnotherName() {
    try (LocalNode node = open(temp)) {
      NodeFixture.apply(node, RUNNING);
      NodeFixture.send(node, "buy", lines(30));
      node.flush();
      TytoException refused =
          assertThrows(
              TytoException.class,
              () -> NodeFixture.apply(node, RUNNING.replace("state: count,", "state: count(ts),")));
      assertTrue(
          refused.getMessage().contains("fields.purchases: state: count becomes state: count(ts)"),
          refused.getMessage());
      NodeFixture.apply(node, PLAIN);
      NodeFixture.apply(node, PLAIN + "  purchases: { state: distinct(platform) }\n");
      node.maintain();
      assertEquals(Set.of("null"), Set.copyOf(NodeFixture.values(node, "buy", "purchases")));
    }
  }
}
