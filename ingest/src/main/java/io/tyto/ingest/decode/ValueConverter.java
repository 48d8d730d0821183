package io.tyto.ingest.decode;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tyto.ingest.decode.NumberText.Fit;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.StringType;
import io.tyto.model.schema.ColumnType.TimestampType;
import io.tyto.model.schema.Values;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Turns one scalar of the input into the physical form of its column (of its element, for a list).
///
/// A value is taken where its meaning is certain: numbers and bools may stand in quotes, as clients
/// send what JavaScript cannot hold; a string column takes numbers and bools as they are written.
/// Nothing is rounded, cut or replaced.
///
/// Thread-safety: none; state is reused from value to value.
abstract sealed class ValueConverter {
  private static final int ADDRESS_BYTES = 16;
  final ColumnSpec column;

  private ValueConverter(ColumnSpec column) {
    this.column = column;
  }

  /// @param format how times are written; matters to timestamps and dates only
  static ValueConverter of(ColumnSpec column, TimeFormat format) {
    return switch (column.type().element()) {
      case ColumnType.StringType _ -> new OfString(column);
      case ColumnType.BoolType _ -> new OfBool(column);
      case ColumnType.IntType _ -> new OfInteger(column, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case ColumnType.LongType _ -> new OfInteger(column, Long.MIN_VALUE, Long.MAX_VALUE);
      case ColumnType.DoubleType _ -> new OfDouble(column);
      case DecimalType type -> new OfDecimal(column, type);
      case TimestampType type -> new OfTimestamp(column, type, new TimeReader(format));
      case ColumnType.DateType _ -> new OfDate(column, new TimeReader(format));
      case ColumnType.UuidType _ -> new OfUuid(column);
      case ColumnType.IpType _ -> new OfIp(column);
      case ColumnType.JsonType _ ->
          throw new IllegalArgumentException("json is kept whole, not converted");
    };
  }

  /// Content of a JSON string, or a CSV cell.
  abstract void text(byte[] data, int from, int to, Cell cell) throws RejectException;

  /// A JSON number as written.
  abstract void number(byte[] data, int from, int to, Cell cell) throws RejectException;

  void bool(boolean value, Cell cell) throws RejectException {
    throw mismatch(Boolean.toString(value));
  }

  /// An instant of a format that has instants.
  void instant(Instant value, Cell cell) throws RejectException {
    throw mismatch("the time " + value);
  }

  /// A day of a format that has days.
  void day(LocalDate value, Cell cell) throws RejectException {
    throw mismatch("the date " + value);
  }

  /// Bytes of a format that has them.
  void bytes(byte[] value, Cell cell) throws RejectException {
    throw mismatch(value.length + " bytes");
  }

  /// What plain digits become here without any of this, or null.
  @Nullable NumberForm form() {
    return null;
  }

  final RejectException mismatch(String found) {
    return RejectException.of(Code.TYPE_MISMATCH, column, found, null);
  }

  final RejectException badFormat(byte[] data, int from, int to, @Nullable String expected) {
    return RejectException.of(Code.BAD_FORMAT, column, Excerpt.quoted(data, from, to), expected);
  }

  private RejectException unfit(Fit fit, byte[] data, int from, int to) {
    String found = Excerpt.of(data, from, to);
    return fit == Fit.TOO_PRECISE
        ? RejectException.of(
            Code.TOO_PRECISE,
            column,
            found + " with more fraction digits than the column keeps",
            null)
        : RejectException.of(
            Code.OUT_OF_RANGE, column, found + ", beyond the range of the column", null);
  }

  static final class OfString extends ValueConverter {
    private OfString(ColumnSpec column) {
      super(column);
    }

    @Override
    void text(byte[] data, int from, int to, Cell cell) throws RejectException {
      if (to - from > StringType.MAX_BYTES) {
        throw RejectException.of(
            Code.TOO_LARGE,
            column,
            "a string of %d bytes".formatted(to - from),
            "at most " + StringType.MAX_BYTES);
      }
      cell.setBytes(Arrays.copyOfRange(data, from, to));
    }

    @Override
    void number(byte[] data, int from, int to, Cell cell) throws RejectException {
      text(data, from, to, cell);
    }

    @Override
    void bool(boolean value, Cell cell) {
      cell.setBytes(Boolean.toString(value).getBytes(US_ASCII));
    }

    @Override
    void instant(Instant value, Cell cell) {
      cell.setBytes(value.toString().getBytes(US_ASCII));
    }

    @Override
    void day(LocalDate value, Cell cell) {
      cell.setBytes(value.toString().getBytes(US_ASCII));
    }

    @Override
    void bytes(byte[] value, Cell cell) throws RejectException {
      byte[] text = Base64.getEncoder().encode(value);
      text(text, 0, text.length, cell);
    }
  }

  static final class OfBool extends ValueConverter {
    private OfBool(ColumnSpec column) {
      super(column);
    }

    @Override
    void text(byte[] data, int from, int to, Cell cell) throws RejectException {
      if (isWord(data, from, to, "true") || isWord(data, from, to, "1")) {
        cell.setLong(1);
      } else if (isWord(data, from, to, "false") || isWord(data, from, to, "0")) {
        cell.setLong(0);
      } else {
        throw badFormat(data, from, to, "true, false, 1 or 0");
      }
    }

    @Override
    void number(byte[] data, int from, int to, Cell cell) throws RejectException {
      text(data, from, to, cell);
    }

    @Override
    void bool(boolean value, Cell cell) {
      cell.setLong(value ? 1 : 0);
    }

    private static boolean isWord(byte[] data, int from, int to, String word) {
      if (to - from != word.length()) {
        return false;
      }
      for (int i = 0; i < word.length(); i++) {
        if (Character.toLowerCase((char) data[from + i]) != word.charAt(i)) {
          return false;
        }
      }
      return true;
    }
  }

  static final class OfInteger extends ValueConverter {
    private static final int MAX_SHORT = 18;
    private final NumberText number = new NumberText();
    private final long min;
    private final long max;

    private OfInteger(ColumnSpec column, long min, long max) {
      super(column);
      this.min = min;
      this.max = max;
    }

    @Override
    NumberForm form() {
      return NumberForm.ofInteger(min, max);
    }

    @Override
    void text(byte[] data, int from, int to, Cell cell) throws RejectException {
      if (!number.read(data, from, to)) {
        throw badFormat(data, from, to, null);
      }
      convert(data, from, to, cell);
    }

    @Override
    void number(byte[] data, int from, int to, Cell cell) throws RejectException {
      if (isShort(data, from, to, cell)) {
        return;
      }
      number.read(data, from, to);
      convert(data, from, to, cell);
    }

    /// Most numbers are a few digits and nothing else.
    private boolean isShort(byte[] data, int from, int to, Cell cell) {
      boolean isNegative = data[from] == '-';
      int first = isNegative ? from + 1 : from;
      if (to - first > MAX_SHORT) {
        return false;
      }
      long value = 0;
      for (int i = first; i < to; i++) {
        int digit = data[i] - '0';
        if (digit < 0 || digit > 9) {
          return false;
        }
        value = value * 10 + digit;
      }
      value = isNegative ? -value : value;
      if (value < min || value > max) {
        return false;
      }
      cell.setLong(value);
      return true;
    }

    private void convert(byte[] data, int from, int to, Cell cell) throws RejectException {
      Fit fit = number.toLong(0, NumberText.MAX_LONG_DIGITS);
      long value = number.longValue();
      if (fit == Fit.EXACT && (value < min || value > max)) {
        fit = Fit.OUT_OF_RANGE;
      }
      if (fit != Fit.EXACT) {
        throw super.unfit(fit, data, from, to);
      }
      cell.setLong(value);
    }
  }

  static final class OfDouble extends ValueConverter {
    private final NumberText number = new NumberText();

    private OfDouble(ColumnSpec column) {
      super(column);
    }

    @Override
    void text(byte[] data, int from, int to, Cell cell) throws RejectException {
      if (!number.read(data, from, to)) {
        throw badFormat(data, from, to, "a finite number");
      }
      double value = number.toDouble();
      if (Double.isInfinite(value)) {
        throw super.unfit(Fit.OUT_OF_RANGE, data, from, to);
      }
      cell.setDouble(value);
    }

    @Override
    void number(byte[] data, int from, int to, Cell cell) throws RejectException {
      text(data, from, to, cell);
    }
  }

  static final class OfDecimal extends ValueConverter {
    private final NumberText number = new NumberText();
    private final int precision;
    private final int scale;

    private OfDecimal(ColumnSpec column, DecimalType type) {
      super(column);
      precision = type.precision();
      scale = type.scale();
    }

    @Override
    @Nullable NumberForm form() {
      return precision <= DecimalType.MAX_LONG_PRECISION
          ? NumberForm.ofDecimal(precision, scale)
          : null;
    }

    @Override
    void text(byte[] data, int from, int to, Cell cell) throws RejectException {
      if (!number.read(data, from, to)) {
        throw badFormat(data, from, to, null);
      }
      boolean isLong = precision <= DecimalType.MAX_LONG_PRECISION;
      Fit fit = isLong ? number.toLong(scale, precision) : number.fitsWide(scale, precision);
      if (fit != Fit.EXACT) {
        throw super.unfit(fit, data, from, to);
      }
      if (isLong) {
        cell.setLong(number.longValue());
      } else {
        cell.setBytes(Values.wideBytes(number.toWide(scale)));
      }
    }

    @Override
    void number(byte[] data, int from, int to, Cell cell) throws RejectException {
      text(data, from, to, cell);
    }
  }

  /// What timestamps and dates have in common.
  abstract static sealed class OfTime extends ValueConverter {
    final TimeReader reader;

    private OfTime(ColumnSpec column, TimeReader reader) {
      super(column);
      this.reader = reader;
    }

    abstract TimeReader.Outcome read(byte[] data, int from, int to, boolean isNumber);

    @Override
    void text(byte[] data, int from, int to, Cell cell) throws RejectException {
      take(read(data, from, to, false), data, from, to, false, cell);
    }

    @Override
    void number(byte[] data, int from, int to, Cell cell) throws RejectException {
      take(read(data, from, to, true), data, from, to, true, cell);
    }

    /// Takes what was read of a value that was a time already.
    final void take(TimeReader.Outcome outcome, Object value, Cell cell) throws RejectException {
      if (outcome != TimeReader.Outcome.READ) {
        byte[] shown = value.toString().getBytes(US_ASCII);
        throw super.unfit(Fit.OUT_OF_RANGE, shown, 0, shown.length);
      }
      cell.setLong(reader.value());
    }

    private void take(
        TimeReader.Outcome outcome, byte[] data, int from, int to, boolean isNumber, Cell cell)
        throws RejectException {
      switch (outcome) {
        case READ -> cell.setLong(reader.value());
        case OUT_OF_RANGE -> throw super.unfit(Fit.OUT_OF_RANGE, data, from, to);
        case UNREADABLE -> {
          if (isNumber && reader.format() instanceof TimeFormat.Iso) {
            throw mismatch(
                "the number %s and no unit for it (source.formats: epoch_ms, for example)"
                    .formatted(Excerpt.of(data, from, to)));
          }
          throw badFormat(data, from, to, expected());
        }
      }
    }

    private String expected() {
      return switch (reader.format()) {
        case TimeFormat.Iso _ -> "a " + column.type().element() + " in ISO-8601";
        case TimeFormat.Epoch _ -> "a number since 1970";
        case TimeFormat.EpochDays _ -> "a number of days since 1970";
        case TimeFormat.Pattern pattern -> "a time as " + pattern.text();
      };
    }
  }

  static final class OfTimestamp extends OfTime {
    private final TimestampType type;

    private OfTimestamp(ColumnSpec column, TimestampType type, TimeReader reader) {
      super(column, reader);
      this.type = type;
    }

    @Override
    @Nullable NumberForm form() {
      return reader.format() instanceof TimeFormat.Epoch epoch
          ? NumberForm.ofEpoch(TimeReader.fractionDigits(type.unit()) - epoch.fractionDigits())
          : null;
    }

    @Override
    TimeReader.Outcome read(byte[] data, int from, int to, boolean isNumber) {
      return reader.timestamp(data, from, to, isNumber, type.unit());
    }

    @Override
    void instant(Instant value, Cell cell) throws RejectException {
      super.take(reader.count(value.getEpochSecond(), value.getNano(), type.unit()), value, cell);
    }

    @Override
    void day(LocalDate value, Cell cell) throws RejectException {
      long second = value.atStartOfDay(ZoneOffset.UTC).toEpochSecond();
      super.take(reader.count(second, 0, type.unit()), value, cell);
    }
  }

  static final class OfDate extends OfTime {
    private OfDate(ColumnSpec column, TimeReader reader) {
      super(column, reader);
    }

    @Override
    TimeReader.Outcome read(byte[] data, int from, int to, boolean isNumber) {
      return reader.date(data, from, to, isNumber);
    }

    @Override
    void instant(Instant value, Cell cell) throws RejectException {
      long day = Math.floorDiv(value.getEpochSecond(), TimeReader.SECONDS_PER_DAY);
      super.take(reader.day(day), value, cell);
    }

    @Override
    void day(LocalDate value, Cell cell) throws RejectException {
      super.take(reader.day(value.toEpochDay()), value, cell);
    }
  }

  static final class OfUuid extends ValueConverter {
    private OfUuid(ColumnSpec column) {
      super(column);
    }

    @Override
    void text(byte[] data, int from, int to, Cell cell) throws RejectException {
      byte[] uuid = AddressText.uuid(data, from, to);
      if (uuid == null) {
        throw badFormat(data, from, to, null);
      }
      cell.setBytes(uuid);
    }

    @Override
    void bytes(byte[] value, Cell cell) throws RejectException {
      if (value.length != ADDRESS_BYTES) {
        throw mismatch(value.length + " bytes");
      }
      cell.setBytes(value.clone());
    }

    @Override
    void number(byte[] data, int from, int to, Cell cell) throws RejectException {
      throw mismatch("the number " + Excerpt.of(data, from, to));
    }
  }

  static final class OfIp extends ValueConverter {
    private OfIp(ColumnSpec column) {
      super(column);
    }

    @Override
    void text(byte[] data, int from, int to, Cell cell) throws RejectException {
      byte[] ip = AddressText.ip(data, from, to);
      if (ip == null) {
        throw badFormat(data, from, to, "an IPv4 or IPv6 address");
      }
      cell.setBytes(ip);
    }

    @Override
    void bytes(byte[] value, Cell cell) throws RejectException {
      byte[] address = value.length == ADDRESS_BYTES ? value.clone() : AddressText.mapped(value);
      if (address == null) {
        throw mismatch(value.length + " bytes");
      }
      cell.setBytes(address);
    }

    @Override
    void number(byte[] data, int from, int to, Cell cell) throws RejectException {
      throw mismatch("the number " + Excerpt.of(data, from, to));
    }
  }
}
