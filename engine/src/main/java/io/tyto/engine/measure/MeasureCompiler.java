package io.tyto.engine.measure;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.ColumnType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Breaks measures down into the states that a scan accumulates; equal states are scanned once.
///
/// Filters of `only` and of expressions are pushed down to the states. Not thread-safe; one per
/// query.
public final class MeasureCompiler {
  /// How deep `_only` and `_expr` may stand in one another.
  private static final int MAX_DEPTH = 3;

  private static final int MAX_TOP = 10_000;

  private final Columns columns;
  private final FilterCheck filters;
  private final Map<StateSpec, Integer> states = new LinkedHashMap<>();

  public MeasureCompiler(Columns columns) {
    this.columns = columns;
    this.filters = new FilterCheck(columns);
  }

  /// In the order of {@link MeasurePlan.State#index}.
  public List<StateSpec> states() {
    return List.copyOf(states.keySet());
  }

  public MeasurePlan compile(Measure measure) {
    return compile(measure, null, 0);
  }

  /// BAD_USER_INPUT where the measure is no number.
  public MeasurePlan compileNumber(Measure measure, String place) {
    MeasurePlan plan = compile(measure);
    if (!plan.shape().isNumeric()) {
      throw columns.refuse(place + " needs a measure that is a number, not " + measure);
    }
    return plan;
  }

  /// BAD_USER_INPUT where rows cannot be ordered by the measure.
  public MeasurePlan compileOrdered(Measure measure) {
    MeasurePlan plan = compile(measure);
    if (!plan.shape().hasOrder()) {
      throw columns.refuse("rows cannot be ordered by a list of values: " + measure);
    }
    return plan;
  }

  private MeasurePlan compile(Measure measure, @Nullable Filter where, int depth) {
    if (depth > MAX_DEPTH) {
      throw columns.refuse("_only and _expr stand in one another at most " + MAX_DEPTH + " deep");
    }
    return switch (measure) {
      case Measure.Only(Measure of, Filter filter) -> compile(of, both(where, filter), depth + 1);
      case Measure.Expr expr -> ratio(expr, where, depth + 1);
      case Measure.Count _, Measure.Column _, Measure.Quantiles _, Measure.Top _ -> {
        MeasureShape shape = shapeOf(measure);
        int index = states.computeIfAbsent(new StateSpec(measure, where), _ -> states.size());
        yield new MeasurePlan.State(index, shape);
      }
    };
  }

  private MeasurePlan ratio(Measure.Expr expr, @Nullable Filter where, int depth) {
    MeasurePlan of = operand(expr.of(), both(where, expr.where()), depth);
    Measure per = expr.per();
    return new MeasurePlan.Ratio(
        of, per == null ? null : operand(per, both(where, expr.perWhere()), depth));
  }

  private MeasurePlan operand(Measure measure, @Nullable Filter where, int depth) {
    MeasurePlan plan = compile(measure, where, depth);
    if (!plan.shape().isNumeric()) {
      throw columns.refuse("an expression needs measures that are numbers, not " + measure);
    }
    return plan;
  }

  private @Nullable Filter both(@Nullable Filter outer, @Nullable Filter inner) {
    if (inner == null) {
      return outer;
    }
    filters.check(inner);
    return outer == null ? inner : new Filter.And(List.of(outer, inner));
  }

  private MeasureShape shapeOf(Measure measure) {
    return switch (measure) {
      case Measure.Count _ -> MeasureShape.LONG;
      case Measure.Column(String column, Measure.Function function) ->
          shapeOf(column, columns.require(column).type().element(), function);
      case Measure.Quantiles quantiles -> shapeOf(quantiles);
      case Measure.Top(String column, int n) -> {
        refuseJson(column, columns.require(column).type().element(), "top");
        if (n < 1 || n > MAX_TOP) {
          throw columns.refuse(column, "top takes n from 1 to " + MAX_TOP + ", not " + n);
        }
        yield MeasureShape.TOP;
      }
      case Measure.Only _, Measure.Expr _ -> throw new IllegalArgumentException("not simple");
    };
  }

  private MeasureShape shapeOf(Measure.Quantiles quantiles) {
    String column = quantiles.column();
    requireNumber(column, columns.require(column).type().element(), "quantile");
    for (double q : quantiles.qs()) {
      if (!(q >= 0 && q <= 1)) {
        throw columns.refuse(column, "a quantile lies between 0 and 1, not at " + q);
      }
    }
    if (quantiles.qs().isEmpty()) {
      throw columns.refuse(column, "quantiles needs at least one q");
    }
    return MeasureShape.quantiles(quantiles);
  }

  private MeasureShape shapeOf(String column, ColumnType.Scalar type, Measure.Function function) {
    return switch (function) {
      case COUNT -> MeasureShape.LONG;
      case COUNT_DISTINCT, COUNT_DISTINCT_EXACT -> {
        refuseJson(column, type, function.name());
        yield MeasureShape.LONG;
      }
      case AVG, STDDEV -> {
        requireNumber(column, type, function.name());
        yield MeasureShape.DOUBLE;
      }
      case SUM -> {
        requireNumber(column, type, "SUM");
        yield isInteger(type) ? MeasureShape.LONG : MeasureShape.DOUBLE;
      }
      case SUM_EXACT -> exactSum(column, type);
      case MIN, MAX, FIRST, LAST -> {
        refuseJson(column, type, function.name());
        yield MeasureShape.of(type);
      }
    };
  }

  private MeasureShape exactSum(String column, ColumnType.Scalar type) {
    requireNumber(column, type, "SUM_EXACT");
    if (type instanceof ColumnType.DecimalType decimal) {
      return MeasureShape.decimal(decimal.scale());
    }
    if (!isInteger(type)) {
      throw columns.refuse(
          column, "SUM_EXACT adds integers and decimals; a sum of doubles is never exact: use SUM");
    }
    return MeasureShape.decimal(0);
  }

  private static boolean isInteger(ColumnType.Scalar type) {
    return type instanceof ColumnType.IntType || type instanceof ColumnType.LongType;
  }

  private void requireNumber(String column, ColumnType.Scalar type, String function) {
    if (!Columns.isNumber(type)) {
      throw columns.refuse(column, function + " needs a number, and this column is " + type);
    }
  }

  private void refuseJson(String column, ColumnType.Scalar type, String function) {
    if (type instanceof ColumnType.JsonType) {
      throw columns.refuse(
          column, function + " has no meaning for json: declare a field derived from a path of it");
    }
  }
}
