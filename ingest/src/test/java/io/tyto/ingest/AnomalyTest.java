package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Marks say of every event what a fold over the events before it says, and alerts are there
/// exactly for the marked ones.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AnomalyTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int USERS = 6;

  private static final String BUY =
      """
      collection: buy
      time: ts
      eventId: id
      entity: { name: user, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        ts: { type: timestamp }
        price: { type: "decimal(12,2)" }
        weight: { type: double }
        platform: { type: string }
        level: { type: int }
        alarm: { derive: "case when odd_price then 'odd' else 'usual' end" }
      """;

  private static final String RULES =
      BUY
          + """
          anomalies:
            odd_price: { value: price, deviations: 1.5, of: entity, after: 4 }
            odd_weight: { value: weight, deviations: 2, of: [platform, level], after: 3 }
            rare: { value: level, deviations: 2.5 }
          """;

  /// One field of its own is derived, one counts.
  private static final String ALERTS =
      """
      collection: alert
      time: ts
      entity: { name: user, key: user }
      fields:
        user: { type: string }
        ts: { type: timestamp }
        id: { type: string }
        price: { type: "decimal(12,2)" }
        alarm: { type: string }
        rule: { type: string }
        rules: { type: "string[]" }
        value: { type: double }
        mean: { type: double }
        deviation: { type: double }
        is_high: { derive: "value > mean" }
        alerts_so_far: { state: count }
      source: { alertsOf: buy }
      lifetime: { alerts: count }
      """;

  private final Random random = new Random(SEED);
  private final List<Event> events = new ArrayList<>();

  /// The deviations of the rule `rare`, which change as it goes.
  private double rareBy = 2.5;

  @TempDir Path temp;

  private record Event(
      String id,
      @Nullable String user,
      Instant ts,
      @Nullable BigDecimal price,
      double weight,
      @Nullable String platform,
      int level,
      double rareBy) {
    String json() {
      return """
      {"id":"%s","user":%s,"ts":"%s","price":%s,"weight":%s,"platform":%s,"level":%d,"rare":true}
      """
          .formatted(id, quoted(user), ts, price, weight, quoted(platform), level);
    }

    private static String quoted(@Nullable String text) {
      return text == null ? "null" : "\"" + text + "\"";
    }
  }

  private Event event() {
    int size = random.nextInt(12) == 0 ? 100_000 : 1_000;
    return new Event(
        "e" + events.size() + "-" + random.nextInt(1 << 20),
        random.nextInt(15) == 0 ? null : "user" + random.nextInt(USERS),
        NodeFixture.CLOCK.instant().minusMillis(random.nextLong(Duration.ofDays(20).toMillis())),
        random.nextInt(10) == 0 ? null : BigDecimal.valueOf(random.nextLong(size), 2),
        random.nextDouble() * size,
        random.nextInt(6) == 0 ? null : List.of("ios", "web").get(random.nextInt(2)),
        random.nextInt(2),
        rareBy);
  }

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

  private static LocalNode open(Path data, int partitions) {
    return NodeFixture.open(
        data,
        NodeFixture.BY_HAND
            .withPartitions(partitions)
            .withCompaction(new IngestOptions.Compaction(true, 3, 16_000_000, 1L << 30)),
        Disk.SYSTEM);
  }

  /// The same as a table, of which one column of marks is none of the event's.
  private String table(int most) {
    StringBuilder body = new StringBuilder("id,user,ts,price,weight,platform,level,rare\n");
    for (int i = random.nextInt(most); i >= 0; i--) {
      Event event = event();
      events.add(event);
      body.append(
          "%s,%s,%s,%s,%s,%s,%d,true\n"
              .formatted(
                  event.id(),
                  event.user() == null ? "" : event.user(),
                  event.ts(),
                  event.price() == null ? "" : event.price(),
                  event.weight(),
                  event.platform() == null ? "" : event.platform(),
                  event.level()));
    }
    return body.toString();
  }

  /// Values so far, by two passes over them.
  private static final class History {
    private final List<Double> values = new ArrayList<>();

    /// Mark, mean and deviation, then the value counts too.
    @Nullable Object @Nullable [] look(double value, double deviations, int after) {
      @Nullable Object[] found = null;
      if (values.size() >= after) {
        double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
        double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        double deviation = Math.sqrt(squares / (values.size() - 1));
        found =
            new Object[] {Math.abs(value - mean) > deviations * deviation, value, mean, deviation};
      }
      values.add(value);
      return found;
    }
  }

  private Map<String, Map<String, @Nullable Object @Nullable []>> expected(int partitions) {
    Map<String, History> histories = new HashMap<>();
    Map<String, Map<String, @Nullable Object @Nullable []>> expected = new LinkedHashMap<>();
    for (Event event : events) {
      Map<String, @Nullable Object @Nullable []> marks = new LinkedHashMap<>();
      if (event.user() != null) {
        if (event.price() != null) {
          marks.put(
              "odd_price",
              of(histories, "p " + event.user()).look(event.price().doubleValue(), 1.5, 4));
        }
        if (event.platform() != null && partitions == 1) {
          String cohort = "w " + event.platform() + " " + event.level();
          marks.put("odd_weight", of(histories, cohort).look(event.weight(), 2, 3));
        }
        marks.put(
            "rare", of(histories, "l " + event.user()).look(event.level(), event.rareBy(), 10));
      }
      expected.put(event.id(), marks);
    }
    return expected;
  }

  private static History of(Map<String, History> histories, String key) {
    return histories.computeIfAbsent(key, _ -> new History());
  }

  /// With one partition cohorts are compared too: they are told apart within a partition.
  private void check(LocalNode node, int partitions, String at) {
    String what = at + ", seed " + SEED;
    Map<String, Map<String, @Nullable Object>> rows = byId(node, "buy", what);
    Map<String, Map<String, @Nullable Object>> alerts = byId(node, "alert", what);
    assertEquals(events.size(), rows.size(), what);
    int alerted = 0;
    for (Map.Entry<String, Map<String, @Nullable Object @Nullable []>> entry :
        expected(partitions).entrySet()) {
      Map<String, @Nullable Object> row = Objects.requireNonNull(rows.get(entry.getKey()), what);
      List<String> fired = new ArrayList<>();
      @Nullable Object[] first = null;
      for (String rule : List.of("odd_price", "odd_weight", "rare")) {
        @Nullable Object[] found = entry.getValue().get(rule);
        if (rule.equals("odd_weight") && partitions > 1) {
          fired.addAll(Boolean.TRUE.equals(row.get(rule)) ? List.of(rule) : List.of());
          continue;
        }
        assertEquals(found == null ? null : found[0], row.get(rule), what + ", " + rule + row);
        if (found != null && (boolean) Objects.requireNonNull(found[0])) {
          first = fired.isEmpty() ? found : first;
          fired.add(rule);
        }
      }
      assertEquals(
          Boolean.TRUE.equals(row.get("odd_price")) ? "odd" : "usual", row.get("alarm"), what);
      Map<String, @Nullable Object> alert = alerts.get(entry.getKey());
      assertEquals(!fired.isEmpty(), alert != null, what);
      if (alert != null) {
        alerted++;
        checkAlert(row, alert, fired, first, what);
      }
    }
    assertEquals(alerted, alerts.size(), what);
  }

  private static void checkAlert(
      Map<String, @Nullable Object> row,
      Map<String, @Nullable Object> alert,
      List<String> fired,
      @Nullable Object @Nullable [] first,
      String what) {
    for (String name :
        List.of("user", "ts", "id", "price", "alarm", "_log", "_offset", "_received", "_entity")) {
      assertEquals(row.get(name), alert.get(name), what + ", " + name);
    }
    assertEquals(row.get("partition"), alert.get("partition"), what);
    assertEquals(fired.getFirst(), alert.get("rule"), what);
    assertEquals(fired, alert.get("rules"), what);
    if (first != null) {
      for (int i = 1; i < first.length; i++) {
        double expected = (double) Objects.requireNonNull(first[i]);
        Object found = alert.get(List.of("value", "mean", "deviation").get(i - 1));
        assertEquals(expected, (double) Objects.requireNonNull(found), 1e-9 * expected, what);
      }
    }
    double value = (double) Objects.requireNonNull(alert.get("value"));
    assertEquals(
        value > (double) Objects.requireNonNull(alert.get("mean")), alert.get("is_high"), what);
  }

  private static Map<String, Map<String, @Nullable Object>> byId(
      LocalNode node, String collection, String what) {
    Map<String, Map<String, @Nullable Object>> rows = new HashMap<>();
    for (Map<String, @Nullable Object> row : NodeFixture.rows(node, collection)) {
      assertNull(rows.put(String.valueOf(row.get("id")), row), what + ", twice: " + row);
    }
    return rows;
  }

  @Test
  void marksAndAlertsEqualAFoldInOnePartition() throws Exception {
    run(1);
  }

  @Test
  void marksAndAlertsEqualAFoldInSeveralPartitions() throws Exception {
    run(3);
  }

  private void run(int partitions) throws Exception {
    Path data = Files.createDirectory(temp.resolve("data-0"));
    LocalNode node = open(data, partitions);
    try {
      NodeFixture.apply(node, RULES, ALERTS);
      for (int step = 0; step < 16 * SCALE; step++) {
        switch (random.nextInt(9)) {
          case 0, 1, 2 -> NodeFixture.send(node, "buy", lines(20));
          case 3 -> NodeFixture.importFile(node, "buy", "file" + step, lines(60));
          case 4 -> NodeFixture.importFile(node, "buy", "file" + step + ".csv", table(60));
          case 5 -> node.flush();
          case 6 -> {
            node.flush();
            node.maintain();
          }
          case 7 -> {
            rareBy = rareBy == 2.5 ? 1 : 2.5;
            NodeFixture.apply(node, RULES.replace("deviations: 2.5", "deviations: " + rareBy));
          }
          default -> {
            // As a kill would leave it: what is not sealed is in the log.
            Path crashed = temp.resolve("data-" + (step + 1));
            RunningStateTest.copy(data, crashed);
            node.close();
            data = crashed;
            node = open(data, partitions);
          }
        }
        if (step % 3 == 0) {
          check(node, partitions, "step " + step);
        }
      }
      node.flush();
      node.maintain();
      check(node, partitions, "end");
      List<String> soFar = NodeFixture.values(node, "alert", "alerts_so_far");
      assertTrue(soFar.size() > 3 && soFar.contains("2"), soFar.toString());
    } finally {
      node.close();
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void moreCohortsThanARuleMayHaveAreNotMarked() throws Exception {
    try (LocalNode node = open(temp, 1)) {
      NodeFixture.apply(
          node,
          BUY.replace("odd_price", "odd")
              + "anomalies: { odd: { value: level, of: [platform], after: 2 } }\n");
      StringBuilder body = new StringBuilder();
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1_010; i++) {
          body.append(
              """
              {"id":"e%d-%d","user":"u","ts":"2026-11-20T10:00:00Z","platform":"p%d","level":1}
              """
                  .formatted(round, i, i));
        }
      }
      NodeFixture.importFile(node, "buy", "many", body.toString());
      assertEquals(
          1_000,
          NodeFixture.rows(node, "buy").stream().filter(row -> row.get("odd") != null).count());
    }
    // The count is taken up again, and so are the histories.
    try (LocalNode node = open(temp, 1)) {
      for (int i : new int[] {0, 1_005}) {
        NodeFixture.send(
            node,
            "buy",
            """
            {"id":"x%d","user":"u","ts":"2026-11-20T10:00:00Z","platform":"p%d","level":2}
            """
                .formatted(i, i));
      }
      Map<String, Map<String, @Nullable Object>> rows = byId(node, "buy", "");
      assertEquals(true, Objects.requireNonNull(rows.get("x0")).get("odd"));
      assertNull(Objects.requireNonNull(rows.get("x1005")).get("odd"));
      assertTrue(node.status().alarms().toString().contains("odd of buy has 1,000 cohorts"));
      // Other fields are other cohorts, so they are counted anew.
      NodeFixture.apply(node, levels("[platform, level]"));
      assertEquals(List.of("null", "null", "false"), marks(node, "y", 3, "p1005"));
      assertEquals(List.of(), node.status().alarms());
    }
  }

  /// Three events mark the third one where the rule had nothing before.
  @Test
  void aRuleOverOtherFieldsBeginsWithNothing() {
    try (LocalNode node = open(temp, 1)) {
      NodeFixture.apply(node, levels("[platform]"));
      assertEquals(List.of("null", "null", "false"), marks(node, "a", 3, "x"));
      NodeFixture.apply(node, levels("[home]"));
      assertEquals(List.of("null", "null", "false"), marks(node, "b", 3, "x"));
      NodeFixture.apply(node, levels("[home, platform]"));
      assertEquals(List.of("null", "null", "false"), marks(node, "c", 3, "x"));
      NodeFixture.apply(node, levels("[platform, home]"));
      assertEquals(List.of("null", "null", "false"), marks(node, "d", 3, "x"));
      // What was kept goes on, as long as the value is the same.
      NodeFixture.apply(node, levels("[platform]"));
      assertEquals(List.of("false"), marks(node, "e", 1, "x"));
      NodeFixture.apply(node, levels("[platform]").replace("level, of", "size, of"));
      assertEquals(List.of("null"), marks(node, "f", 1, "x"));
    }
  }

  /// Entities have values before it, cohorts have not: rows of before do not come into these.
  @Test
  void aRuleThatComesLaterKnowsEntitiesAndNoCohorts() {
    String plain = BUY.replace("case when odd_price then 'odd' else 'usual' end", "platform");
    String rules =
        plain
            + """
            anomalies:
              odd: { value: level, after: 2 }
              far: { value: level, of: [platform], after: 2 }
            """;
    try (LocalNode node = open(temp, 1)) {
      NodeFixture.apply(node, plain);
      marks(node, "a", 3, "x");
      NodeFixture.apply(node, rules);
      assertEquals(List.of("null"), marks(node, "b", 1, "x"));
      node.flush();
      node.maintain();
      assertEquals(List.of("null", "null", "false"), marks(node, "c", 3, "x", "far"));
      Map<String, Map<String, @Nullable Object>> rows = byId(node, "buy", "");
      assertEquals(false, Objects.requireNonNull(rows.get("c0")).get("odd"));
    }
  }

  /// What was answered with the config of before is committed when another is applied.
  @Test
  void marksThatWereShownStayWhereARuleChangesBeforeAKill() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    Path killed = temp.resolve("killed");
    Map<String, Map<String, @Nullable Object>> shown;
    try (LocalNode node = open(data, 1)) {
      NodeFixture.apply(node, RULES, ALERTS);
      NodeFixture.send(node, "buy", lines(200) + lines(200));
      shown = byId(node, "buy", "");
      assertTrue(
          shown.values().stream().anyMatch(row -> Boolean.TRUE.equals(row.get("odd_price"))));
      NodeFixture.apply(node, RULES.replace("deviations: 1.5", "deviations: 100"));
      RunningStateTest.copy(data, killed);
    }
    try (LocalNode node = open(killed, 1)) {
      Map<String, Map<String, @Nullable Object>> rows = byId(node, "buy", "");
      shown.forEach((id, row) ->
          assertEquals(
              row.get("odd_price"), Objects.requireNonNull(rows.get(id)).get("odd_price"), id));
    }
  }

  private static String levels(String of) {
    return BUY.replace("odd_price", "odd")
        + "  home: { type: string }\n  size: { type: int }\n"
        + "anomalies: { odd: { value: level, of: %s, after: 2 } }\n".formatted(of);
  }

  /// The marks of as many events, all of one place.
  private static List<String> marks(LocalNode node, String prefix, int count, String place) {
    return marks(node, prefix, count, place, "odd");
  }

  private static List<String> marks(
      LocalNode node, String prefix, int count, String place, String rule) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < count; i++) {
      body.append(
          """
          {"id":"%s%d","user":"u","ts":"2026-11-20T10:00:00Z","platform":"%s","home":"%s","level":1,"size":1}
          """
              .formatted(prefix, i, place, place));
    }
    NodeFixture.send(node, "buy", body.toString());
    Map<String, Map<String, @Nullable Object>> rows = byId(node, "buy", prefix);
    List<String> marks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      marks.add(String.valueOf(Objects.requireNonNull(rows.get(prefix + i)).get(rule)));
    }
    return marks;
  }

  /// The names have one `String.hashCode`.
  @Test
  void rulesOfOneHashKeepCohortsOfTheirOwn() {
    try (LocalNode node = open(temp, 1)) {
      NodeFixture.apply(
          node,
          BUY.replace("odd_price", "BB")
              + """
                home: { type: string }
                size: { type: int }
              anomalies:
                Aa: { value: level, of: [platform], after: 2 }
                BB: { value: level, of: [platform], after: 2 }
              """);
      assertEquals(List.of("null", "null", "false"), marks(node, "a", 3, "x", "Aa"));
      assertEquals(List.of("null", "null", "false"), NodeFixture.values(node, "buy", "BB"));
    }
  }

  /// A value whose square is none marks itself and spoils nothing that comes after; a sum that is
  /// no number any more is null.
  @Test
  void extremeValuesSpoilNothing() {
    try (LocalNode node = open(temp, 1)) {
      NodeFixture.apply(
          node,
          BUY.replace("odd_price", "odd")
              + "  sum: { state: sum(weight) }\n  mean: { state: avg(weight) }\n"
              + "lifetime: { total: sum(weight), least: min(weight) }\n"
              + "anomalies: { odd: { value: weight, after: 2 } }\n");
      String[] weights = {"1e200", "1", "2", "3", "-1e200", "2", "1.7e308", "1.7e308", "2"};
      StringBuilder body = new StringBuilder();
      for (int i = 0; i < weights.length; i++) {
        body.append(
            """
            {"id":"e%d","user":"u","ts":"2026-11-20T10:00:00Z","weight":%s}
            """
                .formatted(i, weights[i]));
      }
      NodeFixture.send(node, "buy", body.toString());
      Map<String, Map<String, @Nullable Object>> rows = byId(node, "buy", "");
      List<String> marks = new ArrayList<>();
      for (int i = 0; i < weights.length; i++) {
        Map<String, @Nullable Object> row = Objects.requireNonNull(rows.get("e" + i));
        marks.add(String.valueOf(row.get("odd")));
        assertEquals(i >= 7, row.get("sum") == null, row.toString());
        assertEquals(i >= 7, row.get("mean") == null, row.toString());
      }
      assertEquals(
          List.of("null", "null", "null", "false", "true", "false", "true", "true", "false"),
          marks);
      TytoException beyond =
          assertThrows(
              TytoException.class,
              () -> node.entity("user", "u", Caller.SYSTEM, Duration.ofSeconds(30)));
      assertEquals(ErrorCode.NUMERIC_OVERFLOW, beyond.code());
    }
  }

  @Test
  void alertsFitTheirEvents() {
    try (LocalNode node = open(temp, 1)) {
      NodeFixture.apply(node, RULES, ALERTS);
      assertRefused(
          node,
          BUY.replace("odd_price", "id is null"),
          "of alert, which gathers alerts of it: buy has no `anomalies`");
      assertRefused(
          node,
          RULES.replace("id: { type: string }", "id: { type: string, privacy: { policy: hash } }"),
          "fields.id has another `privacy` than in buy");
      assertRefused(
          node, ALERTS.replace("alertsOf: buy", "alertsOf: bye"), "`anomalies`, found 'bye'");
      assertRefused(
          node,
          ALERTS.replace("mean: { type: double }", "mean: { type: long }"),
          "fields.mean is a long; of an alert it is a double");
      assertRefused(
          node,
          ALERTS.replace(
              "mean: { type: double }", "mean: { type: double, privacy: { policy: hash } }"),
          "fields.mean is the alert's own, which is stored as it is or, by the policy `drop`, not at all");
      assertRefused(
          node,
          ALERTS.replace("  id: { type: string }", "  idd: { type: string }"),
          "fields.idd is neither a field of buy nor one of rule, rules, value, mean, deviation");
    }
  }

  /// As is to be done where what a rule looked at becomes private.
  @Test
  void numbersOfAlertsCanBeDropped() {
    try (LocalNode node = open(temp, 1)) {
      NodeFixture.apply(node, RULES, ALERTS);
      NodeFixture.send(node, "buy", lines(200) + lines(200));
      node.flush();
      int before = NodeFixture.values(node, "alert", "mean").size();
      assertTrue(before > 0, "seed " + SEED);
      assertFalse(NodeFixture.values(node, "alert", "mean").contains("null"));
      NodeFixture.apply(
          node,
          ALERTS
              .replace(
                  "mean: { type: double }", "mean: { type: double, privacy: { policy: drop } }")
              .replace("  is_high: { derive: \"value > mean\" }\n", ""));
      NodeFixture.send(node, "buy", lines(200) + lines(200));
      node.flush();
      node.maintain();
      List<String> means = NodeFixture.values(node, "alert", "mean");
      assertTrue(means.size() > before, "seed " + SEED);
      assertEquals(Set.of("null"), Set.copyOf(means));
      assertFalse(NodeFixture.values(node, "alert", "value").contains("null"));
    }
  }

  private static void assertRefused(LocalNode node, String config, String expected) {
    TytoException refused =
        assertThrows(TytoException.class, () -> NodeFixture.apply(node, config), expected);
    assertTrue(refused.getMessage().contains(expected), refused.getMessage());
  }
}
