package io.tyto.ingest.decode;

import io.tyto.ingest.decode.NumberText.Fit;
import io.tyto.model.schema.TimestampUnit;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import org.jspecify.annotations.Nullable;

/// Reads the times or dates of one column. Reused from value to value by one thread.
final class TimeReader {

  /// What became of a text.
  enum Outcome {
    READ,
    UNREADABLE,
    OUT_OF_RANGE
  }

  static final long SECONDS_PER_DAY = 86_400;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /// Longer texts are no times; keeps what is handed to a pattern small.
  private static final int MAX_PATTERN_BYTES = 128;

  private final TimeFormat format;
  private final NumberText number = new NumberText();
  private final IsoTime iso = new IsoTime();
  private long value;

  TimeReader(TimeFormat format) {
    this.format = format;
  }

  TimeFormat format() {
    return format;
  }

  /// What {@link #timestamp} or {@link #date} read last.
  long value() {
    return value;
  }

  /// Reads a timestamp into a count of `unit`, what is finer being floored.
  ///
  /// @param isNumber whether it stood as a JSON number
  Outcome timestamp(byte[] data, int from, int to, boolean isNumber, TimestampUnit unit) {
    return switch (format) {
      case TimeFormat.Iso _ ->
          isNumber || !iso.read(data, from, to)
              ? Outcome.UNREADABLE
              : count(iso.epochDay() * SECONDS_PER_DAY + iso.secondOfDay(), iso.nanos(), unit);
      case TimeFormat.Epoch epoch ->
          number(data, from, to, fractionDigits(unit) - epoch.fractionDigits());
      case TimeFormat.EpochDays _ -> Outcome.UNREADABLE;
      case TimeFormat.Pattern pattern -> {
        Instant instant = instant(pattern, data, from, to);
        yield instant == null
            ? Outcome.UNREADABLE
            : count(instant.getEpochSecond(), instant.getNano(), unit);
      }
    };
  }

  /// Reads a date into days since 1970-01-01; of a time, the day in UTC.
  Outcome date(byte[] data, int from, int to, boolean isNumber) {
    Outcome outcome =
        switch (format) {
          case TimeFormat.Iso _ -> {
            boolean isRead = !isNumber && iso.readDate(data, from, to);
            value = iso.epochDay();
            yield isRead ? Outcome.READ : Outcome.UNREADABLE;
          }
          case TimeFormat.Epoch epoch -> {
            Outcome read = number(data, from, to, -epoch.fractionDigits());
            value = Math.floorDiv(value, SECONDS_PER_DAY);
            yield read;
          }
          case TimeFormat.EpochDays _ -> number(data, from, to, 0);
          case TimeFormat.Pattern pattern -> {
            Instant instant = instant(pattern, data, from, to);
            value = instant == null ? 0 : Math.floorDiv(instant.getEpochSecond(), SECONDS_PER_DAY);
            yield instant == null ? Outcome.UNREADABLE : Outcome.READ;
          }
        };
    return outcome == Outcome.READ && value != (int) value ? Outcome.OUT_OF_RANGE : outcome;
  }

  /// A day as itself.
  Outcome day(long epochDay) {
    value = epochDay;
    return epochDay == (int) epochDay ? Outcome.READ : Outcome.OUT_OF_RANGE;
  }

  private Outcome number(byte[] data, int from, int to, int scale) {
    if (!number.read(data, from, to)) {
      return Outcome.UNREADABLE;
    }
    Fit fit = number.toFloorLong(scale);
    value = number.longValue();
    return fit == Fit.EXACT ? Outcome.READ : Outcome.OUT_OF_RANGE;
  }

  /// An instant as a count of `unit`, what is finer being floored.
  Outcome count(long epochSecond, int nanos, TimestampUnit unit) {
    long perSecond = unit.perSecond();
    if (Math.abs(epochSecond) >= Long.MAX_VALUE / perSecond) {
      return Outcome.OUT_OF_RANGE;
    }
    value = epochSecond * perSecond + nanos / (NANOS_PER_SECOND / perSecond);
    return Outcome.READ;
  }

  /// Digits of a second that a unit has behind the point.
  static int fractionDigits(TimestampUnit unit) {
    return switch (unit) {
      case MILLIS -> 3;
      case MICROS -> 6;
      case NANOS -> 9;
    };
  }

  private static @Nullable Instant instant(
      TimeFormat.Pattern pattern, byte[] data, int from, int to) {
    if (to - from > MAX_PATTERN_BYTES) {
      return null;
    }
    try {
      return read(pattern.formatter(), new String(data, from, to - from, StandardCharsets.UTF_8));
    } catch (DateTimeException e) {
      return null; // the caller's message shows the text and the pattern
    }
  }

  /// Reads a text of a pattern; a day that the pattern lacks is the first, a time midnight, a zone
  /// UTC.
  static Instant read(DateTimeFormatter formatter, String text) {
    TemporalAccessor parsed = formatter.parse(text);
    if (parsed.isSupported(ChronoField.INSTANT_SECONDS)) {
      return Instant.from(parsed);
    }
    LocalDate date = parsed.query(TemporalQueries.localDate());
    LocalTime time = parsed.query(TemporalQueries.localTime());
    ZoneId zone = parsed.query(TemporalQueries.zone());
    return (date == null ? YearMonth.from(parsed).atDay(1) : date)
        .atTime(time == null ? LocalTime.MIDNIGHT : time)
        .atZone(zone == null ? ZoneOffset.UTC : zone)
        .toInstant();
  }
}
