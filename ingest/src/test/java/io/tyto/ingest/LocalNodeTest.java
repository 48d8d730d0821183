package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.LOGIN;
import static io.tyto.ingest.NodeFixture.NOTE;
import static io.tyto.ingest.NodeFixture.PLAY;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.play;
import static io.tyto.ingest.NodeFixture.rows;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.IngestService.IngestResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LocalNodeTest {
  private static final int ADDED_FIELDS = 12;

  @TempDir Path data;

  @Test
  void showsEventsAtOnceAndAfterARestart() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      IngestResult result = send(node, "play", play("e1", "ann", 5) + play("e2", "bob", 7));
      assertEquals(2, result.accepted());
      assertEquals(Set.of("e1", "e2"), Set.copyOf(values(node, "play", "id")));
    }
    try (LocalNode node = open(data)) {
      List<Map<String, @Nullable Object>> rows = rows(node, "play");
      assertEquals(2, rows.size());
      Map<String, @Nullable Object> ann =
          rows.stream().filter(row -> "ann".equals(row.get("user"))).findFirst().orElseThrow();
      assertEquals(5L, ann.get("amount"));
      assertEquals(List.of("a", "b"), ann.get("tags"));
      assertEquals(NodeFixture.CLOCK.instant(), ann.get("_received"));
    }
  }

  @Test
  void sealsAndAnswersAlikeBeforeAndAfter() {
    Set<Map<String, @Nullable Object>> before;
    try (LocalNode node = open(data)) {
      apply(node, PLAY, LOGIN);
      for (int i = 0; i < 100; i++) {
        send(node, "play", play("e" + i, "user" + i % 7, i));
      }
      send(node, "login", "{\"who\":\"user1\",\"ts\":\"2026-11-20T10:00:00Z\"}");
      before = Set.copyOf(rows(node, "play"));
      node.flush();
      assertEquals(before, Set.copyOf(rows(node, "play")));
      CollectionStatus status = status(node, "play");
      assertEquals(100, status.rows());
      assertEquals(0, status.tailRows());
      assertEquals(0, status.logLagRecords());
      assertTrue(status.segments() >= 1);
    }
    try (LocalNode node = open(data)) {
      assertEquals(before, Set.copyOf(rows(node, "play")));
      assertEquals(List.of("user1"), values(node, "login", "who"));
      send(node, "play", play("e100", "user3", 100));
      assertEquals(101, rows(node, "play").size());
    }
  }

  @Test
  void recognisesRepeatedEventIdsInTheTailInSegmentsAndAfterRestarts() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      String body = play("e1", "ann", 1) + play("e2", "bob", 2) + play("e1", "ann", 1);
      assertEquals(1, send(node, "play", body).duplicates());
      assertEquals(2, send(node, "play", play("e1", "ann", 1) + play("e2", "bob", 2)).duplicates());
      node.flush();
      assertEquals(1, send(node, "play", play("e1", "ann", 1)).duplicates());
    }
    try (LocalNode node = open(data)) {
      IngestResult result = send(node, "play", play("e1", "ann", 1) + play("e3", "cid", 3));
      assertEquals(1, result.accepted());
      assertEquals(1, result.duplicates());
      assertEquals(3, rows(node, "play").size());
    }
    try (LocalNode node = open(data)) {
      assertEquals(1, send(node, "play", play("e3", "cid", 3)).duplicates());
    }
  }

  @Test
  void forgetsEventIdsBehindTheWindow() {
    IngestOptions options = NodeFixture.BY_HAND.withPartitions(1).withDedupWindow(10);
    try (LocalNode node = open(data, options, io.tyto.store.Disk.SYSTEM)) {
      apply(node, PLAY);
      for (int i = 0; i < 20; i++) {
        send(node, "play", play("e" + i, "ann", i));
      }
      assertEquals(1, send(node, "play", play("e15", "ann", 15)).duplicates());
      assertEquals(1, send(node, "play", play("e3", "ann", 3)).accepted());
    }
  }

  @Test
  void keepsWhatDoesNotFitAsDeadLetters() {
    String body =
        play("e1", "ann", 1)
            + "{\"id\":\"e2\",\"user\":\"bob\",\"amount\":\"much\"}\n"
            + "{\"id\":\"e3\",\n"
            + play("e4", "cid", 4);
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      IngestResult result = send(node, "play", body);
      assertEquals(2, result.accepted(), result.toString());
      assertEquals(2, result.rejected().size(), result.toString());
      assertEquals(1, result.rejected().getFirst().index());
      assertEquals("amount", result.rejected().getFirst().field());
      checkDeadLetters(node);
      node.flush();
      checkDeadLetters(node);
    }
    try (LocalNode node = open(data)) {
      checkDeadLetters(node);
      assertEquals(2, status(node, "play").deadLetters());
    }
  }

  private static void checkDeadLetters(LocalNode node) {
    try (TableSnapshot snapshot = node.deadLetters("play")) {
      List<Map<String, @Nullable Object>> letters = rows(snapshot);
      assertEquals(2, letters.size());
      Map<String, @Nullable Object> first =
          letters.stream()
              .filter(row -> "BAD_FORMAT".equals(row.get("code")))
              .findFirst()
              .orElseThrow(() -> new AssertionError(letters.toString()));
      assertEquals("amount", first.get("field"));
      assertEquals("http", first.get("source"));
      assertEquals(1L, first.get("position"));
      assertTrue(String.valueOf(first.get("record")).contains("much"));
    }
  }

  @Test
  void anOversizedEventIdIsADeadLetterAndStopsNothing() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      String oversized = play("x".repeat(40_000), "bob", 2);
      IngestResult result =
          send(node, "play", play("e1", "ann", 1) + oversized + play("e3", "cid", 3));
      assertEquals(2, result.accepted());
      assertEquals("TOO_LARGE", result.rejected().getFirst().code());
      assertEquals("id", result.rejected().getFirst().field());
      assertEquals(2, rows(node, "play").size());
      assertEquals(1, status(node, "play").deadLetters());
    }
  }

  @Test
  void refusesABodyThatCannotBeReadAsAWhole() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      for (String body : List.of("hello", "[" + play("e1", "ann", 1) + ", {\"id\": }]")) {
        CompletionException e =
            assertThrows(CompletionException.class, () -> send(node, "play", body));
        assertEquals(
            ErrorCode.BAD_JSON, assertInstanceOf(TytoException.class, e.getCause()).code());
      }
      assertEquals(List.of(), rows(node, "play"));
      assertEquals(0, send(node, "play", "").accepted());
      assertEquals(0, send(node, "play", "[]").accepted());
      assertEquals(1, send(node, "play", "[" + play("e1", "ann", 1) + "]").accepted());
    }
  }

  @Test
  void keepsAnEntityInOnePartitionWithOneIdForEver() {
    Map<String, Set<String>> ids = new HashMap<>();
    for (int round = 0; round < 4; round++) {
      try (LocalNode node = open(data)) {
        apply(node, PLAY, LOGIN);
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < 60; i++) {
          body.append(play("e" + round + "." + i, "user" + i % 20, i));
        }
        body.append("{\"id\":\"n%d\",\"amount\":1}\n".formatted(round));
        send(node, "play", body.toString());
        send(node, "login", "{\"who\":\"user%d\"}".formatted(round));
        if (round % 2 == 0) {
          node.flush();
        }
        if (round == 3) {
          for (int i = 0; i < 9; i++) {
            send(node, "play", play("x" + i, "fresh" + i, i));
            node.flush();
          }
          node.maintain();
        }
        note(ids, rows(node, "play"), "user");
        note(ids, rows(node, "login"), "who");
      }
    }
    assertEquals(Set.of("0"), valuesOf(ids.remove("null")));
    ids.forEach((user, places) -> assertEquals(1, places.size(), user + " " + places));
    assertEquals(29, new HashSet<>(ids.values()).size());
  }

  private static Set<String> valuesOf(Set<String> places) {
    Set<String> values = new HashSet<>();
    places.forEach(place -> values.add(place.substring(place.indexOf('/') + 1)));
    return values;
  }

  private static void note(
      Map<String, Set<String>> ids, List<Map<String, @Nullable Object>> rows, String key) {
    for (Map<String, @Nullable Object> row : rows) {
      ids.computeIfAbsent(String.valueOf(row.get(key)), _ -> new HashSet<>())
          .add(row.get("partition") + "/" + row.get("_entity"));
    }
  }

  @Test
  void takesOverAddedFieldsWithoutARestart() {
    String grown = NOTE + "  more: { type: string }\n  twice: { type: long, derive: \"n * 2\" }\n";
    try (LocalNode node = open(data)) {
      apply(node, NOTE);
      long version = node.catalogVersion();
      send(node, "note", "{\"text\":\"old\",\"n\":1}");
      apply(node, grown);
      assertNotEquals(version, node.catalogVersion());
      send(node, "note", "{\"text\":\"new\",\"n\":2,\"more\":\"m\"}");
      assertEquals(Set.of("null", "m"), Set.copyOf(values(node, "note", "more")));
      assertEquals(List.of(), node.applyConfigs(List.of()).changed());
    }
    try (LocalNode node = open(data)) {
      assertEquals(2, rows(node, "note").size());
      assertTrue(values(node, "note", "twice").contains("4"));
    }
  }

  /// A body is decoded by one schema, so its events have an added field all or none: a partition
  /// that takes the schema over later than the body came must not lose it.
  @Test
  void losesNoAddedFieldWhileEventsComeIn() throws InterruptedException {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      AtomicBoolean isDone = new AtomicBoolean();
      AtomicInteger bodies = new AtomicInteger();
      List<Thread> senders = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        senders.add(
            Thread.startVirtualThread(() -> {
              while (!isDone.get()) {
                send(node, "play", bodyWithAddedFields(bodies.incrementAndGet()));
              }
            }));
      }
      StringBuilder grown = new StringBuilder(PLAY);
      for (int field = 0; field < ADDED_FIELDS; field++) {
        grown.append("  added%d: { type: long }\n".formatted(field));
        apply(node, grown.toString());
      }
      isDone.set(true);
      for (Thread sender : senders) {
        sender.join();
      }
      Map<String, Set<String>> valuesOfBody = new HashMap<>();
      for (Map<String, @Nullable Object> row : rows(node, "play")) {
        for (int field = 0; field < ADDED_FIELDS; field++) {
          valuesOfBody
              .computeIfAbsent(row.get("amount") + "/" + field, _ -> new HashSet<>())
              .add(String.valueOf(row.get("added" + field)));
        }
      }
      valuesOfBody.forEach((body, values) -> assertEquals(1, values.size(), body));
    }
  }

  private static String bodyWithAddedFields(int body) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      text.append(
          "{\"user\":\"u%d\",\"ts\":\"2026-11-20T10:00:00Z\",\"amount\":%d".formatted(i, body));
      for (int field = 0; field < ADDED_FIELDS; field++) {
        text.append(",\"added%d\":%d".formatted(field, field));
      }
      text.append("}\n");
    }
    return text.toString();
  }

  @Test
  void takesOverAFieldBetweenTheLogAndItsReplay() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      send(node, "play", play("e1", "ann", 3));
    }
    try (LocalNode node = open(data)) {
      apply(node, PLAY + "  twice: { type: long, derive: \"amount * 2\" }\n");
    }
    try (LocalNode node = open(data)) {
      node.flush();
      assertEquals(1, rows(node, "play").size());
    }
  }

  @Test
  void spreadsCollectionsWithoutKeys() {
    try (LocalNode node = open(data)) {
      apply(node, NOTE);
      for (int i = 0; i < 10; i++) {
        send(node, "note", "{\"n\":%d}".formatted(i));
      }
      assertEquals(
          2, Set.copyOf(values(node, "note", "partition")).size(), "both partitions take a share");
    }
  }

  @Test
  void compactsWithoutChangingAnyRow() {
    List<String> order;
    try (LocalNode node = open(data)) {
      apply(node, PLAY, LOGIN);
      for (int i = 0; i < 40; i++) {
        send(node, "play", play("a" + i, "ann", i) + play("b" + i, "bob", i) + "{\"amount\":[]}\n");
        if (i % 3 == 0) {
          send(node, "login", "{\"who\":\"ann\"}");
        }
        node.flush();
      }
      Set<Map<String, @Nullable Object>> before = Set.copyOf(rows(node, "play"));
      int segments = status(node, "play").segments();
      try (TableSnapshot pinned = node.snapshot("play")) {
        node.maintain();
        assertTrue(status(node, "play").segments() < segments / 2);
        assertEquals(before, Set.copyOf(rows(node, "play")));
        assertEquals(before, Set.copyOf(rows(pinned)), "a held snapshot stays readable");
      }
      assertEquals(40, status(node, "play").deadLetters());
      assertEquals(14, rows(node, "login").size());
      assertEquals(List.of(), node.status().alarms());
      order = values(node, "play", "id");
    }
    try (LocalNode node = open(data)) {
      assertEquals(order, values(node, "play", "id"), "compaction keeps the order of rows");
      send(node, "play", play("z", "ann", 1));
      node.flush();
      node.maintain();
      assertEquals(1, send(node, "play", play("a3", "ann", 3)).duplicates());
    }
  }

  @Test
  void expiresWholeSegmentsByTheirYoungestRow() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY + "retention: { raw: P30D }\n");
      for (int month = 1; month <= 11; month++) {
        send(
            node,
            "play",
            "{\"id\":\"m%d\",\"user\":\"ann\",\"ts\":\"2026-%02d-01T00:00:00Z\"}"
                .formatted(month, month));
        node.flush();
      }
      node.maintain();
      assertEquals(List.of("m11"), values(node, "play", "id"));
      send(node, "play", play("now", "ann", 1));
      node.flush();
    }
    try (LocalNode node = open(data)) {
      assertEquals(Set.of("m11", "now"), Set.copyOf(values(node, "play", "id")));
    }
  }

  @Test
  void manyRefusedRecordsOfFilesAreAnAlarm() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      NodeFixture.importFile(node, "play", "good.ndjson", play("a", "ann", 1));
      assertEquals(List.of(), node.status().alarms());
      String bad = "{\"ts\":\"never\"}\n".repeat(60) + play("b", "ann", 1);
      NodeFixture.importFile(node, "play", "bad.ndjson", bad);
      String alarms = node.status().alarms().toString();
      assertTrue(alarms.contains("of the last 62 records from files, 60 were refused"), alarms);
      apply(node, PLAY);
      NodeFixture.importFile(node, "play", "bad.ndjson", bad);
      assertEquals(List.of(), node.status().alarms(), "what was imported before is not read");
    }
  }

  @Test
  void manyRefusedEventsAreAnAlarmUntilAConfigIsApplied() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      send(node, "play", play("e1", "ann", 1) + "{\"ts\":\"never\"}\n".repeat(50));
      assertEquals(List.of(), node.status().alarms());
      send(node, "play", "{\"ts\":\"never\"}\n");
      String alarms = node.status().alarms().toString();
      assertTrue(alarms.contains("51 were refused (98 %)"), alarms);
      assertTrue(alarms.contains("tyto dead-letters reasons play"), alarms);
      assertEquals(1, send(node, "play", play("e2", "ann", 1)).accepted(), "it never pauses");
      apply(node, PLAY);
      assertEquals(List.of(), node.status().alarms());
    }
  }

  @Test
  void aSecondProcessIsToldWhoHoldsTheFolder() {
    try (LocalNode node = open(data)) {
      node.publishAddress("http://127.0.0.1:8080");
      TytoException e = assertThrows(TytoException.class, () -> open(data));
      assertEquals(ErrorCode.STORE_LOCKED, e.code());
      assertTrue(e.getMessage().contains("http://127.0.0.1:8080"), e.getMessage());
    }
  }

  @Test
  void snapshotsWithEqualRowsHaveEqualIds() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      send(node, "play", play("e1", "ann", 1));
      String first;
      try (TableSnapshot snapshot = node.snapshot("play")) {
        first = snapshot.id();
      }
      try (TableSnapshot snapshot = node.snapshot("play")) {
        assertEquals(first, snapshot.id());
      }
      send(node, "play", play("e2", "ann", 1));
      try (TableSnapshot snapshot = node.snapshot("play")) {
        assertNotEquals(first, snapshot.id());
      }
    }
  }

  @Test
  void namesAnUnknownCollectionAndNoOther() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY, NOTE);
      TytoException e = assertThrows(TytoException.class, () -> node.snapshot("plays"));
      assertEquals(ErrorCode.UNKNOWN_COLLECTION, e.code());
      assertTrue(e.getMessage().contains("'plays'"), e.getMessage());
      assertTrue(!e.getMessage().contains("note"), "whoever asks may not know of it");
    }
  }

  @Test
  void answersManySendersAtOnce() {
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      List<Integer> accepted =
          IntStream.range(0, 200)
              .parallel()
              .mapToObj(
                  i -> send(node, "play", play("e" + i % 150, "u" + i % 150 % 9, i)).accepted())
              .toList();
      assertEquals(150, accepted.stream().mapToInt(Integer::intValue).sum());
      assertEquals(150, Set.copyOf(values(node, "play", "id")).size());
      assertEquals(150, rows(node, "play").size());
    }
  }

  static CollectionStatus status(LocalNode node, String collection) {
    return node.status().collections().stream()
        .filter(status -> status.name().equals(collection))
        .findFirst()
        .orElseThrow();
  }
}
