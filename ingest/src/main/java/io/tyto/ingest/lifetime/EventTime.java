package io.tyto.ingest.lifetime;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.concurrent.TimeUnit;

/// Reads the time of events from rows of one schema. Immutable.
public final class EventTime {
  private static final int ABSENT = -1;

  private final int position;
  private final ColumnType type;

  public EventTime(TableSchema schema) {
    ColumnSpec time = schema.timeColumn();
    position = schema.positions().getOrDefault(time.id(), ABSENT);
    type = time.type();
  }

  /// In epoch microseconds, finer digits floored.
  ///
  /// @param receivedMicros counts as the time of an event without one
  public long of(Row row, long receivedMicros) {
    return position < 0 || row.isNull(position)
        ? receivedMicros
        : micros(type, row.longAt(position));
  }

  /// Event time in epoch microseconds, finer digits floored.
  static long micros(ColumnType type, long value) {
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
