package io.tyto.ingest.lifetime;

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

  /// NUMERIC_OVERFLOW where a sum of integers leaves 64 bits.
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
      case SUM -> physical instanceof BigInteger sum ? sum(measure, column.type(), sum) : physical;
      case AVG -> mean(column.type(), (double) physical);
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

  private static Object mean(ColumnType type, double unscaled) {
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
