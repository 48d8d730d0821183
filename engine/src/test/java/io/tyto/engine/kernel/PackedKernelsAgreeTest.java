package io.tyto.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The Vector API kernels over packed values give the same bits as their plain twins, which give
/// those of the values one by one.
class PackedKernelsAgreeTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int ROUNDS = 40 * Integer.getInteger("test.scale", 1);

  private final Random random = new Random(SEED);
  private final PackedKernels plain = PackedKernels.scalar();
  private final PackedKernels vector = new VectorPackedKernels();

  private interface Round {
    void of(PackedValues values, int from, int count, String what);
  }

  /// Every width, with much or little slack behind the values, from anywhere in them.
  private void forEachWidth(Round round) {
    for (int width = 1; width <= Long.SIZE; width++) {
      if (width > PackedValues.MAX_SHIFTED_WIDTH && width < Long.SIZE) {
        continue;
      }
      for (int i = 0; i < ROUNDS; i++) {
        int rows = 1 + random.nextInt(random.nextInt(8) == 0 ? 4096 : 400);
        int start = random.nextInt(70);
        byte[] bytes =
            new byte[start + (rows * width + 7) / 8 + (random.nextBoolean() ? 64 : Long.BYTES)];
        random.nextBytes(bytes);
        PackedValues values = new PackedValues(MemorySegment.ofArray(bytes), start, width);
        int from = random.nextBoolean() ? 0 : random.nextInt(rows);
        int count = random.nextInt(rows - from + 1);
        round.of(
            values, from, count, "width " + width + ", " + from + " + " + count + ", seed " + SEED);
      }
    }
  }

  @Test
  void onUnpacking() {
    forEachWidth((values, from, count, what) -> {
      long base = random.nextLong();
      long[] expected = new long[count];
      Arrays.setAll(expected, i -> base + values.get(from + i));
      for (PackedKernels kernels : new PackedKernels[] {plain, vector}) {
        long[] longs = new long[count];
        kernels.unpack(values, from, count, base, longs);
        assertArrayEquals(expected, longs, what);
        int[] ints = new int[count];
        kernels.unpack(values, from, count, ints);
        for (int i = 0; i < count; i++) {
          assertEquals((int) (expected[i] - base), ints[i], what);
        }
      }
    });
  }

  @Test
  void onSums() {
    forEachWidth((values, from, count, what) -> {
      long expected = 0;
      for (int i = 0; i < count; i++) {
        expected += values.get(from + i);
      }
      assertEquals(expected, plain.sum(values, from, count), what);
      assertEquals(expected, vector.sum(values, from, count), what);
    });
  }

  @Test
  void onRanges() {
    forEachWidth((values, from, count, what) -> {
      if (values.width() == Long.SIZE || count == 0) {
        return;
      }
      long one = values.get(from + random.nextInt(count));
      long other = random.nextBoolean() ? one : values.get(from + random.nextInt(count));
      long low = Math.min(one, other);
      long high = Math.max(one, other);
      boolean negated = random.nextBoolean();
      long[] before = mask(count);
      long[] expected = before.clone();
      for (int i = 0; i < count; i++) {
        long value = values.get(from + i);
        if ((value >= low && value <= high) == negated) {
          expected[i >>> 6] &= ~(1L << i);
        }
      }
      for (PackedKernels kernels : new PackedKernels[] {plain, vector}) {
        long[] mask = before.clone();
        kernels.retainRange(values, from, count, low, high, negated, mask);
        assertSame(expected, mask, count, what);
      }
    });
  }

  @Test
  void onMembers() {
    forEachWidth((values, from, count, what) -> {
      if (values.width() > 14) {
        return;
      }
      long[] members = new long[((1 << values.width()) >>> 6) + 1];
      Arrays.setAll(members, _ -> random.nextLong());
      boolean negated = random.nextBoolean();
      long[] before = mask(count);
      long[] expected = before.clone();
      for (int i = 0; i < count; i++) {
        int value = (int) values.get(from + i);
        if (((members[value >>> 6] >>> value & 1) != 0) == negated) {
          expected[i >>> 6] &= ~(1L << i);
        }
      }
      for (PackedKernels kernels : new PackedKernels[] {plain, vector}) {
        long[] mask = before.clone();
        kernels.retainMembers(values, from, count, members, negated, mask);
        assertSame(expected, mask, count, what);
      }
    });
  }

  private long[] mask(int count) {
    long[] mask = new long[(count + 63) / 64 + 1];
    Arrays.setAll(
        mask, _ -> random.nextInt(4) == 0 ? 0 : ~(random.nextLong() & 0x1111111111111111L));
    return mask;
  }

  private static void assertSame(long[] expected, long[] actual, int count, String what) {
    for (int i = 0; i < count; i++) {
      assertEquals(expected[i >>> 6] >>> i & 1, actual[i >>> 6] >>> i & 1, what + ", at " + i);
    }
  }
}
