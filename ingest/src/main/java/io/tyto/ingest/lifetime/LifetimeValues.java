package io.tyto.ingest.lifetime;

import io.tyto.engine.row.Row;
import io.tyto.engine.state.StateRecord;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.EntityService.Kept;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The state of an entity as the measures of a config. Thread-safe: no state.
public final class LifetimeValues {
  private LifetimeValues() {}

  /// NUMERIC_OVERFLOW where a sum of integers leaves 64 bits, or one of doubles their range.
  public static Kept of(TableSchema schema, StateRecord state) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    Set<String> pending = new LinkedHashSet<>();
    for (Lifetime.Measure measure : schema.config().lifetime().measures()) {
      int element = state.layout().indexOf(LifetimeLayouts.element(schema, measure));
      if (element < 0) {
        pending.add(measure.name());
      } else {
        values.put(measure.name(), value(schema, measure, state.value(element)));
      }
    }
    return new Kept(values, pending);
  }

  /// Sets a cell to the value of a measure, in the form in which columns store it; to null where a
  /// sum of integers leaves 64 bits, or a sum of doubles their range.
  ///
  /// @param of type of the column that is measured; null: events are counted
  static void put(
      Lifetime.Measure measure,
      @Nullable ColumnType of,
      @Nullable Object physical,
      Row row,
      int position) {
    switch (measure.function()) {
      case COUNT, DISTINCT -> row.setLong(position, physical == null ? 0 : (long) physical);
      case AVG -> {
        if (physical instanceof Double unscaled && Double.isFinite(unscaled) && of != null) {
          row.setDouble(position, mean(of, unscaled));
        } else {
          row.setNull(position);
        }
      }
      case SUM, MIN, MAX, FIRST, LAST -> {
        switch (physical) {
          case null -> row.setNull(position);
          case Long number -> row.setLong(position, number);
          case Double number when Double.isFinite(number) -> row.setDouble(position, number);
          case Double _ -> row.setNull(position);
          case byte[] bytes -> row.setBytes(position, bytes);
          case BigInteger sum -> putSum(measure.type(of), sum, row, position);
          default -> throw new IllegalStateException("states hold no " + physical.getClass());
        }
      }
    }
  }

  private static void putSum(ColumnType type, BigInteger sum, Row row, int position) {
    if (type instanceof ColumnType.DecimalType decimal) {
      row.setBytes(position, Values.toBytes(decimal, new BigDecimal(sum, decimal.scale())));
    } else if (sum.bitLength() < Long.SIZE) {
      row.setLong(position, sum.longValue());
    } else {
      row.setNull(position);
    }
  }

  private static @Nullable Object value(
      TableSchema schema, Lifetime.Measure measure, @Nullable Object physical) {
    if (physical == null) {
      return switch (measure.function()) {
        case COUNT, DISTINCT -> 0L;
        case SUM, AVG, MIN, MAX, FIRST, LAST -> null;
      };
    }
    ColumnSpec column = measure.column() == null ? null : schema.column(measure.column());
    if (column == null) {
      return physical;
    }
    return switch (measure.function()) {
      case COUNT, DISTINCT -> physical;
      case SUM ->
          physical instanceof BigInteger sum
              ? sum(measure, column.type(), sum)
              : finite(measure, (double) physical);
      case AVG -> mean(column.type(), finite(measure, (double) physical));
      case MIN, MAX, FIRST, LAST -> single(column.type().element(), physical);
    };
  }

  private static Object sum(Lifetime.Measure measure, ColumnType type, BigInteger sum) {
    if (type instanceof ColumnType.DecimalType decimal) {
      return new BigDecimal(sum, decimal.scale());
    }
    if (sum.bitLength() >= Long.SIZE) {
      throw new TytoException(
          ErrorCode.NUMERIC_OVERFLOW,
          "%s, %s, leaves 64 bits: %s".formatted(measure.name(), measure.text(), sum));
    }
    return sum.longValue();
  }

  private static double finite(Lifetime.Measure measure, double value) {
    if (!Double.isFinite(value)) {
      throw new TytoException(
          ErrorCode.NUMERIC_OVERFLOW,
          "%s, %s, leaves the range of doubles".formatted(measure.name(), measure.text()));
    }
    return value;
  }

  private static double mean(ColumnType type, double unscaled) {
    return type instanceof ColumnType.DecimalType decimal
        ? unscaled / Math.pow(10, decimal.scale())
        : unscaled;
  }

  private static Object single(ColumnType.Scalar type, Object physical) {
    return switch (physical) {
      case Long number -> Values.fromLong(type, number);
      case byte[] bytes -> Values.fromBytes(type, bytes);
      default -> physical;
    };
  }
}
