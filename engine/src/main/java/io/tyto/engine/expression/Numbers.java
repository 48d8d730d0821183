package io.tyto.engine.expression;

import io.tyto.model.schema.ColumnType.DecimalType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Arithmetic of expressions. A result that its type cannot hold is null, never wrapped, rounded or
/// infinite.
final class Numbers {
  private static final double LONG_LIMIT = 0x1p63;

  private Numbers() {}

  static @Nullable Long add(long a, long b) {
    long sum = a + b;
    return ((a ^ sum) & (b ^ sum)) < 0 ? null : (Long) sum;
  }

  static @Nullable Long subtract(long a, long b) {
    long difference = a - b;
    return ((a ^ b) & (a ^ difference)) < 0 ? null : (Long) difference;
  }

  static @Nullable Long multiply(long a, long b) {
    long low = a * b;
    return Math.multiplyHigh(a, b) == low >> 63 ? (Long) low : null;
  }

  static @Nullable Long mod(long a, long b) {
    return b == 0 ? null : (Long) (a % b);
  }

  static @Nullable Long negate(long a) {
    return a == Long.MIN_VALUE ? null : (Long) (-a);
  }

  static @Nullable Long abs(long a) {
    return a < 0 ? negate(a) : (Long) a;
  }

  /// The double, or null where it is infinite or not a number; -0.0 becomes 0.0.
  static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? (Double) (value + 0.0) : null;
  }

  /// The decimal, or null where it has more digits than the type.
  static @Nullable BigDecimal fitting(BigDecimal value, DecimalType type) {
    BigDecimal scaled = value.setScale(type.scale(), RoundingMode.UNNECESSARY);
    return scaled.precision() > type.precision() ? null : scaled;
  }

  /// A number from outside in the decimal type, or null where it has more digits before or after
  /// the point. Safe for exponents of any size.
  static @Nullable BigDecimal exact(BigDecimal value, DecimalType type) {
    BigDecimal stripped = value.stripTrailingZeros();
    boolean fits =
        stripped.scale() <= type.scale()
            && (long) stripped.precision() - stripped.scale() <= type.precision() - type.scale();
    return fits ? stripped.setScale(type.scale(), RoundingMode.UNNECESSARY) : null;
  }

  /// The double rounded to a whole number, or null outside 64 bits.
  static @Nullable Long whole(double value, RoundingMode mode) {
    double rounded =
        switch (mode) {
          case FLOOR -> Math.floor(value);
          case CEILING -> Math.ceil(value);
          case DOWN -> value < 0 ? Math.ceil(value) : Math.floor(value);
          case HALF_UP -> halfUp(value);
          case UP, HALF_DOWN, HALF_EVEN, UNNECESSARY ->
              throw new IllegalArgumentException("no function rounds " + mode);
        };
    return rounded >= -LONG_LIMIT && rounded < LONG_LIMIT ? (Long) (long) rounded : null;
  }

  /// The double rounded to some fraction digits, as its shortest decimal form reads.
  static @Nullable Double rounded(double value, int digits, RoundingMode mode) {
    return finite(BigDecimal.valueOf(value).setScale(digits, mode).doubleValue());
  }

  /// Half away from zero; adding 0.5 first would be wrong for 0.49999999999999994.
  private static double halfUp(double value) {
    double size = Math.abs(value);
    double floor = Math.floor(size);
    return Math.copySign(size - floor >= 0.5 ? floor + 1 : floor, value);
  }
}
