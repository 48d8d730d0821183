package io.tyto.ingest.proposal;

import io.tyto.ingest.proposal.Observation.Kind;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.ListType;
import io.tyto.model.schema.ColumnType.Scalar;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The narrowest type that holds every value seen.
///
/// @param format for `source.formats`, or null
record TypeGuess(ColumnType type, @Nullable String format) {
  private static final Pattern TIME_NAME =
      Pattern.compile(
          ".*(time|date|stamp|created|updated|started|ended|when).*|.*(^|_)(ts|at|on)$");
  private static final Pattern MONEY_NAME =
      Pattern.compile(".*(amount|price|cost|revenue|total|fee|tax|balance|paid).*");

  /// Decimals leave room for values larger than the sample's.
  private static final int DECIMAL_PRECISION = 18;

  private static final int MAX_MONEY_DIGITS = 6;

  /// Years 2001 to 2100 as epochs.
  private static final long FIRST_SECOND = 978_307_200L;

  private static final long LAST_SECOND = 4_102_444_800L;

  static TypeGuess of(String name, Observation values) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (values.isOnly(Kind.BOOL)) {
      return new TypeGuess(ColumnType.BOOL, null);
    }
    if (values.isOnly(Kind.WHOLE, Kind.FRACTION)) {
      return number(lower, values, values.isOnly(Kind.WHOLE));
    }
    return values.isOnly(Kind.TEXT) ? text(lower, values) : new TypeGuess(ColumnType.STRING, null);
  }

  static TypeGuess ofList(String name, Observation elements) {
    TypeGuess element = of(name, elements);
    return new TypeGuess(new ListType((Scalar) element.type()), element.format());
  }

  private static TypeGuess number(String name, Observation values, boolean isWhole) {
    if (isWhole) {
      if (values.isBeyondLong()) {
        return new TypeGuess(new DecimalType(DecimalType.MAX_PRECISION, 0), null);
      }
      String epoch = TIME_NAME.matcher(name).matches() ? epoch(values) : null;
      return new TypeGuess(epoch == null ? ColumnType.LONG : ColumnType.TIMESTAMP, epoch);
    }
    boolean isMoney =
        MONEY_NAME.matcher(name).matches()
            && values.fractionDigits() <= MAX_MONEY_DIGITS
            && values.wholeDigits() + values.fractionDigits() <= DECIMAL_PRECISION;
    ColumnType money =
        new DecimalType(
            DECIMAL_PRECISION, Math.clamp(values.fractionDigits(), 2, MAX_MONEY_DIGITS));
    return new TypeGuess(isMoney ? money : ColumnType.DOUBLE, null);
  }

  private static @Nullable String epoch(Observation values) {
    String[] names = {"epoch_s", "epoch_ms", "epoch_us", "epoch_ns"};
    long perSecond = 1;
    for (String name : names) {
      if (values.isWithin(FIRST_SECOND * perSecond, saturated(LAST_SECOND, perSecond))) {
        return name;
      }
      perSecond *= 1_000;
    }
    return null;
  }

  private static long saturated(long seconds, long perSecond) {
    return seconds > Long.MAX_VALUE / perSecond ? Long.MAX_VALUE : seconds * perSecond;
  }

  private static TypeGuess text(String name, Observation values) {
    TextForms forms = values.forms();
    if (forms.areWhole() || forms.areNumbers()) {
      return number(name, values, forms.areWhole());
    }
    if (forms.areBools()) {
      return new TypeGuess(ColumnType.BOOL, null);
    }
    if (forms.areDates()) {
      return new TypeGuess(ColumnType.DATE, null);
    }
    if (forms.areTimes()) {
      return new TypeGuess(ColumnType.TIMESTAMP, null);
    }
    if (forms.timePattern() != null) {
      return new TypeGuess(ColumnType.TIMESTAMP, forms.timePattern());
    }
    if (forms.datePattern() != null) {
      return new TypeGuess(ColumnType.DATE, forms.datePattern());
    }
    if (forms.areUuids()) {
      return new TypeGuess(ColumnType.UUID, null);
    }
    return new TypeGuess(forms.areIps() ? ColumnType.IP : ColumnType.STRING, null);
  }
}
