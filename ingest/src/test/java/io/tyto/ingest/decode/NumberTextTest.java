package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.decode.NumberText.Fit;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberTextTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private final NumberText number = new NumberText();

  @Test
  void agreesWithBigDecimal() {
    Random random = new Random(SEED);
    for (int i = 0; i < 50_000 * SCALE; i++) {
      String text = randomNumber(random);
      String message = text + ", seed " + SEED;
      BigDecimal value = new BigDecimal(text);
      assertTrue(read(text), message);
      int scale = random.nextInt(10);
      checkLong(value, scale, 1 + random.nextInt(19), message);
      checkFloor(value, scale - 4, message);
      checkWide(value, scale, 19 + random.nextInt(20), message);
      double expected = Double.parseDouble(text);
      assertEquals(expected == 0 ? 0.0 : expected, number.toDouble(), message);
    }
  }

  @Test
  void limitsOfLong() {
    assertEquals(Fit.EXACT, fit("9223372036854775807"));
    assertEquals(Long.MAX_VALUE, number.longValue());
    assertEquals(Fit.EXACT, fit("-9223372036854775808"));
    assertEquals(Long.MIN_VALUE, number.longValue());
    assertEquals(Fit.OUT_OF_RANGE, fit("9223372036854775808"));
    assertEquals(Fit.OUT_OF_RANGE, fit("-9223372036854775809"));
    assertEquals(Fit.OUT_OF_RANGE, fit("9999999999999999999"));
    assertEquals(Fit.OUT_OF_RANGE, fit("18446744073709551617"));
    assertEquals(Fit.EXACT, fit("-9.223372036854775808e18"));
    assertEquals(Fit.EXACT, fit("0.00000000000000000000000000000000000000000e99"));
    assertEquals(Fit.TOO_PRECISE, fit("0.5"));
    assertEquals(Fit.EXACT, fit("1.000"));
  }

  @Test
  void hugeExponentsCostNothing() {
    assertTimeout(
        Duration.ofSeconds(1),
        () -> {
          for (String text :
              List.of("1e1000000000", "-1e99999999999999999999999999", "1e-1000000000")) {
            assertTrue(read(text));
            assertTrue(number.toLong(0, 19) != Fit.EXACT);
            assertTrue(number.fitsWide(9, 38) != Fit.EXACT);
          }
          assertTrue(read("1e1000000000"));
          assertEquals(Double.POSITIVE_INFINITY, number.toDouble());
          assertTrue(read("1e-1000000000"));
          assertEquals(0.0, number.toDouble());
          String digits = "9".repeat(1_000_000);
          assertTrue(read(digits));
          assertEquals(Fit.OUT_OF_RANGE, number.toLong(0, 19));
          assertTrue(read("0." + digits));
          assertEquals(1.0, number.toDouble());
          assertTrue(read("0".repeat(1_000_000) + "7"));
          assertEquals(Fit.EXACT, number.toLong(0, 19));
          assertEquals(7, number.longValue());
        });
  }

  @Test
  void zeroHasNoSign() {
    for (String text : List.of("-0", "-0.0", "-0e5", "-1e-400")) {
      assertTrue(read(text));
      assertEquals(0L, Double.doubleToRawLongBits(number.toDouble()), text);
    }
  }

  @Test
  void refusesWhatIsNoDecimal() {
    for (String text :
        List.of(
            "",
            "-",
            "+",
            ".",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "0x10",
            "1f",
            "1d",
            "NaN",
            "Infinity",
            "1,5",
            " 1",
            "1 ",
            "1_000",
            "--1",
            "1e5.0",
            "\u0661")) {
      assertFalse(read(text), text);
    }
    for (String text : List.of("+1", ".5", "5.", "007", "1E5")) {
      assertTrue(read(text), text);
    }
  }

  private void checkLong(BigDecimal value, int scale, int maxDigits, String message) {
    Fit fit = number.toLong(scale, maxDigits);
    BigDecimal scaled = value.scaleByPowerOfTen(scale);
    BigInteger floor = scaled.setScale(0, RoundingMode.DOWN).toBigInteger();
    boolean isExact = scaled.stripTrailingZeros().scale() <= 0;
    boolean fits =
        floor.abs().toString().length() <= maxDigits
            && floor.compareTo(MIN) >= 0
            && floor.compareTo(MAX) <= 0;
    if (isExact && fits) {
      assertEquals(Fit.EXACT, fit, message);
      assertEquals(floor.longValueExact(), number.longValue(), message);
    } else {
      assertTrue(fit != Fit.EXACT, message);
      assertTrue(fit != Fit.TOO_PRECISE || !isExact, message);
    }
  }

  private void checkFloor(BigDecimal value, int scale, String message) {
    BigInteger floor =
        value.scaleByPowerOfTen(scale).setScale(0, RoundingMode.FLOOR).toBigInteger();
    Fit fit = number.toFloorLong(scale);
    if (floor.compareTo(MIN) >= 0 && floor.compareTo(MAX) <= 0) {
      assertEquals(Fit.EXACT, fit, message);
      assertEquals(floor.longValueExact(), number.longValue(), message);
    } else {
      assertEquals(Fit.OUT_OF_RANGE, fit, message);
    }
  }

  private void checkWide(BigDecimal value, int scale, int maxDigits, String message) {
    BigDecimal scaled = value.scaleByPowerOfTen(scale).stripTrailingZeros();
    Fit fit = number.fitsWide(scale, maxDigits);
    if (value.signum() == 0
        || scaled.scale() <= 0 && scaled.toBigInteger().abs().toString().length() <= maxDigits) {
      assertEquals(Fit.EXACT, fit, message);
      assertEquals(scaled.toBigInteger(), number.toWide(scale), message);
    } else {
      assertTrue(fit != Fit.EXACT, message);
    }
  }

  private Fit fit(String text) {
    assertTrue(read(text));
    return number.toLong(0, 19);
  }

  private boolean read(String text) {
    // Not at the start of the array, so that a slip in positions shows.
    byte[] data = utf8("77" + text + "77");
    return number.read(data, 2, data.length - 2);
  }

  private static String randomNumber(Random random) {
    StringBuilder text = new StringBuilder(random.nextInt(3) == 0 ? "-" : "");
    int digits = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 12);
    int point = random.nextBoolean() ? 1 + random.nextInt(digits) : digits;
    for (int i = 0; i < digits; i++) {
      text.append(i == point ? "." : "");
      text.append((char) ('0' + (random.nextInt(3) == 0 ? 0 : random.nextInt(10))));
    }
    if (random.nextInt(3) == 0) {
      text.append("eE".charAt(random.nextInt(2))).append(random.nextInt(50) - 25);
    }
    return text.toString();
  }
}
