package io.tyto.model.query;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Period;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What rows are grouped by.
public sealed interface GroupKey {

  String column();

  /// Each value is a group; null is a group; a list column makes a group of each element
  /// occurrence.
  record Dimension(String column) implements GroupKey {}

  /// Bins of a number: of equal width from 0, or between ascending edges. Half-open; below the
  /// first and from the last edge are bins too; a null value has a null key.
  record Bins(String column, @Nullable Double width, List<Double> edges) implements GroupKey {}

  /// Calendar or clock buckets of a timestamp or date column.
  ///
  /// @param every that many granules a bucket, counted from 1970-01-01 local (second to week) or
  ///   from the calendar year (month and up)
  /// @param offset moves every bucket start, such as a day that begins at 06:00
  /// @param window each bucket aggregates the rows of `[end - window, end)`
  /// @param cumulative each bucket aggregates all rows from the range's start to its end
  record TimeBucket(
      String column,
      Granularity granularity,
      int every,
      ZoneId zone,
      DayOfWeek weekStart,
      @Nullable TimeAmount offset,
      GapFill fill,
      @Nullable TimeAmount window,
      boolean cumulative)
      implements GroupKey {}

  enum Granularity {
    SECOND,
    MINUTE,
    HOUR,
    DAY,
    WEEK,
    MONTH,
    QUARTER,
    YEAR,
    ALL
  }

  enum GapFill {
    NONE,
    NULL,
    ZERO,
    PREVIOUS,
    /// Numbers only.
    LINEAR
  }

  /// An ISO-8601 duration or period: calendar part first, then the clock part.
  record TimeAmount(Period period, Duration duration) {}
}
