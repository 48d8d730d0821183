package io.tyto.engine.filter;

import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// Literals against columns that may be too narrow or too coarse for them: `ms < 12:00:00.0005` and
/// `int < 2^40` have answers too.
final class Literals {
  private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final int WIDE_BITS = 127;

  private Literals() {}

  /// The greatest number of the column's unit at or below the literal.
  ///
  /// @param isExact the literal is that number
  record Floor(BigInteger value, boolean isExact) {
    /// The greatest number below the literal, or at it if `inclusive`.
    BigInteger highest(boolean inclusive) {
      return isExact && !inclusive ? value.subtract(BigInteger.ONE) : value;
    }

    /// A long can be equal to the literal.
    boolean isLong() {
      return isExact && value.bitLength() < Long.SIZE;
    }
  }

  static Floor floor(ColumnType.Scalar type, Object value) {
    return switch (type) {
      case ColumnType.BoolType _ -> new Floor(BigInteger.valueOf((Boolean) value ? 1 : 0), true);
      case ColumnType.IntType _, ColumnType.LongType _ ->
          new Floor(BigInteger.valueOf(((Number) value).longValue()), true);
      case ColumnType.DateType _ ->
          new Floor(BigInteger.valueOf(((LocalDate) value).toEpochDay()), true);
      case ColumnType.TimestampType timestamp -> floor(timestamp, (Instant) value);
      case ColumnType.DecimalType decimal -> {
        BigDecimal scaled = ((BigDecimal) value).movePointRight(decimal.scale());
        BigDecimal floor = scaled.setScale(0, RoundingMode.FLOOR);
        yield new Floor(floor.toBigInteger(), floor.compareTo(scaled) == 0);
      }
      case ColumnType.StringType _,
          ColumnType.DoubleType _,
          ColumnType.UuidType _,
          ColumnType.IpType _,
          ColumnType.JsonType _ ->
          throw new IllegalArgumentException(type + " is not a whole number");
    };
  }

  static Floor floor(ColumnType.TimestampType type, Instant instant) {
    long perSecond = type.unit().perSecond();
    long nanosPerUnit = 1_000_000_000L / perSecond;
    BigInteger units =
        BigInteger.valueOf(instant.getEpochSecond())
            .multiply(BigInteger.valueOf(perSecond))
            .add(BigInteger.valueOf(instant.getNano() / nanosPerUnit));
    return new Floor(units, instant.getNano() % nanosPerUnit == 0);
  }

  /// The test for `[low, high]`, where null is unbounded, cut to what longs can be.
  static ValuePredicate range(
      @Nullable BigInteger low, @Nullable BigInteger high, boolean negated) {
    boolean isEmpty =
        low != null && low.compareTo(LONG_MAX) > 0 || high != null && high.compareTo(LONG_MIN) < 0;
    if (isEmpty) {
      return negated ? new ValuePredicate.NotNull() : new ValuePredicate.Never();
    }
    long from = low == null ? Long.MIN_VALUE : low.max(LONG_MIN).longValueExact();
    long to = high == null ? Long.MAX_VALUE : high.min(LONG_MAX).longValueExact();
    return new NumberPredicates.LongRange(from, to, negated);
  }

  /// The test for wide decimals up to `high`.
  static ValuePredicate wideBelow(BigInteger high, boolean negated) {
    if (high.bitLength() > WIDE_BITS) {
      return high.signum() < 0 == negated
          ? new ValuePredicate.NotNull()
          : new ValuePredicate.Never();
    }
    BytesMatcher matcher = new BytesMatchers.Between(null, false, Values.wideBytes(high), true);
    return new BytesPredicate(matcher, negated);
  }

  /// -0.0 becomes 0.0, as in columns.
  static double number(Object value) {
    return ((Number) value).doubleValue() + 0.0;
  }

  /// The physical bytes, or null where no value of the type equals the literal.
  static byte @Nullable [] exactBytes(ColumnType.Scalar type, Object value) {
    if (type instanceof ColumnType.DecimalType) {
      Floor floor = floor(type, value);
      return floor.isExact() && floor.value().bitLength() <= WIDE_BITS
          ? Values.wideBytes(floor.value())
          : null;
    }
    return Values.toBytes(type, value);
  }
}
