package io.tyto.engine.aggregate;

import java.math.BigDecimal;

/// Decimals as doubles.
final class Decimals {
  /// Powers of ten that are exact as doubles.
  private static final double[] POWERS = new double[23];

  static {
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  private static final long EXACT = 1L << 53;

  private Decimals() {}

  /// The double nearest to `unscaled / 10^scale`.
  static double toDouble(long unscaled, int scale) {
    if (scale == 0) {
      return unscaled;
    }
    // Both operands exact: one division, one rounding.
    return Math.abs(unscaled) <= EXACT && scale < POWERS.length && unscaled != Long.MIN_VALUE
        ? unscaled / POWERS[scale]
        : BigDecimal.valueOf(unscaled, scale).doubleValue();
  }
}
