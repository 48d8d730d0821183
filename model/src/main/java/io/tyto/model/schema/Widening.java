package io.tyto.model.schema;

import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.DoubleType;
import io.tyto.model.schema.ColumnType.IntType;
import io.tyto.model.schema.ColumnType.LongType;
import io.tyto.model.schema.ColumnType.Scalar;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Types that hold every value of another type exactly, so that a column may change from one to the
/// other while its values stay as they are stored. Thread-safe: no state.
///
/// The whole number behind a value stays the same in all of them: a column never changes its
/// decimal scale.
public final class Widening {
  private static final int INT_DIGITS = 10;
  private static final int LONG_DIGITS = 19;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private Widening() {}

  /// Whether each value of `from` is a value of `to`, and they are not the same type.
  public static boolean isExact(ColumnType from, ColumnType to) {
    return from.isList() == to.isList() && isExact(from.element(), to.element());
  }

  private static boolean isExact(Scalar from, Scalar to) {
    return switch (from) {
      case IntType _ ->
          to instanceof LongType
              || to instanceof DoubleType
              || to instanceof DecimalType(int precision, int scale)
                  && scale == 0
                  && precision >= INT_DIGITS;
      case LongType _ ->
          to instanceof DecimalType(int precision, int scale)
              && scale == 0
              && precision >= LONG_DIGITS;
      case DecimalType(int precision, int scale) ->
          to instanceof DecimalType(int wider, int same) && same == scale && wider > precision;
      case ColumnType.StringType _,
          ColumnType.BoolType _,
          DoubleType _,
          ColumnType.TimestampType _,
          ColumnType.DateType _,
          ColumnType.UuidType _,
          ColumnType.IpType _,
          ColumnType.JsonType _ ->
          false;
    };
  }

  /// The sortable bytes of a wide decimal whose whole number is `value`; see {@link
  /// Values#wideInteger}. Writes 16 bytes.
  public static void putWide(long value, byte[] target, int at) {
    LONGS.set(target, at, value >> (Long.SIZE - 1) ^ Long.MIN_VALUE);
    LONGS.set(target, at + Long.BYTES, value);
  }
}
