package io.tyto.engine.encoding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DoubleEncodingTest {
  private static final long SEED = Long.getLong("test.seed", 4711);

  private static Map<String, IntToDoubleFunction> shapes() {
    Random random = new Random(SEED);
    Map<String, IntToDoubleFunction> shapes = new LinkedHashMap<>();
    shapes.put("constant", i -> 0.1);
    shapes.put("prices", i -> random.nextInt(100_000) / 100.0);
    shapes.put("prices with outliers", i -> i % 99 == 0 ? Math.PI * i : i / 10.0);
    shapes.put("any", i -> random.nextGaussian());
    shapes.put(
        "extremes",
        i ->
            switch (i % 6) {
              case 0 -> Double.MAX_VALUE;
              case 1 -> -Double.MAX_VALUE;
              case 2 -> Double.MIN_VALUE;
              case 3 -> -0.0;
              case 4 -> 1e-300;
              default -> 0.0;
            });
    shapes.put("whole", i -> i * 1e6);
    return shapes;
  }

  @Test
  void everyBitComesBackInTheSmallestEncoding() {
    shapes().forEach((name, shape) -> roundTrip(null, name, shape));
  }

  @ParameterizedTest
  @EnumSource
  void everyBitComesBackInEveryEncoding(Encoding encoding) {
    shapes().forEach((name, shape) -> roundTrip(encoding, name, shape));
  }

  private static EncodedValues roundTrip(
      @Nullable Encoding forced, String name, IntToDoubleFunction shape) {
    Random random = new Random(SEED);
    double[] values = new double[3_000];
    Arrays.setAll(values, shape);
    EncodedValues encoded = new DoubleEncoder(forced).encode(values, values.length);
    DoubleDecoder decoder =
        DoubleDecoder.open(encoded.encoding(), LongEncodingTest.readable(encoded), values.length);
    for (int i = 0; i < 20; i++) {
      int from = i == 0 ? 0 : random.nextInt(values.length);
      int count = i == 0 ? values.length : random.nextInt(values.length - from + 1);
      double[] target = new double[count];
      decoder.decode(from, count, target);
      for (int k = 0; k < count; k++) {
        assertEquals(
            Double.doubleToRawLongBits(values[from + k]),
            Double.doubleToRawLongBits(target[k]),
            name + " as " + encoded.encoding() + ", seed " + SEED);
      }
    }
    return encoded;
  }

  @Test
  void decimalsAreScaled() {
    Random random = new Random(SEED);
    IntToDoubleFunction prices = i -> random.nextInt(100_000) / 100.0;
    assertEquals(Encoding.SCALED, roundTrip(null, "prices", prices).encoding());
    IntToDoubleFunction any = i -> random.nextGaussian();
    assertEquals(Encoding.PLAIN, roundTrip(null, "any", any).encoding());
  }
}
