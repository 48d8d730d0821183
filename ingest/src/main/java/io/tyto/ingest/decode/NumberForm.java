package io.tyto.ingest.decode;

/// How digits become the long of a column, where that takes no more than this: the number times
/// 10^`fraction`, then times 10^`up` or divided by 10^`down` and floored, if it lies in `[min,
/// max]`.
///
/// @param fraction digits that may stand behind a point
record NumberForm(int fraction, int up, int down, long min, long max) {
  /// Digits in all, so that nothing overflows.
  static final int MAX_DIGITS = 18;

  static final int MAX_EXACT_DOUBLE_DIGITS = 15;

  /// Of ten, to {@link #MAX_DIGITS}.
  static final long[] POWERS = powers();

  static NumberForm ofInteger(long min, long max) {
    return new NumberForm(0, 0, 0, min, max);
  }

  static NumberForm ofDecimal(int precision, int scale) {
    long limit = POWERS[precision] - 1;
    return new NumberForm(scale, 0, 0, -limit, limit);
  }

  /// @param digits that the column has more than the text, perhaps fewer than none
  static NumberForm ofEpoch(int digits) {
    return new NumberForm(
        0, Math.max(0, digits), Math.max(0, -digits), Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static long[] powers() {
    long[] powers = new long[MAX_DIGITS + 1];
    powers[0] = 1;
    for (int i = 1; i <= MAX_DIGITS; i++) {
      powers[i] = 10 * powers[i - 1];
    }
    return powers;
  }
}
