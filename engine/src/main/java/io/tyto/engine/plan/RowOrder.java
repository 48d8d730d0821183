package io.tyto.engine.plan;

import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.measure.MeasureShape;
import io.tyto.engine.measure.ValueOrder;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A total order of rows: what the query says, then all keys ascending, so that pages are the same
/// every time. Not thread-safe.
final class RowOrder implements IntSort.Comparator {
  /// Below it every long is a double of its own.
  private static final double EXACT_LONGS = 1L << 53;

  private final List<IntSort.Comparator> parts = new ArrayList<>();

  /// Orders by the keys alone, ascending, nulls last.
  static RowOrder byKeys(Groups keys) {
    return new RowOrder().thenKeys(keys);
  }

  /// What an order by measure compares.
  record Compared(Cells cells, MeasureShape shape) {}

  /// @param comparedOf by row
  static RowOrder of(
      List<Order> orders, Groups keys, Function<Order.ByMeasure, Compared> comparedOf) {
    RowOrder order = new RowOrder();
    for (Order each : orders) {
      switch (each) {
        case Order.ByKey(int key, Direction direction) -> order.then(keys.key(key), direction);
        case Order.ByMeasure measure ->
            order.then(comparedOf.apply(measure), keys.count(), measure.direction());
      }
    }
    return order.thenKeys(keys);
  }

  RowOrder then(GroupKeys key, Direction direction) {
    parts.add((left, right) -> {
      boolean leftNull = key.isNull(left);
      boolean rightNull = key.isNull(right);
      return leftNull || rightNull
          ? compareNulls(leftNull, rightNull, direction)
          : directed(key.compareValues(left, right), direction);
    });
    return this;
  }

  /// Reads the values of all `count` rows once: a quantile is too dear to compute per comparison.
  RowOrder then(Compared compared, int count, Direction direction) {
    double[] numbers = numbers(compared, count);
    if (numbers == null) {
      return then(compared.cells(), count, direction);
    }
    parts.add((left, right) -> {
      double a = numbers[left];
      double b = numbers[right];
      return Double.isNaN(a) || Double.isNaN(b)
          ? compareNulls(Double.isNaN(a), Double.isNaN(b), direction)
          : directed(Double.compare(a, b), direction);
    });
    return this;
  }

  /// All values as doubles, NaN for null, or null where doubles would not tell them apart.
  private static double @Nullable [] numbers(Compared compared, int count) {
    MeasureShape.Kind kind = compared.shape().kind();
    if (kind == MeasureShape.Kind.OBJECT) {
      return null;
    }
    double[] numbers = new double[count];
    for (int row = 0; row < count; row++) {
      Checkpoint.pass(row);
      numbers[row] = compared.cells().asDouble(row);
      if (kind == MeasureShape.Kind.LONG && Math.abs(numbers[row]) >= EXACT_LONGS) {
        return null;
      }
    }
    return numbers;
  }

  private RowOrder then(Cells cells, int count, Direction direction) {
    @Nullable Object[] values = new Object[count];
    for (int row = 0; row < count; row++) {
      Checkpoint.pass(row);
      values[row] = cells.value(row);
    }
    parts.add((left, right) -> {
      Object a = values[left];
      Object b = values[right];
      return a == null || b == null
          ? compareNulls(a == null, b == null, direction)
          : directed(ValueOrder.compare(a, b), direction);
    });
    return this;
  }

  RowOrder thenKeys(Groups keys) {
    for (GroupKeys key : keys.keys()) {
      then(key, Direction.ASC);
    }
    return this;
  }

  @Override
  public int compare(int left, int right) {
    for (IntSort.Comparator part : parts) {
      int order = part.compare(left, right);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int compareNulls(boolean leftNull, boolean rightNull, Direction direction) {
    int order = Boolean.compare(leftNull, rightNull);
    return direction.nullsFirst() ? -order : order;
  }

  private static int directed(int order, Direction direction) {
    return direction.descending() ? -order : order;
  }
}
