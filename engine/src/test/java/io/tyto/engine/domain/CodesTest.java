package io.tyto.engine.domain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Tables give one value one code, whoever asks and when.
class CodesTest {
  private static final int VALUES = 50_000;
  private static final int THREADS = 4;

  @Test
  void threadsAgreeOnLongs() throws Exception {
    LongCodes table = new LongCodes(3);
    List<int[]> codes =
        inThreads(seed -> {
          Random random = new Random(seed);
          int[] mine = new int[VALUES];
          for (int i = 0; i < 3 * VALUES; i++) {
            int value = random.nextInt(VALUES);
            int code = table.intern(value * 1_000_003L);
            assertTrue(mine[value] == 0 || mine[value] == code);
            mine[value] = code;
          }
          return mine;
        });
    int[] all = agreed(codes);
    for (int value = 0; value < VALUES; value++) {
      if (all[value] != 0) {
        assertEquals(value * 1_000_003L, table.value(all[value]));
        assertEquals(all[value], table.find(value * 1_000_003L));
      }
    }
    assertEquals(0, table.find(-1));
    assertEquals(Arrays.stream(all).filter(c -> c != 0).count(), table.size());
  }

  @Test
  void threadsAgreeOnBytes() throws Exception {
    BytesCodes table = new BytesCodes(3);
    List<int[]> codes =
        inThreads(seed -> {
          Random random = new Random(seed);
          int[] mine = new int[VALUES];
          for (int i = 0; i < 3 * VALUES; i++) {
            int value = random.nextInt(VALUES);
            byte[] bytes = bytes(value);
            int code = table.intern(bytes);
            assertTrue(mine[value] == 0 || mine[value] == code);
            mine[value] = code;
          }
          return mine;
        });
    int[] all = agreed(codes);
    for (int value = 0; value < VALUES; value++) {
      if (all[value] != 0) {
        assertArrayEquals(bytes(value), table.value(all[value]));
        assertEquals(all[value], table.find(bytes(value)));
      }
    }
    assertEquals(0, table.find(new byte[] {1}));
    assertEquals(Arrays.stream(all).filter(c -> c != 0).count(), table.size());
  }

  @Test
  void bytesCompareUnsigned() {
    BytesCodes table = new BytesCodes(1);
    int low = table.intern(new byte[] {0x7f});
    int high = table.intern(new byte[] {(byte) 0x80});
    int empty = table.intern(new byte[0]);
    assertTrue(table.compare(low, high) < 0);
    assertTrue(table.compare(empty, low) < 0);
    assertEquals(0, table.compare(high, high));
  }

  @Test
  void largeAndEmptyValuesStandBesideOthers() {
    BytesCodes table = new BytesCodes(1);
    List<byte[]> values = new ArrayList<>();
    for (int length : new int[] {1 << 20, 0, 3, (1 << 20) - 1, 1, 5 << 20, 2, (1 << 21) - 1, 4}) {
      byte[] value = new byte[length];
      Arrays.fill(value, (byte) (values.size() + 1));
      values.add(value);
      assertEquals(values.size(), table.intern(value));
    }
    for (int i = 0; i < values.size(); i++) {
      assertArrayEquals(values.get(i), table.value(i + 1));
      assertEquals(i + 1, table.find(values.get(i)));
    }
  }

  private static byte[] bytes(int value) {
    return (value % 7 == 0 ? "x".repeat(value % 40) + value : "value-" + value)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static int[] agreed(List<int[]> codes) {
    int[] all = new int[VALUES];
    for (int[] mine : codes) {
      for (int value = 0; value < VALUES; value++) {
        if (mine[value] != 0) {
          assertTrue(all[value] == 0 || all[value] == mine[value]);
          all[value] = mine[value];
        }
      }
    }
    return all;
  }

  private interface Work {
    int[] run(int seed);
  }

  private static List<int[]> inThreads(Work work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<int[]>> tasks = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int seed = i;
        tasks.add(() -> work.run(seed));
      }
      List<int[]> results = new ArrayList<>();
      for (Future<int[]> future : threads.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    }
  }
}
