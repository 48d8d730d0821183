package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.NodeFixture.CLOCK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.testkit.storage.UnforcedDisk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/// One body under one key is stored once, however often it is sent.
class IdempotencyKeysTest {
  private static final int EVENTS = 500;
  private static final String DEVICE =
      """
      collection: device
      eventId: id
      fields:
        id: { type: uuid }
        n: { type: long }
      """;

  @TempDir private Path data;

  /// Events without ids, of users that spread over the partitions.
  private static byte[] body(int from, int to) {
    StringBuilder body = new StringBuilder();
    for (int i = from; i < to; i++) {
      String user = i % 3 == 0 ? "" : "\"user\":\"u%d\",".formatted(i);
      body.append("{%s\"ts\":\"2026-11-20T10:00:00Z\",\"amount\":%d}\n".formatted(user, i));
    }
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }

  private LocalNode open() {
    LocalNode node = NodeFixture.open(data, BY_HAND, new UnforcedDisk(CLOCK));
    NodeFixture.apply(node, NodeFixture.PLAY, NodeFixture.NOTE, DEVICE);
    return node;
  }

  private static IngestResult send(LocalNode node, byte[] body, String key) {
    return node.ingest("play", body, Caller.SYSTEM, key).join();
  }

  private static void refused(ErrorCode code, Executable work) {
    CompletionException thrown = assertThrows(CompletionException.class, work);
    assertEquals(code, ((TytoException) thrown.getCause()).code());
  }

  private static void assertOnce(LocalNode node, int events) {
    List<String> amounts = NodeFixture.values(node, "play", "amount");
    assertEquals(events, amounts.size());
    assertEquals(events, new HashSet<>(amounts).size());
  }

  @Test
  void aBodyThatComesAgainIsMadeOfDuplicates() {
    try (LocalNode node = open()) {
      assertEquals(new IngestResult(EVENTS, 0, List.of()), send(node, body(0, EVENTS), "a"));
      assertEquals(new IngestResult(0, EVENTS, List.of()), send(node, body(0, EVENTS), "a"));
      node.flush();
      assertEquals(new IngestResult(0, EVENTS, List.of()), send(node, body(0, EVENTS), "a"));
      assertEquals(
          new IngestResult(EVENTS, 0, List.of()), send(node, body(EVENTS, 2 * EVENTS), "b"));
      assertOnce(node, 2 * EVENTS);
    }
    try (LocalNode node = open()) {
      assertEquals(new IngestResult(0, EVENTS, List.of()), send(node, body(0, EVENTS), "a"));
      assertOnce(node, 2 * EVENTS);
    }
  }

  @Test
  void ofManyAtOnceOneIsStored() throws Exception {
    int senders = 8;
    try (LocalNode node = open()) {
      CountDownLatch start = new CountDownLatch(1);
      List<CompletableFuture<IngestResult>> sent = new ArrayList<>();
      for (int i = 0; i < senders; i++) {
        CompletableFuture<IngestResult> answer = new CompletableFuture<>();
        sent.add(answer);
        Thread.startVirtualThread(() -> {
          try {
            start.await();
            answer.complete(send(node, body(0, EVENTS), "a"));
          } catch (InterruptedException | RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
      }
      start.countDown();
      int accepted = 0;
      int duplicates = 0;
      for (CompletableFuture<IngestResult> answer : sent) {
        accepted += answer.get().accepted();
        duplicates += answer.get().duplicates();
      }
      assertEquals(EVENTS, accepted);
      assertEquals((senders - 1) * EVENTS, duplicates);
      assertOnce(node, EVENTS);
    }
  }

  @Test
  void anotherBodyUnderAKnownKeyIsAMistake() {
    try (LocalNode node = open()) {
      refused(ErrorCode.BAD_JSON, () -> send(node, "[{".getBytes(StandardCharsets.UTF_8), "a"));
      send(node, body(0, 10), "a");
      refused(ErrorCode.IDEMPOTENCY_CONFLICT, () -> send(node, body(0, 11), "a"));
      assertOnce(node, 10);
    }
    try (LocalNode node = open()) {
      // What the key brought is not known any more, the ids of its events are.
      assertEquals(new IngestResult(1, 10, List.of()), send(node, body(0, 11), "a"));
      assertOnce(node, 11);
    }
  }

  @Test
  void eventsKeepTheIdsThatTheyBring() {
    try (LocalNode node = open()) {
      byte[] body =
          (NodeFixture.play("own", "u", 1) + new String(body(2, 3), StandardCharsets.UTF_8))
              .getBytes(StandardCharsets.UTF_8);
      assertEquals(new IngestResult(2, 0, List.of()), send(node, body, "a"));
      assertEquals(new IngestResult(1, 1, List.of()), send(node, body, "b"));
      List<String> ids = NodeFixture.values(node, "play", "id");
      assertEquals(1, ids.stream().filter("own"::equals).count(), ids.toString());
      assertEquals(2, ids.stream().filter(id -> id.matches("[0-9a-f]{32}")).count());
    }
  }

  @Test
  void anIdIsOfAColumnThatHasRoomForIt() {
    try (LocalNode node = open()) {
      byte[] body = "{\"n\":1}\n{\"n\":2}".getBytes(StandardCharsets.UTF_8);
      for (int accepted : List.of(2, 0)) {
        assertEquals(
            new IngestResult(accepted, 2 - accepted, List.of()),
            node.ingest("device", body, Caller.SYSTEM, "a").join());
      }
      refused(ErrorCode.BAD_USER_INPUT, () -> node.ingest("note", body, Caller.SYSTEM, "a").join());
      refused(ErrorCode.BAD_USER_INPUT, () -> send(node, body(0, 1), ""));
      String tooLong = "k".repeat(IdempotencyKey.MAX_CHARACTERS + 1);
      refused(ErrorCode.BAD_USER_INPUT, () -> send(node, body(0, 1), tooLong));
    }
  }

  @Test
  void keysAreOfOneProjectAndOneCollection() {
    try (LocalNode node = open()) {
      IdempotencyKey key = IdempotencyKey.of(caller("a"), node.collection("play"), "k");
      assertEquals(key, IdempotencyKey.of(caller("a"), node.collection("play"), "k"));
      assertNotEquals(key, IdempotencyKey.of(caller("b"), node.collection("play"), "k"));
      assertNotEquals(key, IdempotencyKey.of(caller("a"), node.collection("device"), "k"));
    }
  }

  private static Caller caller(String project) {
    return new Caller("id", Caller.Kind.KEY, "name", project, Access.ALL, Caller.DEFAULT_LIMITS);
  }

  @Test
  void whatKeysBroughtIsForgottenSomeTime() {
    IdempotencyKeys keys = new IdempotencyKeys();
    byte[] one = {1};
    byte[] other = {2};
    for (int i = 0; i < IdempotencyKeys.MAX_KEYS; i++) {
      keys.require(new IdempotencyKey("p", 1, "k" + i), one);
    }
    keys.require(new IdempotencyKey("p", 1, "k0"), one);
    keys.require(new IdempotencyKey("p", 1, "one more"), one);
    TytoException conflict =
        assertThrows(
            TytoException.class, () -> keys.require(new IdempotencyKey("p", 1, "k0"), other));
    assertTrue(conflict.getMessage().contains("'k0'"), conflict.getMessage());
    // The one that was not used the longest.
    keys.require(new IdempotencyKey("p", 1, "k1"), other);
  }
}
