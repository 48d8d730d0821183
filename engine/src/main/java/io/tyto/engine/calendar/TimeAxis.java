package io.tyto.engine.calendar;

import io.tyto.model.query.GroupKey;
import io.tyto.model.result.Bucket;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TimestampUnit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;

/// The consecutive buckets of one time key: bucket i is `[boundary(i), boundary(i + 1))`, in the
/// unit of the column (for a date: epoch days).
///
/// Immutable. Buckets are whole: the first may begin before the range and the last end after it.
public final class TimeAxis {
  private final TimeScale scale;
  private final ZoneId zone;
  private final long[] boundaries;

  private TimeAxis(TimeScale scale, ZoneId zone, long[] boundaries) {
    this.scale = scale;
    this.zone = zone;
    this.boundaries = boundaries;
  }

  /// The buckets that meet `[from, to)`, both in the column's unit; none where the interval is
  /// empty. RANGE_TOO_WIDE beyond `maxBuckets`.
  public static TimeAxis of(
      GroupKey.TimeBucket key, ColumnType.Scalar type, long from, long to, int maxBuckets) {
    TimeScale scale = TimeScale.of(type);
    if (from >= to) {
      return new TimeAxis(scale, key.zone(), new long[0]);
    }
    long[] boundaries =
        switch (key.granularity()) {
          case ALL -> new long[] {from, to};
          case SECOND, MINUTE, HOUR ->
              ClockBuckets.of(key, maxBuckets).boundaries(unitOf(type), from, to);
          case DAY, WEEK, MONTH, QUARTER, YEAR ->
              new CalendarBuckets(key, maxBuckets).boundaries(scale, from, to);
        };
    return new TimeAxis(scale, key.zone(), boundaries);
  }

  private static TimestampUnit unitOf(ColumnType.Scalar type) {
    if (type instanceof ColumnType.TimestampType timestamp) {
      return timestamp.unit();
    }
    throw new IllegalArgumentException(type + " has no time of day");
  }

  public int size() {
    return Math.max(0, boundaries.length - 1);
  }

  public long boundary(int index) {
    return boundaries[index];
  }

  /// A copy.
  public long[] boundaries() {
    return boundaries.clone();
  }

  /// The bucket that holds a value of the column, or -1.
  public int indexOf(long value) {
    int found = Arrays.binarySearch(boundaries, value);
    int index = found >= 0 ? found : -found - 2;
    return index < size() ? index : -1;
  }

  /// What the caller sees of bucket i.
  public Bucket bucket(int index) {
    return new Bucket(at(boundaries[index]), at(boundaries[index + 1]));
  }

  /// The local time of boundary i: where bucket i begins and bucket i - 1 ends.
  public ZonedDateTime timeOf(int index) {
    return scale.zoned(boundaries[index], zone);
  }

  private OffsetDateTime at(long value) {
    return scale.zoned(value, zone).toOffsetDateTime();
  }

  /// Where on the axis's scale an instant of the zone lies: rows from it on are at or after it.
  public long position(ZonedDateTime moment) {
    return scale.ceiling(moment);
  }

  /// Converts between a column's longs and calendar time.
  ///
  /// A date belongs to no zone: it begins at local midnight wherever its reader lives.
  public sealed interface TimeScale {
    static TimeScale of(ColumnType.Scalar type) {
      return switch (type) {
        case ColumnType.TimestampType timestamp -> new Timestamps(timestamp);
        case ColumnType.DateType _ -> new Dates();
        case ColumnType.StringType _,
            ColumnType.BoolType _,
            ColumnType.IntType _,
            ColumnType.LongType _,
            ColumnType.DoubleType _,
            ColumnType.DecimalType _,
            ColumnType.UuidType _,
            ColumnType.IpType _,
            ColumnType.JsonType _ ->
            throw new IllegalArgumentException(type + " has no time axis");
      };
    }

    ZonedDateTime zoned(long value, ZoneId zone);

    /// The least value that is not before the moment; values beyond int64 are cut to it.
    long ceiling(ZonedDateTime moment);

    record Timestamps(ColumnType.TimestampType type) implements TimeScale {
      @Override
      public ZonedDateTime zoned(long value, ZoneId zone) {
        return type.unit().toInstant(value).atZone(zone);
      }

      @Override
      public long ceiling(ZonedDateTime moment) {
        return ceiling(moment.toInstant());
      }

      long ceiling(Instant moment) {
        try {
          long floor = type.unit().fromInstant(moment);
          return type.unit().toInstant(floor).isBefore(moment) ? floor + 1 : floor;
        } catch (ArithmeticException e) {
          return moment.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
      }
    }

    record Dates() implements TimeScale {
      @Override
      public ZonedDateTime zoned(long value, ZoneId zone) {
        return LocalDate.ofEpochDay(value).atStartOfDay(zone);
      }

      @Override
      public long ceiling(ZonedDateTime moment) {
        LocalDate day = moment.toLocalDate();
        boolean within = day.atStartOfDay(moment.getZone()).isBefore(moment);
        return within ? day.toEpochDay() + 1 : day.toEpochDay();
      }
    }
  }
}
