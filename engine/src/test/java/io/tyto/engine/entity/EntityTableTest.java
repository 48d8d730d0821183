package io.tyto.engine.entity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.memory.NativeMemory;
import io.tyto.model.error.TytoException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EntityTableTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  @Test
  void idsThatAreGivenStayTakenWhicheverKeysComeBack() {
    try (EntityTable table = new EntityTable(10)) {
      table.restore(3, new byte[] {3});
      table.restore(7, new byte[] {7});
      assertEquals(10, table.size());
      assertEquals(7, table.idOf(new byte[] {7}));
      assertEquals(11, table.idOf(new byte[] {1}));
      assertEquals(11, table.size());
    }
  }

  @Test
  void idsAreDenseInOrderOfFirstSight() {
    try (EntityTable table = new EntityTable()) {
      assertEquals(0, table.find(utf8("ann")));
      assertEquals(1, table.idOf(utf8("ann")));
      assertEquals(2, table.idOf(utf8("bob")));
      assertEquals(1, table.idOf(utf8("ann")));
      assertEquals(3, table.idOf(new byte[0]), "the empty key is a key like any other");
      assertEquals(2, table.find(utf8("bob")));
      assertEquals(0, table.find(utf8("carl")));
      assertEquals(3, table.size());
    }
  }

  @Test
  void agreesWithAMapOverRandomKeys() {
    Random random = new Random(SEED);
    Map<ByteBuffer, Integer> expected = new HashMap<>();
    try (EntityTable table = new EntityTable()) {
      for (int i = 0; i < 200_000 * SCALE; i++) {
        byte[] key = randomKey(random);
        Integer known = expected.get(ByteBuffer.wrap(key));
        assertEquals(known == null ? 0 : known, table.find(key), () -> "seed " + SEED);
        int id = table.idOf(key);
        expected.putIfAbsent(ByteBuffer.wrap(key), expected.size() + 1);
        assertEquals(expected.get(ByteBuffer.wrap(key)), id, () -> "seed " + SEED);
      }
      assertEquals(expected.size(), table.size());
      int[] seen = {0};
      table.forEach(
          1,
          table.size(),
          (id, key) -> {
            assertEquals(++seen[0], id);
            assertEquals(expected.get(ByteBuffer.wrap(key)), id);
          });
      assertEquals(expected.size(), seen[0]);
    }
  }

  @Test
  void restoredTableGoesOnWhereTheOldOneStopped() {
    try (EntityTable table = new EntityTable();
        EntityTable restored = new EntityTable()) {
      for (int i = 0; i < 5_000; i++) {
        table.idOf(utf8("k" + i));
      }
      table.forEach(1, table.size(), restored::restore);
      assertEquals(5_000, restored.size());
      assertEquals(4_321, restored.find(utf8("k4320")));
      assertEquals(5_001, restored.idOf(utf8("new")));
    }
  }

  @Test
  void erasedIdsLeaveGapsThatAreNeverReused() {
    try (EntityTable table = new EntityTable()) {
      table.restore(2, utf8("two"));
      table.restore(20_000, utf8("far"));
      List<Integer> ids = new ArrayList<>();
      table.forEach(1, table.size(), (id, _) -> ids.add(id));
      assertEquals(List.of(2, 20_000), ids);
      assertEquals(20_001, table.idOf(utf8("next")));
      assertThrows(IllegalArgumentException.class, () -> table.restore(7, utf8("late")));
      assertThrows(TytoException.class, () -> table.restore(30_000, utf8("two")));
    }
  }

  @Test
  void keysOfAnySizeAreKept() {
    try (EntityTable table = new EntityTable()) {
      byte[] huge = new byte[20 << 20];
      huge[huge.length - 1] = 1;
      assertEquals(1, table.idOf(huge));
      assertEquals(2, table.idOf(utf8("small")));
      assertEquals(1, table.find(huge));
      table.forEach(1, 1, (_, key) -> assertArrayEquals(huge, key));
    }
  }

  @Test
  void publishedKeysAreReadableWhileTheWriterGoesOn() throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (EntityTable table = new EntityTable()) {
      Thread reader =
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, e) -> failure.set(e))
              .start(() -> {
                int last = 0;
                while (last < 100_000) {
                  int size = table.size();
                  table.forEach(
                      last + 1, size, (id, key) -> assertArrayEquals(utf8("key" + id), key));
                  last = size;
                }
              });
      for (int id = 1; id <= 100_000; id++) {
        assertEquals(id, table.idOf(utf8("key" + id)));
      }
      reader.join();
    }
    assertEquals(null, failure.get());
  }

  @Test
  void closingGivesTheMemoryBack() {
    long before = NativeMemory.allocatedBytes();
    EntityTable table = new EntityTable();
    for (int i = 0; i < 10_000; i++) {
      table.idOf(utf8("k" + i));
    }
    assertTrue(table.sizeBytes() > 0);
    table.close();
    assertEquals(before, NativeMemory.allocatedBytes());
  }

  private static byte[] randomKey(Random random) {
    byte[] key = new byte[1 + random.nextInt(24)];
    random.nextBytes(key);
    // Few distinct leading bytes make repeats and long common prefixes likely.
    for (int i = 0; i < key.length - 2; i++) {
      key[i] = (byte) (key.length & 3);
    }
    return key;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void manyKeysAtOnceGetTheIdsOfOneByOne() {
    Random random = new Random(7);
    try (EntityTable table = new EntityTable();
        EntityTable single = new EntityTable()) {
      for (int round = 0; round < 40; round++) {
        int count = 1 + random.nextInt(1_000);
        long[] keys = new long[count];
        long[] nulls = new long[(count + 63) / 64];
        for (int i = 0; i < count; i++) {
          keys[i] = random.nextInt(3_000 + 500 * round) - 100;
          nulls[i / 64] |= random.nextInt(20) == 0 ? 1L << i : 0;
        }
        int[] ids = new int[count];
        boolean hasNulls = round % 2 == 0;
        table.idsOf(keys, hasNulls ? nulls : null, count, ids);
        for (int i = 0; i < count; i++) {
          boolean isNull = hasNulls && (nulls[i / 64] >>> i & 1) != 0;
          assertEquals(isNull ? 0 : single.idOf(KeyHash.bytesOf(keys[i])), ids[i]);
        }
      }
      assertEquals(single.size(), table.size());
    }
  }
}
