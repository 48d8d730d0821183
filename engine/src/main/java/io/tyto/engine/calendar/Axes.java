package io.tyto.engine.calendar;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// Where time intervals lie on the axis of a time column. A date counts as midnight UTC there.
public final class Axes {
  private Axes() {}

  /// The least value of the column at or after the instant, cut to int64.
  public static long ceiling(ColumnType.Scalar type, Instant instant) {
    return switch (type) {
      case ColumnType.TimestampType timestamp ->
          new TimeAxis.TimeScale.Timestamps(timestamp).ceiling(instant);
      case ColumnType.DateType _ -> {
        long day = Math.floorDiv(instant.getEpochSecond(), 86_400L);
        yield toInstant(type, day).isBefore(instant) ? day + 1 : day;
      }
      default -> throw new IllegalArgumentException(type + " is no time");
    };
  }

  public static Instant toInstant(ColumnType.Scalar type, long value) {
    return switch (type) {
      case ColumnType.TimestampType timestamp -> timestamp.unit().toInstant(value);
      case ColumnType.DateType _ ->
          LocalDate.ofEpochDay(value).atStartOfDay(ZoneOffset.UTC).toInstant();
      default -> throw new IllegalArgumentException(type + " is no time");
    };
  }

  static TytoException tooWide(int maxBuckets) {
    return new TytoException(
        ErrorCode.RANGE_TOO_WIDE,
        "the range holds more than %,d buckets: narrow it, or take a coarser granularity"
            .formatted(maxBuckets));
  }
}
