package io.tyto.engine.plan;

import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.WidthBins;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.measure.MeasureShape;
import io.tyto.model.query.GroupKey;
import io.tyto.model.result.BinKey;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Writes chosen rows as the columns of an answer.
final class Columnar {
  private Columnar() {}

  static ResultColumn measure(MeasureShape shape, Cells cells, int[] rows) {
    return switch (shape.kind()) {
      case LONG -> longs(rows, cells::value);
      case DOUBLE -> doubles(rows, cells::value);
      case OBJECT -> objects(rows, cells::value);
    };
  }

  static ResultColumn dimension(ColumnType.Scalar type, GroupKeys key, int[] rows) {
    return switch (MeasureShape.of(type).kind()) {
      case LONG -> longs(rows, key::value);
      case DOUBLE -> doubles(rows, key::value);
      case OBJECT -> objects(rows, row -> logical(type, key.value(row)));
    };
  }

  static ResultColumn bins(GroupKey.Bins bins, GroupKeys key, int[] rows) {
    return objects(rows, row -> bin(bins, (Long) key.value(row)));
  }

  static ResultColumn buckets(TimeAxis axis, GroupKeys key, int[] rows) {
    return objects(
        rows,
        row -> {
          Long bucket = (Long) key.value(row);
          return bucket == null ? null : axis.bucket(bucket.intValue());
        });
  }

  /// The logical value of a physical one.
  static @Nullable Object logical(ColumnType.Scalar type, @Nullable Object physical) {
    return switch (physical) {
      case Long value -> Values.fromLong(type, value);
      case byte[] value -> Values.fromBytes(type, value);
      case null, default -> physical;
    };
  }

  private static @Nullable Object bin(GroupKey.Bins bins, @Nullable Long number) {
    if (number == null) {
      return null;
    }
    Double width = bins.width();
    if (width != null) {
      WidthBins equal = new WidthBins(width);
      return new BinKey(equal.from(number), equal.to(number));
    }
    List<Double> edges = bins.edges();
    int above = number.intValue();
    return new BinKey(
        above == 0 ? null : edges.get(above - 1), above == edges.size() ? null : edges.get(above));
  }

  private static ResultColumn longs(int[] rows, IntFunction<@Nullable Object> values) {
    long[] longs = new long[rows.length];
    BitSet nulls = new BitSet();
    for (int i = 0; i < rows.length; i++) {
      if (values.apply(rows[i]) instanceof Long value) {
        longs[i] = value;
      } else {
        nulls.set(i);
      }
    }
    return new ResultColumn.Longs(longs, nulls);
  }

  private static ResultColumn doubles(int[] rows, IntFunction<@Nullable Object> values) {
    double[] doubles = new double[rows.length];
    BitSet nulls = new BitSet();
    for (int i = 0; i < rows.length; i++) {
      if (values.apply(rows[i]) instanceof Double value) {
        doubles[i] = value;
      } else {
        nulls.set(i);
      }
    }
    return new ResultColumn.Doubles(doubles, nulls);
  }

  private static ResultColumn objects(int[] rows, IntFunction<@Nullable Object> values) {
    @Nullable Object[] objects = new Object[rows.length];
    for (int i = 0; i < rows.length; i++) {
      objects[i] = values.apply(rows[i]);
    }
    return new ResultColumn.Objects(objects);
  }
}
