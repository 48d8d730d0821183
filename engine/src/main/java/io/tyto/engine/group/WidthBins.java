package io.tyto.engine.group;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Bins of one width, counted from 0: bin n is `[n * width, (n + 1) * width)`, reckoned in decimals
/// as people write them, so that 0.3 is in the bin that begins with 0.3 whatever binary fractions
/// make of it. Beyond 2^53 widths from 0 doubles do not tell neighbouring edges apart, so all that
/// lies there is one bin without an outer edge.
///
/// @param width greater than 0, finite
public record WidthBins(double width) {
  private static final long LAST = 1L << 53;
  private static final long FIRST = -LAST - 1;

  /// Further than any rounding of a quotient.
  private static final double DOUBTFUL = 1e-9;

  long number(double value) {
    double quotient = value / width;
    if (!(Math.abs(quotient) < LAST)) {
      return quotient > 0 ? LAST : FIRST;
    }
    boolean isNearEdge =
        Math.abs(quotient - Math.rint(quotient)) <= DOUBTFUL * Math.max(1, Math.abs(quotient));
    // A whole width has the same edges in binary and in decimals, and a floor that is exact.
    return isNearEdge && width != Math.rint(width)
        ? BigDecimal.valueOf(value)
            .divide(BigDecimal.valueOf(width), 0, RoundingMode.FLOOR)
            .longValueExact()
        : (long) Math.floor(quotient);
  }

  /// @param unscaledWidth of the same unit as the value
  static long number(long value, long unscaledWidth) {
    return Math.clamp(Math.floorDiv(value, unscaledWidth), FIRST, LAST);
  }

  /// Where a bin begins, null if it has no lower edge.
  public @Nullable Double from(long number) {
    return edge(number, number == FIRST);
  }

  /// Where a bin ends, null if it has no upper edge.
  public @Nullable Double to(long number) {
    return edge(number + 1, number == LAST);
  }

  private @Nullable Double edge(long number, boolean isOutermost) {
    double edge = BigDecimal.valueOf(width).multiply(BigDecimal.valueOf(number)).doubleValue();
    return isOutermost || Double.isInfinite(edge) ? null : edge;
  }
}
