package io.tyto.graphqlschema.input;

import io.tyto.model.query.GroupKey.TimeAmount;
import io.tyto.model.query.TimeInterval;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/// Reads ranges of time, and the periods that a range is compared with, at one instant called now.
///
/// Presets, `last` and shifts go by the calendar of the zone: a day may have 23 hours, a month 28
/// days. Days of a date column belong to no zone; for it, "today" is the zone's date, and the
/// instants of an interval stand for midnights in UTC.
public final class RangeInput {
  private final Instant now;
  private final boolean isDate;

  /// @param isDate whether the column of the event's time holds dates
  public RangeInput(Instant now, boolean isDate) {
    this.now = now;
    this.isDate = isDate;
  }

  /// The instant called now.
  Instant now() {
    return now;
  }

  /// @param length what takes `from` to `to`; null where the range is not bounded
  private record Range(
      @Nullable ZonedDateTime from, @Nullable ZonedDateTime to, @Nullable TimeAmount length) {}

  /// @param interval what is compared with
  /// @param shift what takes a time in it to its counterpart in the range
  public record Comparison(TimeInterval interval, TimeAmount shift) {}

  /// The range in member `range` of `parent`.
  public TimeInterval interval(InputObject parent, ZoneId zone) {
    return interval(range(parent, zone));
  }

  private Range range(InputObject parent, ZoneId zone) {
    InputObject range = parent.object("range", "TimeRange");
    return switch (range.only()) {
      case "between" -> between(range.object("between", "Interval"), zone);
      case "last" -> last(range, zone);
      default -> preset(range.text("preset"), now.atZone(zone));
    };
  }

  private Range between(InputObject interval, ZoneId zone) {
    // A date has its midnight in UTC, so that is where an interval of dates is counted.
    ZoneId counted = isDate ? ZoneOffset.UTC : zone;
    ZonedDateTime from = ((Instant) interval.require("from")).atZone(counted);
    ZonedDateTime to = ((Instant) interval.require("to")).atZone(counted);
    if (from.isAfter(to)) {
      throw interval.error("to", "the range ends at " + to + ", before it begins at " + from);
    }
    return new Range(from, to, distance(from, to));
  }

  private Range last(InputObject range, ZoneId zone) {
    TimeAmount amount = TimeAmounts.positive(range, "last");
    ZonedDateTime to = now.atZone(zone);
    return new Range(TimeAmounts.minus(to, amount), to, amount);
  }

  private static Range preset(String preset, ZonedDateTime now) {
    ZonedDateTime today = now.toLocalDate().atStartOfDay(now.getZone());
    ZonedDateTime week = today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    ZonedDateTime month = today.with(TemporalAdjusters.firstDayOfMonth());
    return switch (preset) {
      case "TODAY" -> period(today, Period.ofDays(1));
      case "YESTERDAY" -> period(today.minusDays(1), Period.ofDays(1));
      case "THIS_WEEK" -> period(week, Period.ofWeeks(1));
      case "LAST_WEEK" -> period(week.minusWeeks(1), Period.ofWeeks(1));
      case "THIS_MONTH" -> period(month, Period.ofMonths(1));
      case "LAST_MONTH" -> period(month.minusMonths(1), Period.ofMonths(1));
      case "ALL_TIME" -> new Range(null, null, null);
      default -> throw new IllegalArgumentException("TimePreset has no " + preset);
    };
  }

  private static Range period(ZonedDateTime from, Period length) {
    return new Range(from, from.plus(length), new TimeAmount(length, Duration.ZERO));
  }

  /// What `compareTo` of `parent` asks for, or null.
  public @Nullable Comparison comparison(InputObject parent, ZoneId zone) {
    if (!parent.has("compareTo")) {
      return null;
    }
    Range range = range(parent, zone);
    if (range.from() == null || range.to() == null || range.length() == null) {
      throw parent.error("compareTo", "all time has no period to compare with: give range bounds");
    }
    InputObject compareTo = parent.object("compareTo", "CompareTo");
    return switch (compareTo.only()) {
      case "previousPeriod" -> {
        if (!compareTo.flag("previousPeriod")) {
          throw compareTo.error(
              "previousPeriod", "must be true: leave compareTo out for no comparison");
        }
        yield shifted(range.from(), range.to(), range.length());
      }
      case "shift" -> shifted(range.from(), range.to(), TimeAmounts.positive(compareTo, "shift"));
      default -> {
        Range other = between(compareTo.object("range", "Interval"), zone);
        yield new Comparison(interval(other), distance(other.from(), range.from()));
      }
    };
  }

  private Comparison shifted(ZonedDateTime from, ZonedDateTime to, TimeAmount shift) {
    Range before = new Range(TimeAmounts.minus(from, shift), TimeAmounts.minus(to, shift), shift);
    return new Comparison(interval(before), shift);
  }

  private TimeInterval interval(Range range) {
    return new TimeInterval(instant(range.from()), instant(range.to()));
  }

  private @Nullable Instant instant(@Nullable ZonedDateTime time) {
    if (time == null) {
      return null;
    }
    return isDate ? time.toLocalDateTime().toInstant(ZoneOffset.UTC) : time.toInstant();
  }

  /// Whole days where both are midnights of the zone, for then a day more or less of an hour is not
  /// what is meant; else the time between them.
  private static TimeAmount distance(@Nullable ZonedDateTime from, @Nullable ZonedDateTime to) {
    if (from == null || to == null) {
      throw new IllegalArgumentException("no distance to an open end");
    }
    if (isMidnight(from) && isMidnight(to)) {
      long days = ChronoUnit.DAYS.between(from.toLocalDate(), to.toLocalDate());
      return new TimeAmount(Period.ofDays(Math.toIntExact(days)), Duration.ZERO);
    }
    return new TimeAmount(Period.ZERO, Duration.between(from, to));
  }

  private static boolean isMidnight(ZonedDateTime time) {
    return time.toLocalTime().equals(LocalTime.MIDNIGHT);
  }
}
