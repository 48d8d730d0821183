package io.tyto.server.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The ledger takes what is a prefix of each lane, and nothing else.
final class LedgerBookTest {
  private static final long SEED = Long.getLong("test.seed", 11_2026L);
  private static final int LANES = 3;
  private static final int EVENTS = 3_000;

  private final Random random = new Random(SEED);
  private final LedgerBook book = new LedgerBook(LANES, SEED);

  /// By lane, as they stand in the topic.
  private final List<List<JsonObject>> topic = new ArrayList<>();

  LedgerBookTest() {
    for (int lane = 0; lane < LANES; lane++) {
      topic.add(new ArrayList<>());
    }
    for (int i = 0; i < EVENTS; i++) {
      LedgerBook.Event event = book.next();
      JsonObject payload = new JsonObject(new String(event.payload(), StandardCharsets.UTF_8));
      assertEquals(topic.get(event.lane()).size(), payload.getInteger("seq"));
      assertEquals(String.valueOf(event.lane()), payload.getString("lane"));
      topic.get(event.lane()).add(payload);
    }
  }

  /// What a server would answer that has these events.
  private static Map<Integer, LedgerBook.Sum> answer(
      LedgerQuestion question, List<JsonObject> events) {
    Map<Integer, LedgerBook.Sum> answer = new HashMap<>();
    for (JsonObject event : events) {
      int item = Integer.parseInt(event.getString("item").substring(1));
      int minute = Instant.parse(event.getString("ts")).atZone(ZoneOffset.UTC).getMinute();
      int group = question.group(item, minute);
      if (group >= 0) {
        LedgerBook.Sum before = answer.getOrDefault(group, LedgerBook.Sum.NOTHING);
        answer.put(
            group,
            new LedgerBook.Sum(before.count() + 1, before.amount() + event.getLong("amount")));
      }
    }
    return answer;
  }

  @Test
  void everyPrefixIsExact() {
    for (int turn = 0; turn < 200; turn++) {
      LedgerQuestion question = LedgerQuestion.random(random);
      int lane = random.nextInt(LANES);
      int n = random.nextInt(topic.get(lane).size() + 1);
      LedgerBook.Prefix found =
          book.compare(lane, question, answer(question, topic.get(lane).subList(0, n)));
      assertEquals("", found.problem(), question + ", seed " + SEED);
      assertTrue(found.least() <= n && n <= found.most(), found + ", seed " + SEED);
    }
  }

  @Test
  void whatIsCountedTwiceOrLeftOutIsFound() {
    for (int turn = 0; turn < 200; turn++) {
      LedgerQuestion question =
          new LedgerQuestion(
              random.nextBoolean(), LedgerQuestion.ALL.items(), 0, LedgerBook.MINUTES);
      List<JsonObject> lane = topic.getFirst();
      int n = 10 + random.nextInt(lane.size() - 20);
      List<JsonObject> twice = new ArrayList<>(lane.subList(0, n));
      twice.add(lane.get(random.nextInt(n)));
      assertFound(question, twice);
      List<JsonObject> hole = new ArrayList<>(lane.subList(0, n));
      hole.remove(random.nextInt(n - 8));
      assertFound(question, hole);
      List<JsonObject> both = new ArrayList<>(hole);
      both.add(hole.getFirst());
      assertFound(question, both);
    }
    List<JsonObject> all = new ArrayList<>(topic.getFirst());
    all.add(all.getFirst());
    assertFound(LedgerQuestion.ALL, all);
  }

  private void assertFound(LedgerQuestion question, List<JsonObject> events) {
    LedgerBook.Prefix found = book.compare(0, question, answer(question, events));
    assertFalse(found.problem().isEmpty(), question + ", seed " + SEED);
  }

  @Test
  void whatItemsTellTogetherIsNoPrefix() {
    List<JsonObject> lane = topic.getFirst();
    LedgerQuestion byItem = new LedgerQuestion(true, LedgerQuestion.ALL.items(), 0, 60);
    String last = lane.get(99).getString("item");
    // All of one item, and of the others fewer.
    List<JsonObject> some = new ArrayList<>(lane.subList(0, 50));
    lane.subList(50, 100).stream()
        .filter(event -> event.getString("item").equals(last))
        .forEach(some::add);
    assertTrue(
        book.compare(0, byItem, answer(byItem, some)).problem().contains("was not"),
        "seed " + SEED);
  }
}
