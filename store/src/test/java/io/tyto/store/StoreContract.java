package io.tyto.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store does.
public abstract class StoreContract {
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  private Store store;

  /// A user of the store of the running test, which begins empty: a process of its own.
  protected abstract Store open();

  /// How often writers race.
  protected abstract int rounds();

  @BeforeEach
  void openStore() {
    store = open();
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void anEmptyStoreHasNothing() {
    assertEquals(List.of(), store.list(""));
    assertTrue(store.get("1/catalog/00000000000000000001").isEmpty());
    assertFalse(store.exists("1/catalog"));
    store.settle("1/catalog");
    store.delete("1/nothing");
    for (String key : List.of("1/nothing", "1")) {
      assertEquals(
          ErrorCode.STORE_FAILED, assertThrows(TytoException.class, () -> store.size(key)).code());
      assertEquals(
          ErrorCode.STORE_FAILED,
          assertThrows(TytoException.class, () -> store.sha256(key)).code());
    }
  }

  @Test
  void aSecondPutOfAKeyIsRefusedAndChangesNothing() {
    assertEquals(Store.Put.CREATED, store.putIfAbsent("a/b", bytes("first")));
    assertEquals(Store.Put.EXISTS, store.putIfAbsent("a/b", bytes("second")));
    assertArrayEquals(bytes("first"), store.get("a/b").orElseThrow());
    assertTrue(store.exists("a/b"));
    assertEquals(5, store.size("a/b"));
    assertEquals(
        "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e", store.sha256("a/b"));
  }

  @Test
  void anObjectMayBeEmpty() {
    assertEquals(Store.Put.CREATED, store.putIfAbsent("a/b", new byte[0]));
    assertEquals(0, store.size("a/b"));
    assertArrayEquals(new byte[0], store.get("a/b").orElseThrow());
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", store.sha256("a/b"));
  }

  @Test
  void anObjectThatIsRenewedIsTheSame() {
    store.putIfAbsent("a/b", bytes("first"));
    store.renew("a/b", bytes("first"));
    assertArrayEquals(bytes("first"), store.get("a/b").orElseThrow());
    assertEquals(Store.Put.EXISTS, store.putIfAbsent("a/b", bytes("second")));
    assertEquals(List.of("a/b"), store.list(""));
  }

  @Test
  void listsByPrefixInOrder() {
    for (String key : List.of("1/m/02", "1/m/01", "1/mm/01", "2/m/01", "10/m/01")) {
      store.putIfAbsent(key, bytes(key));
    }
    assertEquals(List.of("1/m/01", "1/m/02"), store.list("1/m/"));
    assertEquals(List.of("1/m/01", "1/m/02", "1/mm/01"), store.list("1/m"));
    assertEquals(List.of("1/m/01", "1/m/02", "1/mm/01"), store.list("1/"));
    assertEquals(List.of(), store.list("3/"));
    assertEquals(5, store.list("").size());
    store.delete("1/m/01");
    assertEquals(List.of("1/m/02"), store.list("1/m/"));
  }

  @Test
  void whatIsNoKeyIsRefused() {
    for (String key : List.of("", "/a", "a/", "a//b", "../a", "a/../b", "a b", "tmp/a", ".a")) {
      assertThrows(IllegalArgumentException.class, () -> store.putIfAbsent(key, bytes("x")), key);
      assertThrows(IllegalArgumentException.class, () -> store.get(key), key);
      assertThrows(IllegalArgumentException.class, () -> store.localFile(key), key);
    }
  }

  @Test
  void ofFourRacingWritersExactlyOneWins() throws Exception {
    int rounds = rounds() * SCALE;
    int writers = 4;
    CyclicBarrier start = new CyclicBarrier(writers);
    try (ExecutorService pool = Executors.newFixedThreadPool(writers)) {
      List<Future<List<Integer>>> wins = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        String me = "writer " + writer;
        Store own = open();
        wins.add(
            pool.submit(() -> {
              List<Integer> won = new ArrayList<>();
              for (int round = 0; round < rounds; round++) {
                start.await();
                if (own.putIfAbsent("race/" + round, bytes(me)) == Store.Put.CREATED) {
                  won.add(round);
                }
              }
              return won;
            }));
      }
      List<Integer> all = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        for (int round : wins.get(writer).get()) {
          all.add(round);
          assertArrayEquals(bytes("writer " + writer), store.get("race/" + round).orElseThrow());
        }
      }
      assertEquals(rounds, all.size());
      assertEquals(rounds, all.stream().distinct().count());
    }
  }

  @Test
  void aFileMovesInOnceAndARepetitionIsHarmless() throws IOException {
    Path first = Files.write(store.scratchFolder().resolve("one"), bytes("rows"));
    store.putFile("s/1-1-abc.seg", first);
    assertFalse(Files.exists(first));
    Path again = Files.write(store.scratchFolder().resolve("two"), bytes("rows"));
    store.putFile("s/1-1-abc.seg", again);
    assertFalse(Files.exists(again));
    Path other = Files.write(store.scratchFolder().resolve("three"), bytes("rovs"));
    TytoException failed =
        assertThrows(TytoException.class, () -> store.putFile("s/1-1-abc.seg", other));
    assertEquals(ErrorCode.STORE_FAILED, failed.code());
    assertEquals("rows", Files.readString(store.localFile("s/1-1-abc.seg")));
    assertEquals("rows", Files.readString(open().localFile("s/1-1-abc.seg")));
  }

  @Test
  void probingAGoodStoreLeavesNoObject() {
    store.probe();
    assertEquals(List.of(), store.list(""));
  }

  @Test
  void agesAreMeasuredByTheStoresOwnClock() {
    store.putIfAbsent("a", bytes("x"));
    long age = store.nowMillis() - store.modifiedMillis("a");
    assertTrue(age >= 0 && age < 60_000, "age " + age);
  }
}
