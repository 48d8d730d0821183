package io.tyto.engine.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LongEncodingTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private static final int[] COUNTS = {1, 2, 63, 1023, 1024, 1025, 5_000};

  static Map<String, IntToLongFunction> shapes() {
    Random random = new Random(SEED);
    Map<String, IntToLongFunction> shapes = new LinkedHashMap<>();
    shapes.put("constant", i -> 42);
    shapes.put("extremes", i -> i % 2 == 0 ? Long.MIN_VALUE : Long.MAX_VALUE);
    shapes.put("any", i -> random.nextLong());
    shapes.put(
        "ascending", i -> 1_700_000_000_000_000L + i * 1_000_000L + random.nextInt(500) * 1000);
    shapes.put("descending", i -> -i * 7L);
    shapes.put("runs", i -> i / 100 * 31L);
    shapes.put("few far apart", i -> Long.rotateLeft(0x1234567890ABL, random.nextInt(9) * 7));
    shapes.put("outliers", i -> random.nextInt(300) == 0 ? random.nextLong() : random.nextInt(100));
    shapes.put("low outliers", i -> random.nextInt(300) == 0 ? Long.MIN_VALUE : 1L << 40);
    for (int width : new int[] {1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 56, 57, 58, 63}) {
      shapes.put(width + " bits", i -> random.nextLong() >>> Long.SIZE - width);
    }
    return shapes;
  }

  @Test
  void everyShapeComesBackInTheSmallestEncoding() {
    shapes().forEach((name, shape) -> roundTrip(null, name, shape));
  }

  @ParameterizedTest
  @EnumSource
  void everyShapeComesBackInEveryEncoding(Encoding encoding) {
    shapes().forEach((name, shape) -> roundTrip(encoding, name, shape));
  }

  /// The layouts that scans count on: else every other test would pass by decoding.
  @Test
  void packedValuesAreTestedAndSummedWhereTheyLie() {
    long[] values = new long[1000];
    Arrays.setAll(values, i -> 7 + i * 31L % 257);
    for (Encoding encoding :
        new Encoding[] {Encoding.PACKED, Encoding.PATCHED, Encoding.RUN_LENGTH}) {
      LongDecoder decoder = open(new LongEncoder(encoding).encode(values, values.length));
      long[] mask = new long[16];
      assertTrue(decoder.retainRange(0, 1000, 10, 20, false, mask), encoding.toString());
      assertTrue(decoder.canSum(), encoding.toString());
    }
    LongDecoder packed = open(new LongEncoder(Encoding.PACKED).encode(values, values.length));
    assertTrue(packed.retainMembers(0, 1000, new long[5], false, new long[16]));
  }

  private static void roundTrip(@Nullable Encoding forced, String name, IntToLongFunction shape) {
    Random random = new Random(SEED);
    LongEncoder encoder = new LongEncoder(forced);
    for (int count : COUNTS) {
      long[] values = new long[count];
      Arrays.setAll(values, shape);
      EncodedValues encoded = encoder.encode(values, count);
      LongDecoder decoder = open(encoded);
      String what = name + " as " + encoded.encoding() + " x " + count + ", seed " + SEED;
      assertRange(values, decoder, 0, count, what);
      for (int i = 0; i < 10; i++) {
        int from = random.nextInt(count);
        assertRange(values, decoder, from, random.nextInt(count - from + 1), what);
        assertQuestions(
            values, open(encoded), from, random.nextInt(count - from + 1), random, what);
      }
    }
  }

  /// What is asked without decoding, or of few values, is what the decoded values would answer.
  private static void assertQuestions(
      long[] values, LongDecoder decoder, int from, int count, Random random, String what) {
    int[] positions = new int[count];
    int selected = 0;
    for (int i = random.nextInt(20); i < count; i += 1 + random.nextInt(20)) {
      positions[selected++] = i;
    }
    long[] few = new long[count];
    int[] fewInts = new int[count];
    decoder.decode(from, positions, selected, few);
    decoder.decode(from, positions, selected, fewInts);
    for (int i = 0; i < selected; i++) {
      assertEquals(values[from + positions[i]], few[positions[i]], what);
      assertEquals((int) values[from + positions[i]], fewInts[positions[i]], what);
    }
    if (decoder.canSum()) {
      long sum = 0;
      for (int i = 0; i < count; i++) {
        sum += values[from + i];
      }
      assertEquals(sum, decoder.sum(from, count), what);
      long[] mask = new long[count / 64 + 1];
      Arrays.setAll(mask, _ -> random.nextLong());
      long some = 0;
      for (int i = 0; i < count; i++) {
        some += isSet(mask, i) ? values[from + i] : 0;
      }
      assertEquals(some, decoder.sum(from, count, mask), what);
    }
    for (int round = 0; round < 4; round++) {
      assertRetains(values, decoder, from, count, random, what);
    }
  }

  private static void assertRetains(
      long[] values, LongDecoder decoder, int from, int count, Random random, String what) {
    long low = round(values, random);
    long high = random.nextBoolean() ? low : round(values, random);
    boolean negated = random.nextBoolean();
    long[] before = new long[(count + 63) / 64];
    Arrays.setAll(before, _ -> random.nextInt(4) == 0 ? 0 : random.nextLong() | random.nextLong());
    long[] mask = before.clone();
    if (decoder.retainRange(from, count, low, high, negated, mask)) {
      for (int i = 0; i < count; i++) {
        boolean isInside = values[from + i] >= low && values[from + i] <= high;
        boolean expected = isSet(before, i) && isInside != negated;
        assertEquals(expected, isSet(mask, i), what + ", " + low + " to " + high + " at " + i);
      }
    }
    long greatest = Arrays.stream(values).max().orElse(0);
    if (Arrays.stream(values).min().orElse(0) < 0 || greatest > 1 << 20) {
      return;
    }
    long[] members = new long[(int) (greatest >>> 6) + 1];
    Arrays.setAll(members, _ -> random.nextLong());
    mask = before.clone();
    if (decoder.retainMembers(from, count, members, negated, mask)) {
      for (int i = 0; i < count; i++) {
        boolean isMember = isSet(members, (int) values[from + i]);
        assertEquals(isSet(before, i) && isMember != negated, isSet(mask, i), what + " at " + i);
      }
    }
  }

  /// One of the values, or one beside it.
  private static long round(long[] values, Random random) {
    return values[random.nextInt(values.length)] + random.nextInt(3) - 1;
  }

  private static boolean isSet(long[] bits, int i) {
    return (bits[i >>> 6] >>> i & 1) != 0;
  }

  static LongDecoder open(EncodedValues encoded) {
    return LongDecoder.open(
        encoded.encoding(), readable(encoded), Math.toIntExact(encoded.values()));
  }

  /// The payload as it lies in a file: with 64 readable bytes behind it.
  static MemorySegment readable(EncodedValues encoded) {
    ByteBuffer payload = encoded.payload();
    return MemorySegment.ofArray(
        Arrays.copyOf(payload.array(), payload.remaining() + Encoding.PARAMETER_BYTES));
  }

  private static void assertRange(
      long[] values, LongDecoder decoder, int from, int count, String what) {
    long[] longs = new long[count];
    decoder.decode(from, count, longs);
    assertEquals(-1, Arrays.mismatch(Arrays.copyOfRange(values, from, from + count), longs), what);
    if (Arrays.stream(longs).allMatch(value -> value == (int) value)) {
      int[] ints = new int[count];
      decoder.decode(from, count, ints);
      for (int i = 0; i < count; i++) {
        assertEquals(longs[i], ints[i], what);
      }
    }
  }

  @Test
  void theSmallestEncodingIsTheExpectedOne() {
    Map<String, Encoding> expected =
        Map.of(
            "constant", Encoding.CONSTANT,
            "extremes", Encoding.PACKED,
            "any", Encoding.PLAIN,
            "ascending", Encoding.DELTA,
            "descending", Encoding.DELTA,
            "runs", Encoding.RUN_LENGTH,
            "few far apart", Encoding.DISTINCT,
            "outliers", Encoding.PATCHED,
            "low outliers", Encoding.PATCHED,
            "9 bits", Encoding.PACKED);
    Map<String, IntToLongFunction> shapes = shapes();
    for (String name : List.copyOf(expected.keySet())) {
      long[] values = new long[50_000];
      Arrays.setAll(values, shapes.get(name));
      EncodedValues encoded = new LongEncoder(null).encode(values, values.length);
      assertEquals(expected.get(name), encoded.encoding(), name);
      assertTrue(encoded.payload().remaining() <= values.length * 8 + 64, name);
    }
  }
}
