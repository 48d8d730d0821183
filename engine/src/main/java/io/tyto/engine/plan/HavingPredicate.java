package io.tyto.engine.plan;

import io.tyto.engine.measure.Cells;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Tells which rows meet a having, in three-valued logic: a null measure makes a comparison
/// unknown. Not thread-safe.
final class HavingPredicate {
  private enum Truth {
    FALSE,
    UNKNOWN,
    TRUE;

    Truth not() {
      return values()[2 - ordinal()];
    }

    static Truth of(boolean value) {
      return value ? TRUE : FALSE;
    }
  }

  private final Having having;
  private final Function<Measure, Cells> cellsOf;
  private final Map<Measure, Cells> cells = new HashMap<>();

  /// @param cellsOf the values of a measure by row
  HavingPredicate(Having having, Function<Measure, Cells> cellsOf) {
    this.having = having;
    this.cellsOf = cellsOf;
  }

  boolean holds(int row) {
    Checkpoint.pass(row);
    return truth(having, row) == Truth.TRUE;
  }

  private Truth truth(Having test, int row) {
    return switch (test) {
      case Having.And(var havings) -> all(havings, row);
      case Having.Or(var havings) -> any(havings, row);
      case Having.Not(Having inner) -> truth(inner, row).not();
      case Having.IsNull(Measure of) -> Truth.of(cells(of).isNull(row));
      case Having.Compare(Measure of, Filter.Op op, double value) ->
          compare(cells(of).asDouble(row), op, value);
    };
  }

  private Truth all(List<Having> havings, int row) {
    Truth least = Truth.TRUE;
    for (Having each : havings) {
      Truth truth = truth(each, row);
      least = truth.ordinal() < least.ordinal() ? truth : least;
    }
    return least;
  }

  private Truth any(List<Having> havings, int row) {
    Truth greatest = Truth.FALSE;
    for (Having each : havings) {
      Truth truth = truth(each, row);
      greatest = truth.ordinal() > greatest.ordinal() ? truth : greatest;
    }
    return greatest;
  }

  private static Truth compare(double left, Filter.Op op, double right) {
    if (Double.isNaN(left)) {
      return Truth.UNKNOWN;
    }
    return Truth.of(
        switch (op) {
          case EQ -> left == right;
          case NE -> left != right;
          case LT -> left < right;
          case LTE -> left <= right;
          case GT -> left > right;
          case GTE -> left >= right;
        });
  }

  private Cells cells(Measure measure) {
    return cells.computeIfAbsent(measure, cellsOf);
  }
}
