package io.tyto.engine.measure;

import io.tyto.model.query.Measure;
import io.tyto.model.schema.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the values of a measure look like.
///
/// @param zero what gap fill writes for zero; null where the values are no numbers
/// @param isNumeric has a number in orders, having and ratios
public record MeasureShape(Kind kind, @Nullable Object zero, boolean isNumeric) {
  public enum Kind {
    LONG,
    DOUBLE,
    OBJECT
  }

  public static final MeasureShape LONG = new MeasureShape(Kind.LONG, 0L, true);
  public static final MeasureShape DOUBLE = new MeasureShape(Kind.DOUBLE, 0.0, true);

  /// Values with an order but no arithmetic.
  public static final MeasureShape PLAIN = new MeasureShape(Kind.OBJECT, null, false);

  public static final MeasureShape TOP = new MeasureShape(Kind.OBJECT, List.of(), false);

  /// Whether rows can be ordered by the values.
  public boolean hasOrder() {
    return isNumeric || zero == null;
  }

  public static MeasureShape decimal(int scale) {
    return new MeasureShape(Kind.OBJECT, new BigDecimal(BigInteger.ZERO, scale), true);
  }

  public static MeasureShape quantiles(Measure.Quantiles quantiles) {
    int count = quantiles.qs().size();
    return new MeasureShape(Kind.OBJECT, Collections.nCopies(count, 0.0), count == 1);
  }

  /// The shape of a column's own values.
  public static MeasureShape of(ColumnType.Scalar type) {
    return switch (type) {
      case ColumnType.IntType _, ColumnType.LongType _ -> LONG;
      case ColumnType.DoubleType _ -> DOUBLE;
      case ColumnType.DecimalType decimal -> decimal(decimal.scale());
      case ColumnType.StringType _,
          ColumnType.BoolType _,
          ColumnType.TimestampType _,
          ColumnType.DateType _,
          ColumnType.UuidType _,
          ColumnType.IpType _,
          ColumnType.JsonType _ ->
          PLAIN;
    };
  }
}
