package io.tyto.ingest.decode;

import io.tyto.model.schema.ColumnType;
import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/// How text or numbers become a timestamp or a date. Times without a zone are UTC, dates without a
/// time midnight. Immutable.
public sealed interface TimeFormat {

  /// `2026-11-21T13:05:00.123Z`, with any offset or none, with `T` or a blank, seconds and time
  /// optional.
  record Iso() implements TimeFormat {}

  /// Seconds since 1970 in UTC, the last `fractionDigits` digits being a fraction.
  record Epoch(int fractionDigits) implements TimeFormat {}

  /// Days since 1970-01-01.
  record EpochDays() implements TimeFormat {}

  /// A pattern of {@link DateTimeFormatter} with English names, such as `MMM dd yyyy`.
  record Pattern(String text, DateTimeFormatter formatter) implements TimeFormat {}

  TimeFormat ISO = new Iso();

  /// What `source.formats` may say, for messages and documentation.
  String EXPECTED =
      "expected iso, epoch_s, epoch_ms, epoch_us, epoch_ns, epoch_days (dates only), or a pattern"
          + " such as yyyy-MM-dd HH:mm:ss";

  /// Parses what `source.formats` says of a column; IllegalArgumentException tells what was
  /// expected.
  static TimeFormat parse(ColumnType.Scalar type, String text) {
    boolean isDate = type instanceof ColumnType.DateType;
    if (!isDate && !(type instanceof ColumnType.TimestampType)) {
      throw new IllegalArgumentException("a format is for timestamps and dates, not for " + type);
    }
    return switch (text) {
      case "iso" -> ISO;
      case "epoch_s" -> new Epoch(0);
      case "epoch_ms" -> new Epoch(3);
      case "epoch_us" -> new Epoch(6);
      case "epoch_ns" -> new Epoch(9);
      case "epoch_days" -> {
        if (!isDate) {
          throw new IllegalArgumentException("epoch_days is for dates; " + EXPECTED);
        }
        yield new EpochDays();
      }
      default -> pattern(text);
    };
  }

  private static TimeFormat pattern(String text) {
    try {
      DateTimeFormatter formatter =
          new DateTimeFormatterBuilder()
              .parseCaseInsensitive()
              .appendPattern(text)
              .toFormatter(Locale.ENGLISH);
      Pattern pattern = new Pattern(text, formatter);
      // A pattern without a year parses, but no date comes out: find out now, not in every record.
      ZonedDateTime sample = ZonedDateTime.of(2001, 2, 3, 4, 5, 6, 0, ZoneOffset.UTC);
      TimeReader.read(formatter, formatter.format(sample));
      return pattern;
    } catch (IllegalArgumentException | DateTimeException | ClassCastException e) {
      // The JDK's builder casts where a padding letter meets adjacent numbers, as in `epch_ms`.
      throw new IllegalArgumentException(
          "'%s' is no format (%s); %s".formatted(text, e.getMessage(), EXPECTED), e);
    }
  }
}
