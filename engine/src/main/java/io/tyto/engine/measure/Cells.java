package io.tyto.engine.measure;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One value per place: of a state by group, or of a measure by row. Not thread-safe.
public interface Cells {
  boolean isNull(int place);

  /// Logical value, see {@link io.tyto.model.result.ResultColumn}.
  @Nullable Object value(int place);

  /// The value as a number, NaN where null or where it is none.
  double asDouble(int place);

  /// The states of a scan; the caller has made room for the groups it asks for.
  record Stated(Accumulator states) implements Cells {
    @Override
    public boolean isNull(int place) {
      return states.isNull(place);
    }

    @Override
    public @Nullable Object value(int place) {
      return states.value(place);
    }

    @Override
    public double asDouble(int place) {
      return states.asDouble(place);
    }
  }

  /// Values that were read out already.
  record Written(List<? extends @Nullable Object> values) implements Cells {
    @Override
    public boolean isNull(int place) {
      return values.get(place) == null;
    }

    @Override
    public @Nullable Object value(int place) {
      return values.get(place);
    }

    @Override
    public double asDouble(int place) {
      return numberOf(values.get(place));
    }
  }

  /// `of / per`, or just `of` as a double; null where either is, and where `per` is 0.
  record Ratio(Cells of, @Nullable Cells per) implements Cells {
    @Override
    public boolean isNull(int place) {
      return Double.isNaN(asDouble(place));
    }

    @Override
    public @Nullable Object value(int place) {
      double value = asDouble(place);
      return Double.isNaN(value) ? null : value;
    }

    @Override
    public double asDouble(int place) {
      double dividend = of.asDouble(place);
      if (per == null) {
        return dividend;
      }
      double divisor = per.asDouble(place);
      double ratio = divisor == 0 ? Double.NaN : dividend / divisor;
      if (Double.isInfinite(ratio)) {
        throw new TytoException(
            ErrorCode.NUMERIC_OVERFLOW,
            "the expression %s / %s is beyond the range of 64-bit floating point numbers"
                .formatted(dividend, divisor));
      }
      return ratio;
    }
  }

  /// `current - previous`, or that as a share of `previous`; null where either is, and for a share
  /// of 0.
  record Difference(Cells current, Cells previous, boolean isShare) implements Cells {
    @Override
    public boolean isNull(int place) {
      return Double.isNaN(asDouble(place));
    }

    @Override
    public @Nullable Object value(int place) {
      double value = asDouble(place);
      return Double.isNaN(value) ? null : value;
    }

    @Override
    public double asDouble(int place) {
      double before = previous.asDouble(place);
      double difference = current.asDouble(place) - before;
      if (!isShare) {
        return difference;
      }
      return before == 0 ? Double.NaN : difference / Math.abs(before);
    }
  }

  /// The number behind a logical value: of a list of one quantile, that one; NaN where there is
  /// none.
  static double numberOf(@Nullable Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case List<?> list when list.size() == 1 -> numberOf(list.getFirst());
      case null, default -> Double.NaN;
    };
  }
}
