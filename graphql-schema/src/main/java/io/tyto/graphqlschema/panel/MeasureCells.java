package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.FilterInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.MeasureInput;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.result.CountedValue;
import io.tyto.model.result.ResultColumn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compiles the selection of measures: which measures the engine is asked for, and how each cell is
/// read from the column that holds it.
final class MeasureCells {
  private static final int MAX_DEPTH = 3;
  private static final int MAX_TOP = 1_000;
  private static final int MAX_QUANTILES = 100;

  private final ApiCollection collection;
  private final MeasureSet measures;
  private final FilterInput filters;
  private final MeasureInput inputs;

  MeasureCells(ApiCollection collection, MeasureSet measures) {
    this.collection = collection;
    this.measures = measures;
    this.filters = new FilterInput(collection);
    this.inputs = new MeasureInput(collection, filters);
  }

  /// The measures object below `field`.
  ObjectShape<List<ResultColumn>> compile(ExecutableNormalizedField field) {
    return compile(field, null, 0);
  }

  private ObjectShape<List<ResultColumn>> compile(
      ExecutableNormalizedField object, @Nullable Filter only, int depth) {
    return ObjectShape.of(
        object,
        field ->
            switch (field.getName()) {
              case "count" -> cell(new Measure.Count(), only, ApiType.LONG, true);
              case "_only" -> filtered(field, only, depth + 1);
              case "_expr" -> {
                InputObject arguments = Scope.arguments(field);
                InputObject expr = arguments.object("expr", collection.typeName() + "Expr");
                yield cell(inputs.expression(expr), only, ApiType.FLOAT, false);
              }
              default -> column(collection.byField(field.getName()), field, only);
            });
  }

  private Cell<List<ResultColumn>> filtered(
      ExecutableNormalizedField field, @Nullable Filter only, int depth) {
    InputObject arguments = Scope.arguments(field);
    if (depth > MAX_DEPTH) {
      throw arguments.error(
          ErrorCode.DOCUMENT_TOO_COMPLEX, "where", "_only nests at most " + MAX_DEPTH + " deep");
    }
    return compile(field, and(only, filters.read(arguments, "where")), depth);
  }

  private ObjectShape<List<ResultColumn>> column(
      ApiColumn column, ExecutableNormalizedField object, @Nullable Filter only) {
    return ObjectShape.of(
        object,
        field -> {
          InputObject arguments = Scope.arguments(field);
          return switch (field.getName()) {
            case "count" -> function(column, Function.COUNT, only);
            case "countDistinct" ->
                function(
                    column,
                    arguments.flag("exact")
                        ? Function.COUNT_DISTINCT_EXACT
                        : Function.COUNT_DISTINCT,
                    only);
            case "sum" -> function(column, Function.SUM, only);
            case "sumExact" -> function(column, Function.SUM_EXACT, only);
            case "avg" -> function(column, Function.AVG, only);
            case "min" -> function(column, Function.MIN, only);
            case "max" -> function(column, Function.MAX, only);
            case "stddev" -> function(column, Function.STDDEV, only);
            case "first" -> function(column, Function.FIRST, only);
            case "last" -> function(column, Function.LAST, only);
            case "quantile" -> quantile(column, arguments, only);
            case "quantiles" -> quantiles(column, arguments, only);
            case "top" -> top(column, field, arguments, only);
            default ->
                throw new IllegalArgumentException(
                    column.type().family().aggregate() + " has no " + field.getName());
          };
        });
  }

  private Cell<List<ResultColumn>> function(
      ApiColumn column, Function function, @Nullable Filter only) {
    return cell(
        new Measure.Column(column.name(), function),
        only,
        column.type().resultOf(function),
        isCount(function));
  }

  /// Whether nothing is 0 and not null.
  static boolean isCount(Function function) {
    return switch (function) {
      case COUNT, COUNT_DISTINCT, COUNT_DISTINCT_EXACT -> true;
      case SUM, SUM_EXACT, AVG, MIN, MAX, STDDEV, FIRST, LAST -> false;
    };
  }

  private Cell<List<ResultColumn>> cell(
      Measure measure, @Nullable Filter only, ApiType type, boolean isCount) {
    int position = measures.add(only(measure, only), type);
    return (columns, row) -> {
      Object value = columns.get(position).value(row);
      if (value == null) {
        return isCount ? Formats.longNumber(0) : null;
      }
      return type.json(value);
    };
  }

  private Cell<List<ResultColumn>> quantile(
      ApiColumn column, InputObject arguments, @Nullable Filter only) {
    double q = (Double) arguments.require("q");
    int position = addQuantiles(column, arguments, List.of(q), only);
    return (columns, row) -> first(columns.get(position).value(row));
  }

  /// The engine answers quantiles as a list, also where one is asked for.
  static @Nullable Object first(@Nullable Object quantiles) {
    return quantiles instanceof List<?> list ? list.getFirst() : quantiles;
  }

  private Cell<List<ResultColumn>> quantiles(
      ApiColumn column, InputObject arguments, @Nullable Filter only) {
    List<Double> qs = List.copyOf(arguments.list("qs", Double.class));
    if (qs.isEmpty() || qs.size() > MAX_QUANTILES) {
      throw arguments.error(
          "qs", "takes 1 to %d quantiles, found %d".formatted(MAX_QUANTILES, qs.size()));
    }
    int position = addQuantiles(column, arguments, qs, only);
    return (columns, row) -> {
      Object values = columns.get(position).value(row);
      return values == null ? Collections.nCopies(qs.size(), null) : values;
    };
  }

  private int addQuantiles(
      ApiColumn column, InputObject arguments, List<Double> qs, @Nullable Filter only) {
    return measures.add(only(MeasureInput.quantiles(column, arguments, qs), only), ApiType.FLOAT);
  }

  private Cell<List<ResultColumn>> top(
      ApiColumn column,
      ExecutableNormalizedField field,
      InputObject arguments,
      @Nullable Filter only) {
    int n = Scope.count(arguments, "n", 10, MAX_TOP);
    if (n == 0) {
      throw arguments.error("n", "must be 1 or more");
    }
    int position = measures.add(only(new Measure.Top(column.name(), n), only), ApiType.TEXT);
    ObjectShape<CountedValue> shape = CountedValues.compile(field);
    return (columns, row) -> {
      Object values = columns.get(position).value(row);
      List<CountedValue> counted = new ArrayList<>();
      if (values instanceof List<?> list) {
        list.forEach(value -> counted.add((CountedValue) value));
      }
      return shape.readEach(counted);
    };
  }

  /// A measure over fewer rows. Filters of an expression are narrowed rather than wrapped, so that
  /// equal questions are equal measures.
  private static Measure only(Measure measure, @Nullable Filter only) {
    if (only == null) {
      return measure;
    }
    return switch (measure) {
      case Measure.Expr expr ->
          new Measure.Expr(
              expr.of(),
              and(only, expr.where()),
              expr.per(),
              expr.per() == null ? null : and(only, expr.perWhere()));
      case Measure.Only inner -> new Measure.Only(inner.of(), and(only, inner.where()));
      case Measure.Count _, Measure.Column _, Measure.Quantiles _, Measure.Top _ ->
          new Measure.Only(measure, only);
    };
  }

  private static Filter and(@Nullable Filter first, @Nullable Filter second) {
    if (first == null || second == null) {
      return first != null ? first : second != null ? second : new Filter.And(List.of());
    }
    return new Filter.And(List.of(first, second));
  }
}
