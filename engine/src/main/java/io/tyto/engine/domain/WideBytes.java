package io.tyto.engine.domain;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The two words of a wide decimal's 16 sortable bytes, see {@link io.tyto.model.schema.Values}.
public final class WideBytes {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private WideBytes() {}

  public static long high(byte[] data, int at) {
    return (long) LONGS.get(data, at) ^ Long.MIN_VALUE;
  }

  public static long low(byte[] data, int at) {
    return (long) LONGS.get(data, at + Long.BYTES);
  }

  /// The integer of three words in two's complement.
  public static BigInteger integer(long low, long middle, long high) {
    return new BigInteger(
        ByteBuffer.allocate(3 * Long.BYTES).putLong(high).putLong(middle).putLong(low).array());
  }

  public static double toDouble(byte[] data, int at, int scale) {
    long high = high(data, at);
    return new BigDecimal(integer(low(data, at), high, high >> 63), scale).doubleValue();
  }

  /// The wide decimal at a position that is not null.
  public static double toDouble(ColumnVector vector, int position, ColumnType.Scalar type) {
    int scale = type instanceof ColumnType.DecimalType decimal ? decimal.scale() : 0;
    return switch (vector) {
      case ColumnVector.Bytes bytes -> toDouble(bytes.data(), bytes.offsets()[position], scale);
      case ColumnVector.Ordinals coded ->
          toDouble(coded.dictionary().value(coded.values()[position]), 0, scale);
      case ColumnVector.AllNull _,
          ColumnVector.Longs _,
          ColumnVector.Doubles _,
          ColumnVector.Lists _ ->
          throw new IllegalStateException("unexpected " + vector.getClass().getSimpleName());
    };
  }
}
