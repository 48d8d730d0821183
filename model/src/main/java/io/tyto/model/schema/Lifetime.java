package io.tyto.model.schema;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a collection keeps of each of its entities for ever, whatever becomes of the events.
///
/// @param measures in the order of the file
/// @param running measures whose value as of each event is stored with it, in the column of their
///   name
/// @param anomalies rules in the order of the file
public record Lifetime(List<Measure> measures, List<Measure> running, List<Anomaly> anomalies) {
  public static final Lifetime NONE = new Lifetime(List.of());

  /// What {@link ColumnSpec#enriched} says of the column of a running measure, in place of an
  /// enricher.
  public static final String FILLER = "state";

  public Lifetime {
    measures = List.copyOf(measures);
    running = List.copyOf(running);
    anomalies = List.copyOf(anomalies);
  }

  /// Measures that are asked for by entity.
  public Lifetime(List<Measure> measures) {
    this(measures, List.of(), List.of());
  }

  /// The same measures beside what fills columns.
  public Lifetime with(List<Measure> columns, List<Anomaly> rules) {
    return new Lifetime(measures, columns, rules);
  }

  public enum Function {
    COUNT,
    SUM,
    AVG,
    MIN,
    MAX,
    /// Of the earliest event that has a value.
    FIRST,
    /// Of the latest one.
    LAST,
    /// Approximately, by HyperLogLog.
    DISTINCT;

    /// As configs write it.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// @param name in the config; {@link #apiName} in the API
  /// @param column null: events are counted
  public record Measure(String name, Function function, @Nullable String column) {
    public String apiName() {
      return ApiNames.field(name);
    }

    /// The type of its values.
    ///
    /// @param of type of the column; of no use where there is none
    public ColumnType type(@Nullable ColumnType of) {
      if (of == null || function == Function.COUNT || function == Function.DISTINCT) {
        return new ColumnType.LongType();
      }
      return switch (function) {
        case AVG -> new ColumnType.DoubleType();
        case SUM -> sumType(of);
        case MIN, MAX, FIRST, LAST, COUNT, DISTINCT -> of;
      };
    }

    private static ColumnType sumType(ColumnType of) {
      return switch (of) {
        case ColumnType.DecimalType decimal ->
            new ColumnType.DecimalType(ColumnType.DecimalType.MAX_PRECISION, decimal.scale());
        case ColumnType.DoubleType doubles -> doubles;
        case ColumnType.Scalar _, ColumnType.ListType _ -> new ColumnType.LongType();
      };
    }

    /// As configs write it: `sum(amount)`.
    public String text() {
      return column == null ? function.text() : "%s(%s)".formatted(function.text(), column);
    }
  }

  /// Whether nothing can be asked for by entity.
  public boolean isEmpty() {
    return measures.isEmpty();
  }

  /// The running measure of a column, or null.
  public @Nullable Measure runningOf(String column) {
    for (Measure measure : running) {
      if (measure.name().equals(column)) {
        return measure;
      }
    }
    return null;
  }

  /// The rule of a column, or null.
  public @Nullable Anomaly anomaly(String column) {
    for (Anomaly rule : anomalies) {
      if (rule.name().equals(column)) {
        return rule;
      }
    }
    return null;
  }

  public @Nullable Measure measure(String name) {
    for (Measure measure : measures) {
      if (measure.name().equals(name)) {
        return measure;
      }
    }
    return null;
  }
}
