package io.tyto.ingest.decode;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/// A decimal number as text, brought into exact form without ever building more digits than its
/// column holds: `1e1000000000` costs as little as `1`.
///
/// The value is ±D * 10^exponent, where D has `digits` significant digits, neither leading nor
/// trailing zeros among them. Reused from value to value by one thread.
final class NumberText {

  /// How a number meets a column's range and scale.
  enum Fit {
    EXACT,
    OUT_OF_RANGE,
    TOO_PRECISE
  }

  static final int MAX_LONG_DIGITS = 19;
  private static final int MAX_EXACT_DOUBLE_DIGITS = 15;
  private static final long EXPONENT_LIMIT = 1L << 40;
  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  private byte[] data = {};
  private int from;
  private int to;
  private boolean isNegative;

  /// Position of the first significant digit; the digits may have a point among them.
  private int first;

  private int digits;
  private long exponent;
  private long longValue;

  /// Reads `[+-] digits [. digits] [e [+-] digits]`, a digit on either side of the point being
  /// enough; false where the text is no number. `data` must stay unchanged while results are taken.
  boolean read(byte[] data, int from, int to) {
    this.data = data;
    this.from = from;
    this.to = to;
    int position = from;
    isNegative = position < to && data[position] == '-';
    if (position < to && (data[position] == '-' || data[position] == '+')) {
      position++;
    }
    int significant = 0;
    long fractionDigits = 0;
    boolean hasDigit = false;
    boolean hasPoint = false;
    digits = 0;
    for (; position < to; position++) {
      byte c = data[position];
      if (c >= '0' && c <= '9') {
        hasDigit = true;
        fractionDigits += hasPoint ? 1 : 0;
        if (c != '0' || significant > 0) {
          first = significant == 0 ? position : first;
          significant++;
          digits = c == '0' ? digits : significant;
        }
      } else if (c == '.' && !hasPoint) {
        hasPoint = true;
      } else {
        break;
      }
    }
    exponent = significant - digits - fractionDigits;
    return hasDigit && (position == to || readExponent(position));
  }

  private boolean readExponent(int at) {
    int position = at;
    if (data[position] != 'e' && data[position] != 'E') {
      return false;
    }
    position++;
    boolean isNegativeExponent = position < to && data[position] == '-';
    if (position < to && (data[position] == '-' || data[position] == '+')) {
      position++;
    }
    if (position == to) {
      return false;
    }
    long value = 0;
    for (; position < to; position++) {
      byte c = data[position];
      if (c < '0' || c > '9') {
        return false;
      }
      value = Math.min(value * 10 + (c - '0'), EXPONENT_LIMIT);
    }
    exponent += isNegativeExponent ? -value : value;
    return true;
  }

  /// Makes {@link #longValue} the number times 10^scale, of at most `maxDigits` digits.
  Fit toLong(int scale, int maxDigits) {
    longValue = 0;
    if (digits == 0) {
      return Fit.EXACT;
    }
    long shift = exponent + scale;
    if (digits + shift > Math.min(maxDigits, MAX_LONG_DIGITS)) {
      return Fit.OUT_OF_RANGE;
    }
    if (shift < 0) {
      return Fit.TOO_PRECISE;
    }
    return signed(magnitude(digits, (int) shift));
  }

  /// Makes {@link #longValue} the number times 10^scale, rounded towards negative infinity.
  Fit toFloorLong(int scale) {
    longValue = 0;
    long shift = exponent + scale;
    if (digits == 0 || shift >= 0) {
      return toLong(scale, MAX_LONG_DIGITS);
    }
    long kept = digits + shift;
    if (kept > MAX_LONG_DIGITS) {
      return Fit.OUT_OF_RANGE;
    }
    // The digits cut off are never all zero, so a negative number floors to the next lower one.
    long magnitude = kept <= 0 ? 0 : magnitude((int) kept, 0);
    return signed(isNegative ? magnitude + 1 : magnitude);
  }

  /// The number times 10^scale; only after {@link #toLong} or this said so of fewer digits.
  Fit fitsWide(int scale, int maxDigits) {
    long shift = exponent + scale;
    if (digits > 0 && digits + shift > maxDigits) {
      return Fit.OUT_OF_RANGE;
    }
    return digits > 0 && shift < 0 ? Fit.TOO_PRECISE : Fit.EXACT;
  }

  /// The number times 10^scale, after {@link #fitsWide} found it exact.
  BigInteger toWide(int scale) {
    if (digits == 0) {
      return BigInteger.ZERO;
    }
    StringBuilder text = new StringBuilder(isNegative ? "-" : "");
    int taken = 0;
    for (int i = first; taken < digits; i++) {
      if (data[i] != '.') {
        text.append((char) data[i]);
        taken++;
      }
    }
    return new BigInteger(text.repeat('0', (int) (exponent + scale)).toString());
  }

  /// The nearest double; infinite where the number is beyond its range. Never -0.0.
  double toDouble() {
    if (digits == 0) {
      return 0.0;
    }
    if (digits <= MAX_EXACT_DOUBLE_DIGITS && Math.abs(exponent) < POWERS_OF_TEN.length) {
      // Both operands are exact, so the one operation rounds correctly.
      double magnitude = magnitude(digits, 0);
      double power = POWERS_OF_TEN[(int) Math.abs(exponent)];
      double value = exponent < 0 ? magnitude / power : magnitude * power;
      return isNegative ? -value : value;
    }
    double value =
        Double.parseDouble(new String(data, from, to - from, StandardCharsets.ISO_8859_1));
    return value == 0 ? 0.0 : value;
  }

  long longValue() {
    return longValue;
  }

  /// The first `count` digits and `zeros` zeros, 19 in all at most: always within an unsigned long.
  private long magnitude(int count, int zeros) {
    long value = 0;
    int taken = 0;
    for (int i = first; taken < count; i++) {
      if (data[i] != '.') {
        value = value * 10 + (data[i] - '0');
        taken++;
      }
    }
    for (int i = 0; i < zeros; i++) {
      value *= 10;
    }
    return value;
  }

  private Fit signed(long magnitude) {
    longValue = isNegative ? -magnitude : magnitude;
    boolean fits = isNegative ? longValue <= 0 : longValue >= 0;
    return fits ? Fit.EXACT : Fit.OUT_OF_RANGE;
  }
}
