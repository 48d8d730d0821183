package io.tyto.engine.calendar;

import io.tyto.engine.calendar.TimeAxis.TimeScale;
import io.tyto.model.query.GroupKey;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import org.agrona.collections.LongArrayList;

/// Buckets of days, weeks, months, quarters or years of the zone's calendar.
///
/// Buckets are numbered: days and weeks count `every` from 1970-01-01 local, months and quarters
/// from each calendar year (the last of a year is shorter where `every` does not divide it), years
/// from 0.
///
/// @param key with `every` of at most a year for months and quarters
record CalendarBuckets(GroupKey.TimeBucket key, int maxBuckets) {
  private static final LocalDate EPOCH = LocalDate.ofEpochDay(0);

  /// In the scale's unit, ascending, from the start of the bucket that holds `from` to the end of
  /// the last that begins before `to`.
  long[] boundaries(TimeScale scale, long from, long to) {
    long number = numberOf(scale.zoned(from, key.zone()).toLocalDate());
    while (position(scale, number) > from) {
      number--;
    }
    while (position(scale, number + 1) <= from) {
      number++;
    }
    LongArrayList starts = new LongArrayList();
    long start = position(scale, number);
    starts.addLong(start);
    while (start < to) {
      if (starts.size() > maxBuckets) {
        throw Axes.tooWide(maxBuckets);
      }
      long next = position(scale, ++number);
      // A day that a zone left out, or month ends that an offset moves onto each other: no bucket.
      if (next > start) {
        starts.addLong(next);
        start = next;
      }
    }
    return starts.toLongArray();
  }

  private long position(TimeScale scale, long number) {
    LocalDate date = startOf(number);
    GroupKey.TimeAmount offset = key.offset();
    if (offset == null) {
      return scale.ceiling(date.atStartOfDay(key.zone()));
    }
    LocalDateTime moved = date.plus(offset.period()).atStartOfDay().plus(offset.duration());
    return scale.ceiling(ZonedDateTime.of(moved, key.zone()));
  }

  private long numberOf(LocalDate date) {
    int every = key.every();
    return switch (key.granularity()) {
      case DAY -> Math.floorDiv(date.toEpochDay(), every);
      case WEEK -> Math.floorDiv((date.toEpochDay() - firstWeek().toEpochDay()), 7L * every);
      case MONTH -> inYear(date, every);
      case QUARTER -> inYear(date, 3 * every);
      case YEAR -> Math.floorDiv(date.getYear(), every);
      case SECOND, MINUTE, HOUR, ALL -> throw notCalendar();
    };
  }

  private LocalDate startOf(long number) {
    int every = key.every();
    return switch (key.granularity()) {
      case DAY -> LocalDate.ofEpochDay(number * every);
      case WEEK -> firstWeek().plusWeeks(number * every);
      case MONTH -> startInYear(number, every);
      case QUARTER -> startInYear(number, 3 * every);
      case YEAR -> LocalDate.of(Math.toIntExact(number * every), 1, 1);
      case SECOND, MINUTE, HOUR, ALL -> throw notCalendar();
    };
  }

  private static long inYear(LocalDate date, int months) {
    return (long) date.getYear() * perYear(months) + (date.getMonthValue() - 1) / months;
  }

  private static LocalDate startInYear(long number, int months) {
    int perYear = perYear(months);
    int year = Math.toIntExact(Math.floorDiv(number, perYear));
    return YearMonth.of(year, 1 + Math.floorMod(number, perYear) * months).atDay(1);
  }

  private static int perYear(int months) {
    return (12 + months - 1) / months;
  }

  private LocalDate firstWeek() {
    DayOfWeek weekStart = key.weekStart();
    return EPOCH.with(TemporalAdjusters.previousOrSame(weekStart));
  }

  private IllegalArgumentException notCalendar() {
    return new IllegalArgumentException(key.granularity() + " is not a calendar unit");
  }
}
