package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService.Interval;
import io.tyto.model.port.DeadLetterService.ReplayRequest;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Private values never reach a file of ours, whatever way they come in.
class PrivateIngestTest {
  private static final String SALE =
      """
      collection: sale
      time: ts
      eventId: id
      entity: { name: buyer, key: user }
      fields:
        id: { type: string, privacy: { policy: hash } }
        user: { type: string, privacy: { policy: hash } }
        mail: { type: string, privacy: { policy: tokenize } }
        card: { type: string, privacy: { policy: mask, mask: { shown: 4 } } }
        address: { type: string, privacy: { policy: drop } }
        domain: { derive: "lower(mail)", privacy: { policy: hash } }
        ts: { type: timestamp }
        amount: { type: long }
      """;

  @TempDir Path data;

  private static String event(int i, String amount) {
    return """
    {"id":"RAW!id%d","user":"RAW!user%d","mail":"RAW!mail%d","card":"RAW!card-%d-4242","address":"RAW!home","ts":"2026-11-20T10:00:00Z","amount":%s}
    """
        .formatted(i, i % 7, i, i, amount);
  }

  private static String events(int from, int to) {
    StringBuilder events = new StringBuilder();
    for (int i = from; i < to; i++) {
      events.append(event(i, String.valueOf(i)));
    }
    return events.toString();
  }

  private void assertNothingRaw() throws IOException {
    NodeFixture.assertNowhere(data, "RAW!");
  }

  private static List<Map<String, @Nullable Object>> letters(LocalNode node) {
    try (TableSnapshot snapshot = node.deadLetters("sale")) {
      return NodeFixture.rows(snapshot);
    }
  }

  @Test
  void everyPolicyIsAppliedBeforeTheLog() throws IOException {
    try (LocalNode node = NodeFixture.open(data)) {
      NodeFixture.apply(node, SALE);
      NodeFixture.send(node, "sale", event(1, "5"));
      assertNothingRaw();
      Map<String, @Nullable Object> row = NodeFixture.rows(node, "sale").getFirst();
      assertTrue(String.valueOf(row.get("user")).matches("[0-9a-f]{32}"));
      assertTrue(String.valueOf(row.get("id")).matches("[0-9a-f]{32}"));
      assertTrue(String.valueOf(row.get("domain")).matches("[0-9a-f]{32}"));
      assertTrue(String.valueOf(row.get("mail")).startsWith("tk1_"));
      assertEquals("****4242", row.get("card"));
      assertEquals(null, row.get("address"));
      assertEquals(5L, row.get("amount"));
    }
  }

  @Test
  void everyWayInGivesTheSameRowsInTheSamePlaces() throws IOException {
    StringBuilder csv = new StringBuilder("id,user,mail,card,address,ts,amount\n");
    for (int i = 0; i < 300; i++) {
      csv.append(
          "RAW!id%d,RAW!user%d,RAW!mail%d,RAW!card-%d-4242,RAW!home,2026-11-20T10:00:00Z,%d\n"
              .formatted(i, i % 7, i, i, i));
    }
    List<Set<String>> all = new ArrayList<>();
    Path key = data.resolve("shared.key");
    Path root = data;
    for (int way = 0; way < 3; way++) {
      data = root.resolve("way" + way);
      IngestOptions options =
          NodeFixture.BY_HAND.withPrivacy(
              new IngestOptions.Privacy(key, IngestOptions.Privacy.DEFAULT.snapshotAge()));
      try (LocalNode node = NodeFixture.open(data, options, Disk.SYSTEM)) {
        NodeFixture.apply(node, SALE);
        switch (way) {
          case 0 -> NodeFixture.send(node, "sale", events(0, 300));
          case 1 -> NodeFixture.importFile(node, "sale", "a.ndjson", events(0, 300));
          default -> NodeFixture.importFile(node, "sale", "a.csv", csv.toString());
        }
        node.flush();
        Set<String> rows = new TreeSet<>();
        for (Map<String, @Nullable Object> row : NodeFixture.rows(node, "sale")) {
          row.remove("_log");
          row.remove("_offset");
          rows.add(row.toString());
        }
        assertEquals(300, rows.size());
        all.add(rows);
      }
      assertNothingRaw();
    }
    assertEquals(all.get(0), all.get(1));
    assertEquals(all.get(0), all.get(2));
  }

  @Test
  void aRetryIsRecognisedByItsHashedIdAlsoAfterARestart() throws IOException {
    try (LocalNode node = NodeFixture.open(data)) {
      NodeFixture.apply(node, SALE);
      NodeFixture.send(node, "sale", events(0, 20));
      node.flush();
      NodeFixture.send(node, "sale", events(20, 40));
      assertEquals(40, NodeFixture.send(node, "sale", events(0, 40)).duplicates());
    }
    try (LocalNode node = NodeFixture.open(data)) {
      IngestResult again = NodeFixture.send(node, "sale", events(0, 50));
      assertEquals(40, again.duplicates());
      NodeFixture.importFile(node, "sale", "a.ndjson", events(30, 60));
      assertEquals(60, NodeFixture.rows(node, "sale").size());
      assertEquals(7, Set.copyOf(NodeFixture.values(node, "sale", "user")).size());
    }
    assertNothingRaw();
  }

  @Test
  void deadLettersAndAnswersDoNotShowPrivateValues() throws IOException {
    try (LocalNode node = NodeFixture.open(data)) {
      NodeFixture.apply(node, SALE);
      String bad =
          event(1, "\"x\"")
              + event(2, "3").replace("\"RAW!user2\"", "{\"a\":\"RAW!user2\"}")
              + event(3, "4").replace("\"RAW!mail3\"", "RAW!mail3")
              + event(4, "1");
      IngestResult result = NodeFixture.send(node, "sale", bad);
      assertEquals(1, result.accepted());
      assertEquals(3, result.rejected().size());
      assertFalse(result.toString().contains("RAW!"), result.toString());
      NodeFixture.importFile(
          node,
          "sale",
          "bad.csv",
          "id,user,amount\nRAW!id1,RAW!user1,x\nRAW!id2,\"RAW!\"user2,RAW!,3\n");
      node.flush();
      assertEquals(5, letters(node).size());
      assertFalse(letters(node).toString().contains("RAW!"), letters(node).toString());
    }
    assertNothingRaw();
  }

  @Test
  void aReplayedLetterIsTheSameUsersRow() throws IOException {
    try (LocalNode node = NodeFixture.open(data)) {
      NodeFixture.apply(node, SALE);
      NodeFixture.send(node, "sale", events(0, 20));
      NodeFixture.send(node, "sale", events(20, 40).replace("2026-11-20", "2027-01-10"));
      node.flush();
      assertEquals(20, letters(node).size());
      assertNothingRaw();
    }
    Clock later = Clock.fixed(Instant.parse("2027-06-01T00:00:00Z"), ZoneOffset.UTC);
    try (LocalNode node = LocalNode.open(data, NodeFixture.BY_HAND, Disk.SYSTEM, later)) {
      ReplayRequest all = new ReplayRequest("sale", List.of(), null, Interval.ALL, 1_000);
      assertEquals(20, node.replay(all).replayed());
      node.flush();
      Set<String> places = new TreeSet<>();
      for (Map<String, @Nullable Object> row : NodeFixture.rows(node, "sale")) {
        places.add(row.get("user") + " in " + row.get("partition"));
      }
      assertEquals(7, places.size(), places.toString());
      assertEquals(40, NodeFixture.rows(node, "sale").size());
      assertEquals(40, NodeFixture.send(node, "sale", events(0, 40)).duplicates());
    }
    assertNothingRaw();
  }

  @Test
  void aMissingKeyStopsTheStartAndIsNotReplaced() throws IOException {
    try (LocalNode node = NodeFixture.open(data)) {
      assertFalse(Files.exists(data.resolve("keys")));
      NodeFixture.apply(node, SALE);
      NodeFixture.send(node, "sale", events(0, 3));
    }
    Path file = data.resolve("keys/1.key");
    Path aside = data.resolve("aside");
    Files.move(file, aside);
    TytoException refused = assertThrows(TytoException.class, () -> NodeFixture.open(data).close());
    assertEquals(ErrorCode.KEY_MISSING, refused.code());
    assertFalse(Files.exists(file));
    Files.move(aside, file);
    try (LocalNode node = NodeFixture.open(data)) {
      assertEquals(3, NodeFixture.send(node, "sale", events(0, 3)).duplicates());
    }
  }
}
