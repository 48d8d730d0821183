package io.tyto.engine.segment;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// Least and greatest event time of the rows of a segment, in epoch microseconds.
///
/// A row without an event time counts with its time of arrival, so that retention by time never
/// drops a segment for rows of which it does not know the age.
final class TimeBounds {
  private long min = Long.MAX_VALUE;
  private long max = Long.MIN_VALUE;
  private boolean hasNull;
  private final RowOrder.Check order = new RowOrder.Check();

  private TimeBounds() {}

  static TimeBounds of(TableSchema schema, SourceRows rows) throws IOException {
    TimeBounds bounds = new TimeBounds();
    ColumnSpec time = schema.timeColumn();
    rows.forEachBatch(
        time,
        (vector, positions, count) -> {
          bounds.add(time, vector, positions, count);
          bounds.order.add(vector, positions, count);
        });
    if (bounds.hasNull && time.id() != SystemColumns.RECEIVED) {
      ColumnSpec received = SystemColumns.ALL.get(SystemColumns.RECEIVED - 1);
      rows.forEachBatch(
          received, (vector, positions, count) -> bounds.add(received, vector, positions, count));
    }
    return bounds;
  }

  long min() {
    return min;
  }

  long max() {
    return max;
  }

  /// The rows come in the order of {@link RowOrder} anyway.
  boolean isAscending() {
    return order.isAscending();
  }

  private void add(ColumnSpec column, ColumnVector vector, int[] positions, int count) {
    for (int i = 0; i < count; i++) {
      if (vector.isNull(positions[i])) {
        hasNull = true;
      } else {
        long micros = micros(column.type(), ((ColumnVector.Longs) vector).values()[positions[i]]);
        min = Math.min(min, micros);
        max = Math.max(max, micros);
      }
    }
  }

  /// Saturates beyond the range of a long, which is 292,000 years wide.
  private static long micros(ColumnType type, long value) {
    return switch (type) {
      case ColumnType.TimestampType timestamp ->
          switch (timestamp.unit()) {
            case MILLIS -> TimeUnit.MILLISECONDS.toMicros(value);
            case MICROS -> value;
            case NANOS -> Math.floorDiv(value, 1000L);
          };
      case ColumnType.DateType _ -> TimeUnit.DAYS.toMicros(value);
      case ColumnType.Scalar _, ColumnType.ListType _ ->
          throw new IllegalArgumentException("the time of an event is no " + type);
    };
  }
}
