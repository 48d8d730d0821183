package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.measure.ValueOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OrderTest {
  private static final long SEED = Long.getLong("test.seed", 11L);

  @Test
  void theFirstRowsAreThoseOfAFullSort() {
    Random random = new Random(SEED);
    for (int round = 0; round < 500; round++) {
      int size = random.nextInt(300);
      int[] weights = random.ints(size, 0, 50).toArray();
      IntSort.Comparator order =
          (left, right) ->
              weights[left] != weights[right]
                  ? Integer.compare(weights[left], weights[right])
                  : Integer.compare(left, right);
      int[] expected =
          Arrays.stream(RowKeys.identity(size))
              .boxed()
              .sorted(order::compare)
              .mapToInt(Integer::intValue)
              .toArray();
      int count = random.nextInt(size + 2);
      assertArrayEquals(
          Arrays.copyOf(expected, Math.min(count, size)),
          IntSort.first(RowKeys.identity(size), count, order),
          "seed " + SEED + " round " + round);
    }
  }

  @Test
  void stringsCompareAsTheirUtf8Bytes() {
    Random random = new Random(SEED);
    int[] points = {'a', 'b', 0x7f, 0xe9, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff};
    for (int round = 0; round < 5_000; round++) {
      String left = text(random, points);
      String right = text(random, points);
      int expected =
          Arrays.compareUnsigned(
              left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
      assertEquals(
          Integer.signum(expected),
          Integer.signum(ValueOrder.compare(left, right)),
          "seed " + SEED + " round " + round);
    }
  }

  private static String text(Random random, int[] points) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  @Test
  void uuidsCompareUnsigned() {
    UUID high = new UUID(-1, 0);
    UUID low = new UUID(1, 0);
    assertEquals(1, Integer.signum(ValueOrder.compare(high, low)));
  }
}
