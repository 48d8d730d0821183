package io.tyto.ingest.proposal;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a sample showed of the values at one place. Not thread-safe.
final class Observation {
  /// More different values are not told apart.
  static final int MAX_DISTINCT = 10_000;

  private static final int MAX_EXAMPLE = 40;

  /// What a value is in its record; a CSV cell is a TEXT.
  enum Kind {
    TEXT,
    WHOLE,
    FRACTION,
    BOOL
  }

  private final int[] kinds = new int[Kind.values().length];
  private final Set<String> distinct = new HashSet<>();
  private final TextForms forms = new TextForms();
  private int nulls;
  private @Nullable String example;
  private long smallest = Long.MAX_VALUE;
  private long largest = Long.MIN_VALUE;
  private boolean isBeyondLong;
  private int fractionDigits;
  private int wholeDigits;

  /// Arrays and objects seen here.
  boolean hasArrays;

  /// An array held arrays or objects.
  boolean hasNestedArrays;

  boolean hasObjects;

  void addNull() {
    nulls++;
  }

  void add(Kind kind, String text) {
    kinds[kind.ordinal()]++;
    if (distinct.size() < MAX_DISTINCT) {
      distinct.add(text);
    }
    if (example == null && !text.isBlank()) {
      example = text;
    }
    switch (kind) {
      case TEXT -> {
        forms.add(text);
        if (forms.areNumbers()) {
          addNumber(text);
        }
      }
      case WHOLE, FRACTION -> addNumber(text);
      case BOOL -> {}
    }
  }

  private void addNumber(String text) {
    BigDecimal number;
    try {
      number = new BigDecimal(text);
    } catch (NumberFormatException e) {
      isBeyondLong = true; // an exponent beyond all measure
      return;
    }
    fractionDigits = Math.max(fractionDigits, number.scale());
    wholeDigits = Math.max(wholeDigits, number.precision() - number.scale());
    if (number.scale() > 0) {
      return;
    }
    if (number.precision() - (long) number.scale() > 19 || number.toBigInteger().bitLength() > 63) {
      isBeyondLong = true;
    } else {
      smallest = Math.min(smallest, number.longValueExact());
      largest = Math.max(largest, number.longValueExact());
    }
  }

  /// Values other than null.
  int count() {
    int count = 0;
    for (int kind : kinds) {
      count += kind;
    }
    return count;
  }

  int nulls() {
    return nulls;
  }

  /// Different values, exact up to {@link #MAX_DISTINCT}.
  int distinct() {
    return distinct.size();
  }

  /// Whether every value was of one of the kinds.
  boolean isOnly(Kind... allowed) {
    int count = 0;
    for (Kind kind : allowed) {
      count += kinds[kind.ordinal()];
    }
    return count > 0 && count == count();
  }

  TextForms forms() {
    return forms;
  }

  /// Fraction digits of the longest number.
  int fractionDigits() {
    return fractionDigits;
  }

  int wholeDigits() {
    return wholeDigits;
  }

  /// Whole numbers all lie in the range.
  boolean isWithin(long from, long to) {
    return !isBeyondLong && smallest >= from && largest <= to && smallest <= largest;
  }

  boolean isBeyondLong() {
    return isBeyondLong;
  }

  /// A value for people, on one line.
  String example() {
    if (example == null) {
      return "";
    }
    String line = example.replaceAll("\\p{C}+", " ").strip();
    return line.length() > MAX_EXAMPLE ? line.substring(0, MAX_EXAMPLE - 3) + "..." : line;
  }
}
