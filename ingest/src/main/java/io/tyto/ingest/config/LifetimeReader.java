package io.tyto.ingest.config;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.Lifetime.Function;
import io.tyto.model.schema.Lifetime.Measure;
import io.tyto.model.schema.Physical;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads `lifetime`: measures of each entity by name.
final class LifetimeReader {
  /// Each takes some bytes of every entity, for ever.
  static final int MAX_MEASURES = 32;

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");
  private static final Pattern CALL = Pattern.compile("([a-z]+)\\s*(?:\\(\\s*([^()\\s]+)\\s*\\))?");
  private static final String EXPECTED =
      "expected count, or one of count, sum, avg, min, max, first, last, distinct of a column, such as"
          + " sum(amount)";

  private static final Set<Function> COUNTS = Set.of(Function.COUNT, Function.DISTINCT);

  private final Fields columns;
  private final Problems problems;

  LifetimeReader(Fields columns, Problems problems) {
    this.columns = columns;
    this.problems = problems;
  }

  /// @param section null where there is none
  Lifetime read(@Nullable Section section, boolean hasEntity) {
    if (section == null) {
      return Lifetime.NONE;
    }
    if (!hasEntity) {
      problems.wrong(
          section.line(),
          section.path(),
          "is kept per entity: say whose events these are, `entity`");
    }
    List<Measure> measures = new ArrayList<>();
    Map<String, String> apiNames = new HashMap<>();
    for (Located name : section.names()) {
      Located text = section.text(name.value());
      Measure measure = text == null || !isName(name, apiNames) ? null : parsed(name.value(), text);
      if (measure != null) {
        measures.add(measure);
      }
    }
    if (measures.size() > MAX_MEASURES) {
      problems.wrong(
          section.line(),
          section.path(),
          "has %d measures, expected at most %d".formatted(measures.size(), MAX_MEASURES));
    }
    return new Lifetime(measures);
  }

  /// The measure of a column of its own name; null, with a problem, where the text is none.
  @Nullable Measure running(String name, Located text) {
    Measure measure = parsed(name, text);
    if (measure == null) {
      return null;
    }
    ColumnSpec of = measure.column() == null ? null : columns.column(measure.column());
    if (of != null && of.privacy() != null && !COUNTS.contains(measure.function())) {
      problems.wrong(
          text,
          "expected count or distinct of %s, which is private: what a state says of it would be stored without its policy"
              .formatted(of.name()));
      return null;
    }
    return measure;
  }

  /// The name of the column that a measure is of; null where the text is no measure of one.
  static @Nullable String columnIn(String text) {
    Matcher call = CALL.matcher(text.strip());
    return call.matches() ? call.group(2) : null;
  }

  private boolean isName(Located name, Map<String, String> apiNames) {
    if (!NAME.matcher(name.value()).matches() || !ApiNames.isValid(ApiNames.field(name.value()))) {
      problems.wrong(
          name, "expected a name of ASCII letters, digits and '_' that begins with a letter");
      return false;
    }
    String other = apiNames.putIfAbsent(ApiNames.field(name.value()), name.value());
    if (other != null) {
      problems.wrong(name, "which the API would call the same as '" + other + "'; rename one");
      return false;
    }
    return true;
  }

  private @Nullable Measure parsed(String name, Located text) {
    Matcher call = CALL.matcher(text.value().strip());
    Function function = call.matches() ? function(call.group(1)) : null;
    String column = function == null ? null : call.group(2);
    if (function == null || column == null && function != Function.COUNT) {
      problems.wrong(text, EXPECTED);
      return null;
    }
    if (column == null) {
      return new Measure(name, function, null);
    }
    ColumnSpec spec = columns.column(column);
    if (spec == null) {
      if (!columns.has(column)) {
        problems.wrong(text, "expected a column of `fields`" + columns.didYouMean(column));
      }
      return null;
    }
    if (AppendedColumns.names(columns.columns()).contains(column)) {
      problems.wrong(
          text,
          "expected a column whose values come with the events; %s is filled from the rows before, or derived from what is"
              .formatted(column));
      return null;
    }
    String expected = expected(function, spec);
    if (expected != null) {
      problems.wrong(text, "expected " + expected + "; " + column + " is a " + spec.type());
      return null;
    }
    return new Measure(name, function, column);
  }

  private static @Nullable Function function(String name) {
    for (Function function : Function.values()) {
      if (function.text().equals(name)) {
        return function;
      }
    }
    return null;
  }

  /// What columns the function is for, where this is none; null where it fits.
  private static @Nullable String expected(Function function, ColumnSpec column) {
    if (column.type().isList() || column.type() instanceof ColumnType.JsonType) {
      return "a column of single values";
    }
    if (column.isLookup()) {
      return "a column that is stored, which what is looked up is not";
    }
    return switch (function) {
      case COUNT, FIRST, LAST, DISTINCT -> null;
      case SUM, AVG -> isNumber(column.type()) ? null : "a number of at most 18 digits";
      case MIN, MAX ->
          column.isHidden() || column.type() instanceof ColumnType.BoolType
              ? "a column whose values have an order and are stored as they come"
              : null;
    };
  }

  static boolean isNumber(ColumnType type) {
    return switch (type) {
      case ColumnType.IntType _, ColumnType.LongType _, ColumnType.DoubleType _ -> true;
      case ColumnType.DecimalType decimal -> decimal.physical() == Physical.LONG;
      case ColumnType.Scalar _, ColumnType.ListType _ -> false;
    };
  }
}
