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
      }
    }
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
