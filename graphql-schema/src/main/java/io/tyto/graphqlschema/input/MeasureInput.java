package io.tyto.graphqlschema.input;

import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.Measure.QuantileMethod;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads measures named in inputs: of a table, an order, a having, a top, an expression.
public final class MeasureInput {
  private static final int MAX_DEPTH = 3;

  private final ApiCollection collection;
  private final FilterInput filters;

  public MeasureInput(ApiCollection collection, FilterInput filters) {
    this.collection = collection;
    this.filters = filters;
  }

  /// A measure with the name and the type of a column of it.
  public record NamedMeasure(Measure measure, String name, ApiType type) {}

  private String measureType() {
    return collection.typeName() + "Measure";
  }

  public NamedMeasure read(InputObject parent, String member) {
    return read(parent.object(member, measureType()), 0);
  }

  public List<NamedMeasure> readAll(InputObject parent, String member) {
    return parent.objects(member, measureType()).stream().map(each -> read(each, 0)).toList();
  }

  /// A measure that is a number; the only kind that can be compared with one.
  public Measure readNumber(InputObject parent, String member) {
    return requireNumber(read(parent, member), parent, member);
  }

  private static Measure requireNumber(NamedMeasure measure, InputObject parent, String member) {
    if (!measure.type().isNumber()) {
      throw parent.error(member, measure.name() + " is no number; count, countDistinct or sum are");
    }
    return measure.measure();
  }

  private NamedMeasure read(InputObject measure, int depth) {
    String member = measure.only();
    return switch (member) {
      case "count" -> {
        if (!measure.flag(member)) {
          throw measure.error(member, "must be true");
        }
        yield new NamedMeasure(new Measure.Count(), "count", ApiType.LONG);
      }
      case "_expr" -> {
        InputObject expr = measure.object(member, collection.typeName() + "Expr");
        String name = expr.has("name") ? expr.text("name") : "expr";
        yield new NamedMeasure(expression(expr, depth + 1), name, ApiType.FLOAT);
      }
      default -> column(measure, collection.byField(member));
    };
  }

  private static NamedMeasure column(InputObject measure, ApiColumn column) {
    InputObject call = measure.object(column.field(), column.type().family().function());
    String function = call.text("fn");
    NamedMeasure named =
        function.equals("QUANTILE")
            ? quantile(column, call)
            : simple(column, call, function(call, function));
    return call.has("name")
        ? new NamedMeasure(named.measure(), call.text("name"), named.type())
        : named;
  }

  private static Function function(InputObject call, String name) {
    Function function = Function.valueOf(name);
    if (!call.flag("exact")) {
      return function;
    }
    if (function != Function.COUNT_DISTINCT) {
      throw call.error("exact", "goes with QUANTILE and COUNT_DISTINCT, not with " + name);
    }
    return Function.COUNT_DISTINCT_EXACT;
  }

  private static NamedMeasure simple(ApiColumn column, InputObject call, Function function) {
    if (call.has("q")) {
      throw call.error("q", "goes with QUANTILE, not with " + function);
    }
    return new NamedMeasure(
        new Measure.Column(column.name(), function),
        column.field() + "_" + function.name().toLowerCase(Locale.ROOT),
        column.type().resultOf(function));
  }

  private static NamedMeasure quantile(ApiColumn column, InputObject call) {
    if (!call.has("q")) {
      throw call.error("q", "QUANTILE needs it: 0.5 is the median");
    }
    double q = (Double) call.require("q");
    return new NamedMeasure(
        quantiles(column, call, List.of(q)), column.field() + "_quantile_" + q, ApiType.FLOAT);
  }

  /// The quantiles of a column; `exact` and `method` are read from `call`.
  public static Measure quantiles(ApiColumn column, InputObject call, List<Double> qs) {
    for (double q : qs) {
      if (!(q >= 0 && q <= 1)) {
        throw call.error(call.has("qs") ? "qs" : "q", "a quantile lies from 0 to 1, found " + q);
      }
    }
    QuantileMethod method =
        call.has("method") ? QuantileMethod.valueOf(call.text("method")) : QuantileMethod.LINEAR;
    return new Measure.Quantiles(column.name(), qs, call.flag("exact"), method);
  }

  /// The expression in the members of `expr`.
  public Measure expression(InputObject expr) {
    return expression(expr, 1);
  }

  private Measure expression(InputObject expr, int depth) {
    if (depth > MAX_DEPTH) {
      throw expr.error(
          ErrorCode.DOCUMENT_TOO_COMPLEX, "of", "expressions nest at most " + MAX_DEPTH + " deep");
    }
    Measure per = expr.has("per") ? number(expr, "per", depth) : null;
    if (per == null && expr.has("perWhere")) {
      throw expr.error("perWhere", "there is no per for it to filter");
    }
    return new Measure.Expr(
        number(expr, "of", depth), filter(expr, "where"), per, filter(expr, "perWhere"));
  }

  private Measure number(InputObject expr, String member, int depth) {
    return requireNumber(read(expr.object(member, measureType()), depth), expr, member);
  }

  private @Nullable Filter filter(InputObject expr, String member) {
    return expr.has(member) ? filters.read(expr, member) : null;
  }
}
