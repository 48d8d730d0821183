package io.tyto.model.query;

import java.time.DayOfWeek;
import java.time.ZoneId;

/// How many entities came back, in a grid of calendar periods.
///
/// An entity belongs to the cohort of the period that holds its first event of `first` in the
/// range. It came back in period k of its cohort where an event of `returning` lies k periods later
/// and is later than that first event.
///
/// @param returning read as far as the last period of the last cohort, whatever its range ends with
/// @param granularity DAY, WEEK or MONTH
/// @param zone whose calendar it is
/// @param periods the last k
public record RetentionQuery(
    EventFilter first,
    EventFilter returning,
    GroupKey.Granularity granularity,
    ZoneId zone,
    DayOfWeek weekStart,
    int periods) {
  /// Of one cohort; a year of days.
  public static final int MAX_PERIODS = 366;

  /// The same question about other events.
  public RetentionQuery withEvents(EventFilter otherFirst, EventFilter otherReturning) {
    return new RetentionQuery(otherFirst, otherReturning, granularity, zone, weekStart, periods);
  }
}
