package io.tyto.ingest.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DedupWindowTest {
  private static final long SEED = Long.getLong("test.seed", 31L);

  @Test
  void knowsExactlyTheIdsOfTheWindow() {
    Random random = new Random(SEED);
    for (int run = 0; run < 20; run++) {
      long size = 1 + random.nextInt(3000);
      DedupWindow window = new DedupWindow(size, "log");
      Map<String, Long> lastAdded = new HashMap<>();
      int range = 1 + random.nextInt(6000);
      for (long offset = 0; offset < 8000; offset++) {
        int collection = random.nextInt(2);
        String id = "id" + random.nextInt(range);
        Long before = lastAdded.get(collection + id);
        boolean isKnown = before != null && before >= offset - size;
        DedupWindow.Seen seen = find(window, collection, id);
        String what = "seed %d, run %d, offset %d".formatted(SEED, run, offset);
        if (isKnown) {
          assertNotNull(seen, what);
          assertEquals(before, seen.offset(), what);
        } else {
          assertNull(seen, what);
          window.add("log", offset);
          lastAdded.put(collection + id, offset);
        }
        window.advance("log", offset + 1);
      }
    }
  }

  @Test
  void takesBackWhatDidNotGetIntoTheLog() {
    DedupWindow window = new DedupWindow(100, "log");
    byte[] id = "a".getBytes(StandardCharsets.US_ASCII);
    assertNull(window.find(1, id, 0, 1));
    window.add("log", 5);
    window.remove(1, id, 0, 1);
    assertNull(window.find(1, id, 0, 1));
    window.add("log", 5);
    assertNotNull(window.find(1, id, 0, 1));
  }

  @Test
  void eachLogHasItsOwnWindow() {
    DedupWindow window = new DedupWindow(10, "one");
    assertNull(find(window, 1, "a"));
    window.add("one", 0);
    window.advance("two", 1000);
    assertEquals("one", assertSeen(find(window, 1, "a")).logId());
    window.advance("one", 11);
    assertNull(find(window, 1, "a"));
  }

  @Test
  void forgetsTheOldestFileOnly() {
    DedupWindow window = new DedupWindow(10, "own");
    assertNull(find(window, 1, "own"));
    window.add("own", 0);
    for (int log = 0; log < 10; log++) {
      assertNull(find(window, 1, "id" + log));
      window.add("file" + log, 0);
    }
    assertNotNull(find(window, 1, "own"));
    for (int log = 0; log < 10; log++) {
      boolean isKept = log >= 10 - DedupWindow.FILES;
      assertEquals(isKept, find(window, 1, "id" + log) != null, "file" + log);
    }
  }

  @Test
  void forgetsNoLogOfOursThatAnotherFollowed() {
    DedupWindow window = new DedupWindow(10, "5b0f6c1e-2d0c-4c62-9a57-1f0b3a4c5d6e");
    assertNull(find(window, 1, "old"));
    window.add("0c9f3c9e-7f1d-4a55-8a51-3b2f0f6f0a01", 0);
    for (int log = 0; log < 10; log++) {
      assertNull(find(window, 1, "id" + log));
      window.add("file" + log, 0);
    }
    assertSeen(find(window, 1, "old"));
  }

  @Test
  void forgetsNoLogOfATopic() {
    DedupWindow window = new DedupWindow(10, "own");
    for (int log = 0; log < 100; log++) {
      assertNull(find(window, 1, "id" + log));
      window.add("kafka:topic:" + log, 0);
    }
    for (int log = 0; log < 100; log++) {
      assertSeen(find(window, 1, "id" + log));
    }
  }

  private static DedupWindow.Seen assertSeen(
      DedupWindow.@org.jspecify.annotations.Nullable Seen seen) {
    assertNotNull(seen);
    return seen;
  }

  private static DedupWindow.@org.jspecify.annotations.Nullable Seen find(
      DedupWindow window, int collection, String id) {
    byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
    return window.find(collection, bytes, 0, bytes.length);
  }
}
