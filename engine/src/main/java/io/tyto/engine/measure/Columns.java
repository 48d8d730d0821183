package io.tyto.engine.measure;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;

/// The columns a query may name, and the errors that name one. Thread-safe: immutable.
public record Columns(TableSchema schema) {
  /// BAD_USER_INPUT where there is none.
  public ColumnSpec require(String name) {
    ColumnSpec column = schema.column(name);
    if (column == null) {
      throw refuse("collection " + schema.name() + " has no column " + name);
    }
    return column;
  }

  public boolean isEventTime(String column) {
    return schema.timeColumn().name().equals(column);
  }

  public static boolean isNumber(ColumnType.Scalar type) {
    return type instanceof ColumnType.IntType
        || type instanceof ColumnType.LongType
        || type instanceof ColumnType.DoubleType
        || type instanceof ColumnType.DecimalType;
  }

  public static boolean isTime(ColumnType.Scalar type) {
    return type instanceof ColumnType.TimestampType || type instanceof ColumnType.DateType;
  }

  /// Coordinate of the column in the API, such as `Recharge.amount`.
  public String coordinate(String column) {
    ColumnSpec spec = schema.column(column);
    return typeName() + "." + (spec == null ? column : spec.apiName());
  }

  public TytoException refuse(String message) {
    return new TytoException(ErrorCode.BAD_USER_INPUT, message, typeName(), null);
  }

  public TytoException refuse(String column, String message) {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT, column + ": " + message, coordinate(column), null);
  }

  private String typeName() {
    return ApiNames.type(schema.config().apiName());
  }
}
