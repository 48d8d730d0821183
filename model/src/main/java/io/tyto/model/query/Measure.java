package io.tyto.model.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One number (or value) per group; equal measures are computed once.
///
/// On a list column a measure runs over the elements.
public sealed interface Measure {

  record Count() implements Measure {}

  record Column(String column, Function function) implements Measure {}

  enum Function {
    /// Non-null values.
    COUNT,
    /// HyperLogLog; exact on the entity key.
    COUNT_DISTINCT,
    COUNT_DISTINCT_EXACT,
    /// 64-bit for integers (NUMERIC_OVERFLOW beyond), double for doubles and decimals.
    SUM,
    /// 128-bit integers and decimals, exact.
    SUM_EXACT,
    AVG,
    MIN,
    MAX,
    /// Of the sample; null below two values.
    STDDEV,
    /// The non-null value at the least event time, ties by the record's identity.
    FIRST,
    LAST
  }

  record Quantiles(String column, List<Double> qs, boolean exact, QuantileMethod method)
      implements Measure {}

  enum QuantileMethod {
    LINEAR,
    DISCRETE
  }

  /// The n most frequent values with their counts, ties by value.
  record Top(String column, int n) implements Measure {}

  /// `of` over the rows of the group that meet `where`.
  record Only(Measure of, Filter where) implements Measure {}

  /// `of` (over rows that meet `where`) divided by `per` (over rows that meet `perWhere`); always a
  /// double. Without `per` just the number; null where `per` is 0 or null.
  record Expr(Measure of, @Nullable Filter where, @Nullable Measure per, @Nullable Filter perWhere)
      implements Measure {}
}
