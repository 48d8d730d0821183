package io.tyto.engine.cube;

import io.tyto.engine.calendar.TimeAxis;
import io.tyto.model.query.GroupKey.GapFill;
import io.tyto.model.query.GroupKey.TimeBucket;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube.Level;
import java.time.DayOfWeek;
import java.time.ZoneOffset;

/// The buckets of a level on the scale of one time column. Immutable.
public final class Grain {
  private static final int TWO_BUCKETS = 2;

  private final TimeBucket bucket;
  private final ColumnType.Scalar type;

  /// Width of every bucket in the column's unit, all of which begin at its multiples; 0 where a
  /// calendar decides.
  private final long width;

  public Grain(Level level, ColumnType.Scalar type) {
    this.type = type;
    bucket =
        new TimeBucket(
            "",
            level.granularity(),
            level.every(),
            level.zone(),
            DayOfWeek.MONDAY,
            null,
            GapFill.NONE,
            null,
            false);
    width = level.zone().equals(ZoneOffset.UTC) ? width(level, type) : 0;
  }

  private static long width(Level level, ColumnType.Scalar type) {
    long seconds =
        switch (level.granularity()) {
          case SECOND -> 1;
          case MINUTE -> 60;
          case HOUR -> 3_600;
          case DAY -> 86_400;
          case WEEK, MONTH, QUARTER, YEAR, ALL -> 0;
        };
    return switch (type) {
      case ColumnType.TimestampType timestamp ->
          seconds * level.every() * timestamp.unit().perSecond();
      default -> seconds == 86_400 ? level.every() : 0;
    };
  }

  /// Where the bucket of a value begins.
  public long floor(long value) {
    return width > 0 ? value - Math.floorMod(value, width) : axis(value).boundary(0);
  }

  /// Where the bucket after that of a value begins; the greatest long where there is none.
  public long next(long value) {
    if (width > 0) {
      long start = floor(value);
      return start > Long.MAX_VALUE - width ? Long.MAX_VALUE : start + width;
    }
    return axis(value).boundary(1);
  }

  /// The least begin of a bucket that is not before the value.
  public long ceiling(long value) {
    return isBoundary(value) ? value : next(value);
  }

  public boolean isBoundary(long value) {
    return floor(value) == value;
  }

  private TimeAxis axis(long value) {
    return TimeAxis.of(bucket, type, value, value + 1, TWO_BUCKETS);
  }
}
