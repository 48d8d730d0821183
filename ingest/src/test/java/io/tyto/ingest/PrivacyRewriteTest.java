package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.Rewriting;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A policy that a field gets later holds for what is stored too, and nothing of the older values
/// is left in any file.
class PrivacyRewriteTest {
  private static final String OPEN =
      """
      collection: sale
      time: ts
      eventId: id
      entity: { name: buyer, key: user }
      fields:
        id: { type: string }
        user: { type: string }
        mail: { type: string }
        phone: { type: string }
        card: { type: string }
        address: { type: string }
        names: { type: "string[]" }
        ts: { type: timestamp }
        amount: { type: long }
      """;
  private static final String HIDDEN =
      OPEN.replace("mail: { type: string }", "mail: { type: string, privacy: { policy: hash } }")
          .replace(
              "phone: { type: string }", "phone: { type: string, privacy: { policy: tokenize } }")
          .replace(
              "card: { type: string }",
              "card: { type: string, privacy: { policy: mask, mask: { shown: 4 } } }")
          .replace(
              "address: { type: string }", "address: { type: string, privacy: { policy: drop } }")
          .replace(
              "names: { type: \"string[]\" }",
              "names: { type: \"string[]\", privacy: { policy: hash } }");

  private static final int USERS = 5;
  private static final Duration SNAPSHOT_AGE = Duration.ofMillis(200);
  private static final long DEADLINE_NANOS = Duration.ofSeconds(60).toNanos();
  private static final long PAUSE_MILLIS = 100;

  @TempDir Path data;

  private LocalNode open() {
    IngestOptions options =
        NodeFixture.BY_HAND
            .withPrivacy(new IngestOptions.Privacy(null, SNAPSHOT_AGE))
            .withCompaction(new IngestOptions.Compaction(true, 2, 16_000_000, 1L << 30));
    return NodeFixture.open(data, options, Disk.SYSTEM);
  }

  private static String event(int i, String amount) {
    int user = i % USERS;
    return """
    {"id":"id%d","user":"user%d","mail":"PLAINVALUEmail%d","phone":"PLAINVALUEphone%d","card":"PLAINVALUEcard-%d-4242","address":"PLAINVALUEhome","names":["PLAINVALUEname%d",null],"ts":"2026-11-20T10:00:00Z","amount":%s}
    """
        .formatted(i, user, user, user, i, user, amount);
  }

  private static String events(int from, int to) {
    StringBuilder events = new StringBuilder();
    for (int i = from; i < to; i++) {
      events.append(event(i, String.valueOf(i)));
    }
    return events.toString();
  }

  /// 200 rows and 7 dead letters: in segments, in merged segments, in the tail and in the log.
  private static void fill(LocalNode node) {
    for (int i = 0; i < 4; i++) {
      NodeFixture.send(node, "sale", events(i * 20, i * 20 + 20) + event(1_000 + i, "\"x\""));
      node.flush();
    }
    node.maintain();
    NodeFixture.importFile(
        node,
        "sale",
        "a.ndjson",
        events(80, 140) + event(2_000, "\"x\"") + "{\"mail\":\"PLAINVALUEcut");
    node.flush();
    NodeFixture.send(node, "sale", events(140, 180) + event(3_000, "\"x\""));
    NodeFixture.importFile(node, "sale", "b.ndjson", events(180, 200));
  }

  private List<Path> filesWithOldValues() throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readString(file, StandardCharsets.ISO_8859_1).contains("PLAINVALUE")) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private static long count(LocalNode node, @Nullable Filter where) {
    try (LocalQueryService queries = new LocalQueryService(node, EngineOptions.defaults())) {
      AggregateQuery ask =
          new AggregateQuery(
              "sale",
              TimeInterval.ALL_TIME,
              where,
              List.of(),
              List.of(new Measure.Count()),
              null,
              List.of(),
              null,
              null,
              false,
              null,
              null,
              AggregateQuery.Wants.ROWS,
              1,
              0,
              null,
              "count");
      var result =
          queries.aggregate(ask, new QueryContext("test", Duration.ofSeconds(30), 64 << 20));
      return result.rowCount() == 0
          ? 0
          : (Long) Objects.requireNonNull(result.measures().getFirst().value(0));
    }
  }

  /// Rows of one value as it was sent.
  private static long count(LocalNode node, String column, String sent) {
    ColumnSpec spec =
        node.collections().getFirst().columns().stream()
            .filter(one -> one.name().equals(column))
            .findFirst()
            .orElseThrow();
    return count(node, new Filter.In(column, List.of(node.stored(spec, sent), sent), false));
  }

  private static void assertCounts(LocalNode node) {
    assertEquals(200, count(node, null));
    assertEquals(40, count(node, "mail", "PLAINVALUEmail3"));
    assertEquals(40, count(node, "phone", "PLAINVALUEphone3"));
    assertEquals(40, count(node, "names", "PLAINVALUEname3"));
    assertEquals(0, count(node, "mail", "PLAINVALUEmail7"));
    assertEquals(40, count(node, "user", "user3"));
  }

  private static void assertAnswersHideThem(LocalNode node) {
    assertCounts(node);
    List<Map<String, @Nullable Object>> rows = NodeFixture.rows(node, "sale");
    assertFalse(rows.toString().contains("PLAINVALUE"), rows.getFirst().toString());
    Set<Object> mails = new TreeSet<>();
    for (Map<String, @Nullable Object> row : rows) {
      mails.add(Objects.requireNonNull(row.get("mail")));
      assertTrue(String.valueOf(row.get("mail")).matches("[0-9a-f]{32}"), row.toString());
      assertTrue(String.valueOf(row.get("phone")).startsWith("tk1_"), row.toString());
      assertEquals("****4242", row.get("card"));
      assertEquals(null, row.get("address"));
      assertTrue(String.valueOf(row.get("names")).matches("\\[[0-9a-f]{32}, null]"));
    }
    assertEquals(USERS, mails.size());
    try (TableSnapshot letters = node.deadLetters("sale")) {
      String all = NodeFixture.rows(letters).toString();
      assertFalse(all.contains("PLAINVALUE"), all);
      assertEquals(7, NodeFixture.rows(letters).size());
    }
  }

  /// Maintains until no file has an old value.
  private void waitUntilForgotten(LocalNode node) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    node.maintain();
    while (rewriting(node) != null && System.nanoTime() < deadline) {
      Thread.sleep(PAUSE_MILLIS);
      node.maintain();
    }
    assertEquals(null, rewriting(node));
    assertEquals(List.of(), filesWithOldValues());
    assertEquals(List.of(), node.status().alarms());
  }

  private static @Nullable Rewriting rewriting(LocalNode node) {
    return node.status().collections().getFirst().rewriting();
  }

  @Test
  void nothingOldIsLeftInAnyFile() throws Exception {
    try (LocalNode node = open()) {
      NodeFixture.apply(node, OPEN);
      fill(node);
      assertCounts(node);
      assertFalse(filesWithOldValues().isEmpty());
      assertEquals(null, rewriting(node));
      NodeFixture.apply(node, HIDDEN);
      assertAnswersHideThem(node);
      Rewriting begun = Objects.requireNonNull(rewriting(node));
      assertEquals(2, begun.version());
      assertEquals(0, begun.done());
      assertTrue(begun.segments() > 2, begun.toString());
      assertEquals(
          "rewriting 1 of %d segments to version 2".formatted(begun.segments()), begun.toString());
      waitUntilForgotten(node);
      assertAnswersHideThem(node);
      assertEquals(200, NodeFixture.send(node, "sale", events(0, 200)).duplicates());
    }
    try (LocalNode node = open()) {
      assertAnswersHideThem(node);
    }
    assertEquals(List.of(), filesWithOldValues());
  }

  @Test
  void aRestartGoesOnWithIt() throws Exception {
    try (LocalNode node = open()) {
      NodeFixture.apply(node, OPEN);
      fill(node);
      NodeFixture.apply(node, HIDDEN);
    }
    assertFalse(filesWithOldValues().isEmpty());
    try (LocalNode node = open()) {
      assertAnswersHideThem(node);
      waitUntilForgotten(node);
      assertAnswersHideThem(node);
    }
  }

  @Test
  void policiesBecomeStricterOnly() throws Exception {
    try (LocalNode node = open()) {
      NodeFixture.apply(node, OPEN);
      fill(node);
      NodeFixture.apply(node, HIDDEN);
      assertRefused(node, OPEN, "stay so");
      assertRefused(node, HIDDEN.replace("policy: drop", "policy: hash"), "dropped");
      String dropped = HIDDEN.replace("policy: hash", "policy: drop");
      NodeFixture.apply(node, dropped);
      node.maintain();
      assertEquals(Set.of("null"), Set.copyOf(NodeFixture.values(node, "sale", "mail")));
      assertEquals(200, count(node, null));
    }
  }

  @Test
  void keysAndReturningFieldsKeepTheirPolicy() throws Exception {
    try (LocalNode node = open()) {
      NodeFixture.apply(node, OPEN);
      fill(node);
      for (String key : List.of("id", "user")) {
        String plain = key + ": { type: string }";
        assertRefused(
            node,
            OPEN.replace(plain, key + ": { type: string, privacy: { policy: hash } }"),
            "tell events apart");
      }
      String gone = HIDDEN.replaceAll("(?m)^  mail: .*\n", "");
      NodeFixture.apply(node, HIDDEN);
      NodeFixture.apply(node, gone);
      String back = "fields:\n  mail: { type: string }\n";
      assertRefused(node, gone.replace("fields:\n", back), "hashed and stay so");
      NodeFixture.apply(node, HIDDEN);
      assertAnswersHideThem(node);
    }
  }

  @Test
  void aFieldThatWasRemovedComesBackHidden() throws Exception {
    try (LocalNode node = open()) {
      NodeFixture.apply(node, OPEN);
      fill(node);
      NodeFixture.apply(node, OPEN.replaceAll("(?m)^  mail: .*\n", ""));
      node.flush();
      node.maintain();
      NodeFixture.apply(node, HIDDEN);
      assertAnswersHideThem(node);
      waitUntilForgotten(node);
    }
  }

  @Test
  void fieldsThatAreDroppedAndRemovedLeaveNothing() throws Exception {
    String dropped = OPEN;
    String gone = OPEN;
    for (String field : List.of("mail", "phone", "card", "address", "names")) {
      dropped =
          dropped.replaceAll(
              "(?m)^  " + field + ": \\{ type: (.*) }$",
              "  " + field + ": { type: $1, privacy: { policy: drop } }");
      gone = gone.replaceAll("(?m)^  " + field + ": .*\n", "");
    }
    try (LocalNode node = open()) {
      NodeFixture.apply(node, OPEN);
      fill(node);
      NodeFixture.apply(node, dropped);
      NodeFixture.apply(node, gone); // before anything was written anew
      NodeFixture.send(node, "sale", event(4_000, "\"x\""));
      node.flush();
      waitUntilForgotten(node);
      assertEquals(40, count(node, "user", "user3"));
      try (TableSnapshot letters = node.deadLetters("sale")) {
        assertEquals(8, NodeFixture.rows(letters).size());
      }
    }
    try (LocalNode node = open()) {
      assertEquals(200, count(node, null));
    }
    assertEquals(List.of(), filesWithOldValues());
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void privateFieldsAndDiscoveredOnesExcludeEachOther() {
    try (LocalNode node = open()) {
      String both = HIDDEN + "  rest: { type: json, discover: { max: 5 } }\n";
      TytoException refused =
          assertThrows(TytoException.class, () -> NodeFixture.apply(node, both));
      assertEquals(ErrorCode.CONFIG_INVALID, refused.code());
      assertTrue(String.valueOf(refused.getMessage()).contains("discover"), refused.getMessage());
    }
  }

  private static void assertRefused(LocalNode node, String config, String why) {
    TytoException refused =
        assertThrows(TytoException.class, () -> NodeFixture.apply(node, config));
    assertEquals(ErrorCode.CONFIG_INCOMPATIBLE, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
  }
}
