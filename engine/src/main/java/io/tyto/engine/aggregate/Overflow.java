package io.tyto.engine.aggregate;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.math.BigInteger;

/// The error of a result that its type does not hold, for one column.
///
/// @param coordinate of the column in the API
record Overflow(String column, String coordinate) {
  static Overflow of(TableSchema schema, ColumnSpec column) {
    return new Overflow(
        column.name(), ApiNames.type(schema.config().apiName()) + "." + column.apiName());
  }

  /// Infinity and NaN are no answers, and JSON has neither.
  ///
  /// @param value a result over finite values, which only an overflow makes infinite or NaN
  double refuse(double value, String what) {
    if (!Double.isFinite(value)) {
      throw error(
          "the %s of %s is beyond the range of 64-bit floating point numbers"
              .formatted(what, column));
    }
    return value;
  }

  TytoException beyondLong(BigInteger sum) {
    return error("the sum of %s is %s, beyond 64 bits: ask for sumExact".formatted(column, sum));
  }

  private TytoException error(String message) {
    return new TytoException(ErrorCode.NUMERIC_OVERFLOW, message, coordinate, null);
  }
}
