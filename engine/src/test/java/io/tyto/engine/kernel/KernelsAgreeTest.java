package io.tyto.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The Vector API kernels give the same bits as their plain twins.
class KernelsAgreeTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int ROUNDS = 3000 * Integer.getInteger("test.scale", 1);

  private final Random random = new Random(SEED);
  private final Kernels plain = Kernels.scalar();
  private final Kernels vector = new VectorKernels();

  private long edgyLong() {
    return switch (random.nextInt(8)) {
      case 0 -> Long.MAX_VALUE;
      case 1 -> Long.MIN_VALUE;
      case 2 -> 0;
      case 3 -> random.nextLong();
      default -> random.nextInt(21) - 10;
    };
  }

  private double edgyDouble() {
    return switch (random.nextInt(9)) {
      case 0 -> Double.NaN;
      case 1 -> -0.0;
      case 2 -> Double.POSITIVE_INFINITY;
      case 3 -> Double.NEGATIVE_INFINITY;
      case 4 -> Double.MIN_VALUE;
      default -> random.nextInt(21) - 10;
    };
  }

  private int length() {
    return random.nextInt(10) == 0 ? 4096 : random.nextInt(300);
  }

  private long[] mask(int count) {
    long[] mask = new long[(count + 63) / 64 + 1];
    Arrays.setAll(
        mask, _ -> random.nextInt(4) == 0 ? 0 : ~(random.nextLong() & 0x1111111111111111L));
    return mask;
  }

  @Test
  void onRangesOfLongs() {
    for (int round = 0; round < ROUNDS; round++) {
      int count = length();
      long[] values = new long[count];
      Arrays.setAll(values, _ -> edgyLong());
      long low = edgyLong();
      long high = edgyLong();
      boolean negated = random.nextBoolean();
      long[] expected = mask(count);
      long[] actual = expected.clone();
      long[] before = expected.clone();
      plain.retainRange(values, count, low, high, negated, expected);
      vector.retainRange(values, count, low, high, negated, actual);
      assertSame(expected, actual, count, "seed " + SEED + ", round " + round);
      for (int i = 0; i < count; i++) {
        boolean inside = values[i] >= low && values[i] <= high;
        assertEquals(get(before, i) && inside != negated, get(actual, i));
      }
    }
  }

  @Test
  void onFindingBytes() {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] data = new byte[random.nextInt(300)];
      for (int i = 0; i < data.length; i++) {
        data[i] = (byte) random.nextInt(3);
      }
      byte[] needle = new byte[1 + random.nextInt(9)];
      for (int i = 0; i < needle.length; i++) {
        needle[i] = (byte) random.nextInt(3);
      }
      int from = random.nextInt(data.length + 1);
      int to = from + random.nextInt(data.length - from + 1);
      int expected = -1;
      for (int at = to - needle.length; at >= from; at--) {
        if (Arrays.equals(needle, 0, needle.length, data, at, at + needle.length)) {
          expected = at;
        }
      }
      String what = "seed " + SEED + ", round " + round;
      assertEquals(expected, plain.indexOf(needle, data, from, to), what);
      assertEquals(expected, vector.indexOf(needle, data, from, to), what);
    }
  }

  @Test
  void onRangesOfDoubles() {
    for (int round = 0; round < ROUNDS; round++) {
      int count = length();
      double[] values = new double[count];
      Arrays.setAll(values, _ -> edgyDouble());
      double low = edgyDouble();
      double high = edgyDouble();
      boolean negated = random.nextBoolean();
      long[] expected = mask(count);
      long[] actual = expected.clone();
      plain.retainRange(values, count, low, high, negated, expected);
      vector.retainRange(values, count, low, high, negated, actual);
      assertSame(expected, actual, count, "seed " + SEED + ", round " + round);
    }
  }

  @Test
  void onRangesAndSetsOfOrdinals() {
    for (int round = 0; round < ROUNDS; round++) {
      int count = length();
      int[] values = new int[count];
      Arrays.setAll(values, _ -> random.nextInt(200));
      boolean negated = random.nextBoolean();
      int low = random.nextInt(200);
      int high = random.nextInt(200);
      long[] expected = mask(count);
      long[] actual = expected.clone();
      plain.retainRange(values, count, low, high, negated, expected);
      vector.retainRange(values, count, low, high, negated, actual);
      assertSame(expected, actual, count, "seed " + SEED + ", round " + round);
      long[] members = {random.nextLong(), random.nextLong(), 0, -1L};
      plain.retainMembers(values, count, members, negated, expected);
      vector.retainMembers(values, count, members, negated, actual);
      assertSame(expected, actual, count, "seed " + SEED + ", round " + round);
      int[] found = new int[count + 64];
      int[] foundByVector = new int[count + 64];
      int n = plain.positions(expected, count, found);
      assertEquals(n, vector.positions(expected, count, foundByVector));
      for (int i = 0; i < n; i++) {
        assertEquals(found[i], foundByVector[i]);
      }
    }
  }

  @Test
  void onSumsAndExtremes() {
    for (int round = 0; round < ROUNDS; round++) {
      int count = 1 + length();
      long[] values = new long[count];
      Arrays.setAll(values, _ -> edgyLong());
      long[] expected = new long[2];
      long[] actual = new long[2];
      plain.sum(values, count, expected);
      vector.sum(values, count, actual);
      assertArrayEquals(expected, actual, "seed " + SEED + ", round " + round);
      assertEquals(plain.min(values, count), vector.min(values, count));
      assertEquals(plain.max(values, count), vector.max(values, count));
      assertEquals(Arrays.stream(values).min().orElseThrow(), plain.min(values, count));
      assertEquals(Arrays.stream(values).max().orElseThrow(), plain.max(values, count));
    }
  }

  private static boolean get(long[] mask, int i) {
    return (mask[i / 64] >>> i & 1) != 0;
  }

  /// Bits from `count` on are nobody's concern.
  private static void assertSame(long[] expected, long[] actual, int count, String what) {
    for (int i = 0; i < count; i++) {
      assertEquals(get(expected, i), get(actual, i), what);
    }
  }

  @Test
  void countLines() {
    for (int round = 0; round < 300; round++) {
      byte[] data = new byte[1 + random.nextInt(500)];
      for (int i = 0; i < data.length; i++) {
        boolean isBreak = random.nextInt(20) == 0 && (i == 0 || data[i - 1] != '\n');
        data[i] = (byte) (isBreak ? '\n' : '!' + random.nextInt(60));
      }
      if (round % 3 == 0) {
        data[random.nextInt(data.length)] = (byte) " \n\r\u00e4".charAt(random.nextInt(4));
      }
      int from = random.nextInt(data.length);
      int to = from + random.nextInt(data.length - from);
      int expected = 0;
      for (int i = from; i < to && expected >= 0; i++) {
        expected = data[i] != '\n' ? expected : data[i + 1] <= ' ' ? -1 : expected + 1;
      }
      assertEquals(expected, plain.countLines(data, from, to));
      assertEquals(expected, vector.countLines(data, from, to));
    }
  }
}
