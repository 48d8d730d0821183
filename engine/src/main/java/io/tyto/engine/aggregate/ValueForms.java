package io.tyto.engine.aggregate;

import io.tyto.model.schema.ColumnType;

/// How values of a column type look in results.
final class ValueForms {
  private ValueForms() {}

  static Accumulator.Form ofLongs(ColumnType.Scalar type) {
    return switch (type) {
      case ColumnType.IntType _, ColumnType.LongType _ -> Accumulator.Form.LONGS;
      case ColumnType.BoolType _,
          ColumnType.DecimalType _,
          ColumnType.TimestampType _,
          ColumnType.DateType _,
          ColumnType.StringType _,
          ColumnType.DoubleType _,
          ColumnType.UuidType _,
          ColumnType.IpType _,
          ColumnType.JsonType _ ->
          Accumulator.Form.OBJECTS;
    };
  }

  /// The value as a number: times in their unit, bools 0 and 1.
  static double toDouble(ColumnType.Scalar type, long value) {
    return type instanceof ColumnType.DecimalType decimal
        ? Decimals.toDouble(value, decimal.scale())
        : value;
  }
}
