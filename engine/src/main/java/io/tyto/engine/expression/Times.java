package io.tyto.engine.expression;

import io.tyto.model.schema.TimestampUnit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.zone.ZoneRules;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Functions on timestamps and dates.
final class Times {
  private static final long SECONDS_PER_DAY = 86_400;

  private Times() {}

  /// From stored timestamps to one part of their local date or time.
  static LongUnaryOperator part(String part, TimestampUnit unit, String zone) {
    ZoneRules rules = ZoneId.of(zone).getRules();
    LongUnaryOperator ofDay = dayPart(part);
    LongUnaryOperator ofTime = timePart(part);
    long perSecond = unit.perSecond();
    return timestamp -> {
      long second = Math.floorDiv(timestamp, perSecond);
      long local = second + rules.getOffset(Instant.ofEpochSecond(second)).getTotalSeconds();
      return ofDay != null
          ? ofDay.applyAsLong(Math.floorDiv(local, SECONDS_PER_DAY))
          : ofTime.applyAsLong(Math.floorMod(local, SECONDS_PER_DAY));
    };
  }

  /// From epoch days to one part; a day has no hours but the first.
  static LongUnaryOperator partOfDay(String part) {
    LongUnaryOperator ofDay = dayPart(part);
    return ofDay != null ? ofDay : day -> 0;
  }

  /// Seconds from one timestamp to the other, negative where the second is earlier.
  static double secondsBetween(long from, long to, long perSecond) {
    Long difference = Numbers.subtract(to, from);
    return difference != null
        ? (double) difference / perSecond
        : ((double) to - (double) from) / perSecond;
  }

  static double daysBetweenInSeconds(long from, long to) {
    return (double) (to - from) * SECONDS_PER_DAY;
  }

  /// The first instant of a day in UTC, or null outside 64 bits.
  static @Nullable Long startOfDay(long day, TimestampUnit unit) {
    return Numbers.multiply(day, SECONDS_PER_DAY * unit.perSecond());
  }

  private static @Nullable LongUnaryOperator dayPart(String part) {
    return switch (part) {
      case "year" -> day -> LocalDate.ofEpochDay(day).getYear();
      case "quarter" -> day -> LocalDate.ofEpochDay(day).get(IsoFields.QUARTER_OF_YEAR);
      case "month" -> day -> LocalDate.ofEpochDay(day).getMonthValue();
      case "week" -> day -> LocalDate.ofEpochDay(day).get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case "day" -> day -> LocalDate.ofEpochDay(day).getDayOfMonth();
      case "day_of_week" -> day -> LocalDate.ofEpochDay(day).get(ChronoField.DAY_OF_WEEK);
      case "day_of_year" -> day -> LocalDate.ofEpochDay(day).getDayOfYear();
      default -> null;
    };
  }

  private static LongUnaryOperator timePart(String part) {
    return switch (part) {
      case "hour" -> second -> second / 3_600;
      case "minute" -> second -> second / 60 % 60;
      default -> second -> second % 60;
    };
  }
}
