package io.tyto.engine.plan;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/// Where time intervals lie on the axis of a time column. A date counts as midnight UTC there.
final class Axes {
  private Axes() {}

  /// The least value of the column at or after the instant, cut to int64.
  static long ceiling(ColumnType.Scalar type, Instant instant) {
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

  static Instant toInstant(ColumnType.Scalar type, long value) {
    return switch (type) {
      case ColumnType.TimestampType timestamp -> timestamp.unit().toInstant(value);
      case ColumnType.DateType _ ->
          LocalDate.ofEpochDay(value).atStartOfDay(ZoneOffset.UTC).toInstant();
      default -> throw new IllegalArgumentException(type + " is no time");
    };
  }

  /// The values a key's column can have: those of the rows, within the range where it bounds them.
  ///
  /// @param range null where the range is not about this column
  static Span span(
      ColumnType.Scalar type, @Nullable TimeInterval range, ColumnBounds bounds, String column) {
    Instant from = range == null ? null : range.from();
    Instant to = range == null ? null : range.to();
    ColumnBounds.Range found = from == null || to == null ? bounds.of(column) : null;
    if (found == null && (from == null || to == null)) {
      return Span.EMPTY;
    }
    long first = from != null ? ceiling(type, from) : found == null ? 0 : found.min();
    long end = to != null ? ceiling(type, to) : found == null ? 0 : endAfter(found.max());
    return new Span(first, end);
  }

  private static long endAfter(long last) {
    return last == Long.MAX_VALUE ? last : last + 1;
  }

  static TytoException tooWide(int maxBuckets) {
    return new TytoException(
        ErrorCode.RANGE_TOO_WIDE,
        "the range holds more than %,d buckets: narrow it, or take a coarser granularity"
            .formatted(maxBuckets));
  }

  /// Half-open, in the column's unit.
  record Span(long from, long to) {
    static final Span EMPTY = new Span(0, 0);
  }
}
