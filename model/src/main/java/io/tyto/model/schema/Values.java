package io.tyto.model.schema;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.UUID;

/// Converts between logical values and their physical form.
///
/// Logical values are: string, json -> String; bool -> Boolean; int, long -> Long; double ->
/// Double; decimal -> BigDecimal with the column's scale; timestamp -> Instant; date -> LocalDate;
/// uuid -> UUID; ip -> InetAddress. Thread-safe: no state.
public final class Values {
  private static final int WIDE_BYTES = 16;

  private Values() {}

  /// The physical long of a logical value of a type whose physical form is LONG.
  ///
  /// Throws ArithmeticException when the value does not fit (range, or more fraction digits than
  /// the decimal's scale).
  public static long toLong(ColumnType.Scalar type, Object value) {
    return switch (type) {
      case ColumnType.BoolType _ -> ((Boolean) value) ? 1 : 0;
      case ColumnType.IntType _ -> Math.toIntExact(((Number) value).longValue());
      case ColumnType.LongType _ -> ((Number) value).longValue();
      case ColumnType.DecimalType decimal -> unscaled(decimal, (BigDecimal) value).longValueExact();
      case ColumnType.TimestampType timestamp -> timestamp.unit().fromInstant((Instant) value);
      case ColumnType.DateType _ -> ((LocalDate) value).toEpochDay();
      case ColumnType.StringType _,
          ColumnType.DoubleType _,
          ColumnType.UuidType _,
          ColumnType.IpType _,
          ColumnType.JsonType _ ->
          throw new IllegalArgumentException(type + " is not held as a long");
    };
  }

  /// The physical bytes of a logical value of a type whose physical form is BYTES.
  public static byte[] toBytes(ColumnType.Scalar type, Object value) {
    return switch (type) {
      case ColumnType.StringType _, ColumnType.JsonType _ ->
          ((String) value).getBytes(StandardCharsets.UTF_8);
      case ColumnType.UuidType _ -> {
        UUID uuid = (UUID) value;
        yield ByteBuffer.allocate(WIDE_BYTES)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .array();
      }
      case ColumnType.IpType _ -> ipBytes((InetAddress) value);
      case ColumnType.DecimalType decimal -> wideBytes(unscaled(decimal, (BigDecimal) value));
      case ColumnType.BoolType _,
          ColumnType.IntType _,
          ColumnType.LongType _,
          ColumnType.DoubleType _,
          ColumnType.TimestampType _,
          ColumnType.DateType _ ->
          throw new IllegalArgumentException(type + " is not held as bytes");
    };
  }

  /// The logical value of a physical long.
  public static Object fromLong(ColumnType.Scalar type, long value) {
    return switch (type) {
      case ColumnType.BoolType _ -> value != 0;
      case ColumnType.IntType _, ColumnType.LongType _ -> value;
      case ColumnType.DecimalType decimal -> BigDecimal.valueOf(value, decimal.scale());
      case ColumnType.TimestampType timestamp -> timestamp.unit().toInstant(value);
      case ColumnType.DateType _ -> LocalDate.ofEpochDay(value);
      case ColumnType.StringType _,
          ColumnType.DoubleType _,
          ColumnType.UuidType _,
          ColumnType.IpType _,
          ColumnType.JsonType _ ->
          throw new IllegalArgumentException(type + " is not held as a long");
    };
  }

  /// The logical value of physical bytes.
  public static Object fromBytes(ColumnType.Scalar type, byte[] value) {
    return switch (type) {
      case ColumnType.StringType _, ColumnType.JsonType _ ->
          new String(value, StandardCharsets.UTF_8);
      case ColumnType.UuidType _ -> {
        ByteBuffer buffer = ByteBuffer.wrap(value);
        yield new UUID(buffer.getLong(), buffer.getLong());
      }
      case ColumnType.IpType _ -> ipAddress(value);
      case ColumnType.DecimalType decimal -> new BigDecimal(wideInteger(value), decimal.scale());
      case ColumnType.BoolType _,
          ColumnType.IntType _,
          ColumnType.LongType _,
          ColumnType.DoubleType _,
          ColumnType.TimestampType _,
          ColumnType.DateType _ ->
          throw new IllegalArgumentException(type + " is not held as bytes");
    };
  }

  /// The integer behind the 16 sortable bytes of a wide decimal: big-endian two's complement with
  /// the sign bit flipped, so that unsigned byte order is numeric order.
  public static BigInteger wideInteger(byte[] value) {
    byte[] copy = value.clone();
    copy[0] ^= (byte) 0x80;
    return new BigInteger(copy);
  }

  /// Inverse of {@link #wideInteger}; ArithmeticException beyond 128 bits.
  public static byte[] wideBytes(BigInteger value) {
    if (value.bitLength() > 127) {
      throw new ArithmeticException("decimal beyond 128 bits");
    }
    byte[] bytes = new byte[WIDE_BYTES];
    byte[] magnitude = value.toByteArray();
    Arrays.fill(bytes, (byte) (value.signum() < 0 ? 0xff : 0));
    System.arraycopy(magnitude, 0, bytes, WIDE_BYTES - magnitude.length, magnitude.length);
    bytes[0] ^= (byte) 0x80;
    return bytes;
  }

  private static BigInteger unscaled(ColumnType.DecimalType type, BigDecimal value) {
    BigInteger unscaled = value.setScale(type.scale()).unscaledValue();
    if (new BigDecimal(unscaled).precision() > type.precision()) {
      throw new ArithmeticException(value + " has more digits than " + type);
    }
    return unscaled;
  }

  private static byte[] ipBytes(InetAddress address) {
    byte[] raw = address.getAddress();
    if (raw.length == WIDE_BYTES) {
      return raw;
    }
    byte[] mapped = new byte[WIDE_BYTES];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    System.arraycopy(raw, 0, mapped, 12, 4);
    return mapped;
  }

  private static InetAddress ipAddress(byte[] value) {
    try {
      return InetAddress.getByAddress(value);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an ip value has " + value.length + " bytes, not 16", e);
    }
  }
}
