package io.tyto.engine.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The map of states holds what was put last, however large it becomes and wherever it lies.
class StateMapTest {
  private static final long SEED = Long.getLong("test.seed", 77L);

  @TempDir Path folder;

  private static byte[] state(Random random, int size) {
    byte[] state = new byte[size];
    random.nextBytes(state);
    return state;
  }

  /// Mostly small, some as large as a sketch of many values.
  private static int size(Random random) {
    return random.nextInt(50) == 0 ? random.nextInt(20_000) : 1 + random.nextInt(60);
  }

  private void fill(StateMemory memory, int entities, int neighbours) {
    Random random = new Random(SEED);
    Map<Integer, byte[]> expected = new HashMap<>();
    StateBytes scratch = new StateBytes();
    StateBytes bytes = new StateBytes();
    try (StateMap map = new StateMap(memory, 0, neighbours)) {
      assertFalse(map.get(1, scratch, bytes));
      for (int i = 0; i < 3 * entities; i++) {
        int entity = 1 + random.nextInt(entities);
        byte[] state = state(random, size(random));
        expected.put(entity, state);
        map.put(entity, bytes.set(state, 0, state.length));
      }
      map.flush();
      expected.forEach((entity, state) -> {
        assertTrue(map.get(entity, scratch, bytes), "entity " + entity + ", seed " + SEED);
        assertArrayEquals(state, bytes.copy(), "entity " + entity + ", seed " + SEED);
      });
      assertFalse(map.get(entities + 1, scratch, bytes));
      assertEquals(expected.size(), map.size());
    }
  }

  @Test
  void holdsWhatWasPutInMemory() {
    for (int neighbours : new int[] {1, 16}) {
      fill(new StateMemory(folder, 1L << 30), 10_000, neighbours);
    }
    assertFalse(Files.exists(folder.resolve("maps")));
  }

  @Test
  void holdsOneLargeStateAmongSmallOnes() {
    Random random = new Random(SEED);
    StateBytes scratch = new StateBytes();
    StateBytes bytes = new StateBytes();
    // As many sketches as a config may ask for, all of them full.
    for (int size : new int[] {8_191, 8_192, 16_384, 130_000, 540_000}) {
      byte[] large = state(random, size);
      try (StateMap map = new StateMap(new StateMemory(folder, 1L << 30), 0, 16)) {
        for (int entity = 1; entity <= 100; entity++) {
          byte[] state = entity == 50 ? large : state(random, 20);
          map.put(entity, bytes.set(state, 0, state.length));
        }
        map.flush();
        assertTrue(map.get(50, scratch, bytes));
        assertArrayEquals(large, bytes.copy());
        byte[] small = state(random, 5);
        map.put(50, bytes.set(small, 0, small.length));
        map.flush();
        assertTrue(map.get(50, scratch, bytes));
        assertArrayEquals(small, bytes.copy());
      }
    }
  }

  @Test
  void goesToAFileWhereMemoryIsFullAndLeavesNothingBehind() throws IOException {
    Path maps = Files.createDirectory(folder.resolve("maps"));
    Files.write(maps.resolve("left.map"), new byte[10]);
    StateMemory memory = new StateMemory(maps, 1);
    fill(memory, 3_000, 16);
    try (Stream<Path> files = Files.list(maps)) {
      assertEquals(0, files.count());
    }
  }
}
