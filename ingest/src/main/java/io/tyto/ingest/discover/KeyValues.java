package io.tyto.ingest.discover;

import com.fasterxml.jackson.core.JsonParser;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.ListType;
import io.tyto.model.schema.ColumnType.Scalar;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What events showed of the values of one key, and the type that all of them have. Not
/// thread-safe.
final class KeyValues {
  private static final Pattern MONEY_NAME =
      Pattern.compile(".*(amount|price|cost|revenue|total|fee|tax|balance|paid).*");
  private static final int MONEY_PRECISION = 18;
  private static final int MAX_MONEY_DIGITS = 6;
  private static final int LONG_BITS = 63;

  private int events;
  private boolean hasObjects;
  private final Kinds single = new Kinds();
  private final Kinds elements = new Kinds();
  private boolean hasArrays;

  /// Events in which the key had a value.
  int events() {
    return events;
  }

  /// Takes the value that the parser stands at, and leaves it at its end.
  void add(JsonParser parser) throws IOException {
    switch (parser.currentToken()) {
      case VALUE_NULL -> {
        return;
      }
      case START_OBJECT -> {
        hasObjects = true;
        parser.skipChildren();
      }
      case START_ARRAY -> {
        hasArrays = true;
        addElements(parser);
      }
      default -> single.add(parser);
    }
    events++;
  }

  private void addElements(JsonParser parser) throws IOException {
    while (!parser.nextToken().isStructEnd()) {
      if (parser.currentToken().isStructStart()) {
        hasObjects = true;
        parser.skipChildren();
      } else {
        elements.add(parser);
      }
    }
  }

  /// The type of which no value so far would be null; null: text takes them all.
  @Nullable ColumnType type(String key) {
    if (hasObjects || hasArrays && !single.isEmpty()) {
      return null;
    }
    Scalar scalar = (hasArrays ? elements : single).type(key.toLowerCase(Locale.ROOT));
    return scalar == null || !hasArrays ? scalar : new ListType(scalar);
  }

  private static final class Kinds {
    private boolean hasTexts;
    private boolean hasBools;
    private boolean hasWholes;
    private boolean hasFractions;
    private boolean isBeyondLong;
    private int wholeDigits;
    private int fractionDigits;

    boolean isEmpty() {
      return !hasTexts && !hasBools && !hasWholes && !hasFractions;
    }

    void add(JsonParser parser) throws IOException {
      switch (parser.currentToken()) {
        case VALUE_NULL -> {}
        case VALUE_TRUE, VALUE_FALSE -> hasBools = true;
        case VALUE_NUMBER_INT -> {
          hasWholes = true;
          addNumber(parser);
        }
        case VALUE_NUMBER_FLOAT -> {
          hasFractions = true;
          addNumber(parser);
        }
        default -> hasTexts = true;
      }
    }

    private void addNumber(JsonParser parser) throws IOException {
      BigDecimal number = parser.getDecimalValue();
      wholeDigits = Math.max(wholeDigits, number.precision() - number.scale());
      fractionDigits = Math.max(fractionDigits, number.scale());
      isBeyondLong |=
          hasWholes && number.scale() <= 0 && number.unscaledValue().bitLength() > LONG_BITS;
    }

    @Nullable Scalar type(String name) {
      int kinds = (hasTexts ? 1 : 0) + (hasBools ? 1 : 0) + (hasWholes || hasFractions ? 1 : 0);
      if (kinds != 1) {
        return null;
      }
      if (hasTexts) {
        return ColumnType.STRING;
      }
      return hasBools ? ColumnType.BOOL : number(name);
    }

    private Scalar number(String name) {
      if (!hasFractions) {
        return isBeyondLong ? new DecimalType(DecimalType.MAX_PRECISION, 0) : ColumnType.LONG;
      }
      boolean isMoney =
          MONEY_NAME.matcher(name).matches()
              && fractionDigits <= MAX_MONEY_DIGITS
              && wholeDigits + fractionDigits <= MONEY_PRECISION;
      return isMoney
          ? new DecimalType(MONEY_PRECISION, Math.clamp(fractionDigits, 2, MAX_MONEY_DIGITS))
          : ColumnType.DOUBLE;
    }
  }
}
