package io.tyto.graphqlschema.schema;

import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.Cube;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A cube as the API shows it: buckets of time, and below them one level of nesting a dimension.
///
/// *Thread-safety*: immutable.
///
/// @param field its field below `cubes`
/// @param typeName what the names of its types begin with
/// @param dimensions outermost first
/// @param measures by field
public record ApiCube(
    Cube cube,
    String field,
    String typeName,
    List<ApiColumn> dimensions,
    Map<String, ApiMeasure> measures) {

  /// A measure as a field. Quantiles have no measure of their own: their field takes an argument.
  ///
  /// @param measure null: quantiles of `column`
  /// @param column null: of rows
  public record ApiMeasure(
      String field,
      @Nullable Measure measure,
      @Nullable ApiColumn column,
      ApiType type,
      boolean isCount) {

    /// In the enum by which nested lists are ordered.
    public String constant() {
      return ApiNames.constant(field);
    }
  }

  static ApiCube of(Cube cube, ApiCollection collection) {
    Map<String, ApiMeasure> measures = new LinkedHashMap<>();
    for (Cube.Measure measure : cube.measures()) {
      for (ApiMeasure each : of(measure, collection)) {
        measures.putIfAbsent(each.field(), each);
      }
    }
    String field = ApiNames.field(cube.name());
    return new ApiCube(
        cube,
        field,
        collection.typeName() + ApiNames.type(field),
        cube.dimensions().stream().map(collection::byName).toList(),
        measures);
  }

  private static List<ApiMeasure> of(Cube.Measure measure, ApiCollection collection) {
    String name = measure.column();
    if (name == null) {
      return List.of(new ApiMeasure("count", new Measure.Count(), null, ApiType.LONG, true));
    }
    ApiColumn column = collection.byName(name);
    return switch (measure.function()) {
      case COUNT -> List.of(field(column, Function.COUNT));
      case SUM, AVG -> sums(column);
      case MIN -> List.of(field(column, Function.MIN));
      case MAX -> List.of(field(column, Function.MAX));
      case DISTINCT -> List.of(field(column, Function.COUNT_DISTINCT));
      case DISTINCT_EXACT -> List.of(field(column, Function.COUNT_DISTINCT_EXACT));
      case QUANTILES ->
          List.of(new ApiMeasure(column.field() + "Quantile", null, column, ApiType.FLOAT, false));
    };
  }

  private static List<ApiMeasure> sums(ApiColumn column) {
    List<ApiMeasure> sums = new ArrayList<>();
    sums.add(field(column, Function.SUM));
    if (column.type() != ApiType.FLOAT) {
      sums.add(field(column, Function.SUM_EXACT));
    }
    sums.add(field(column, Function.AVG));
    sums.add(field(column, Function.COUNT));
    return sums;
  }

  private static ApiMeasure field(ApiColumn column, Function function) {
    boolean isCount =
        switch (function) {
          case COUNT, COUNT_DISTINCT, COUNT_DISTINCT_EXACT -> true;
          case SUM, SUM_EXACT, AVG, MIN, MAX, STDDEV, FIRST, LAST -> false;
        };
    return new ApiMeasure(
        column.field() + ApiNames.type(ApiNames.field(function.name().toLowerCase(Locale.ROOT))),
        new Measure.Column(column.name(), function),
        column,
        column.type().resultOf(function),
        isCount);
  }

  /// The measures that are numbers, by which nested lists can be ordered.
  public List<ApiMeasure> orders() {
    return measures.values().stream()
        .filter(each -> each.measure() != null && each.type().isNumber())
        .toList();
  }

  /// The type of the objects at a level of nesting: 0 for buckets, then one for each dimension.
  String typeAt(int level) {
    return level == 0
        ? typeName + "Bucket"
        : typeName + ApiNames.type(dimensions.get(level - 1).field());
  }

  /// The field that lists the values of a dimension.
  public static String plural(ApiColumn dimension) {
    String field = dimension.field();
    int last = field.length() - 1;
    boolean endsInY = last > 0 && field.charAt(last) == 'y';
    if (endsInY && "aeiou".indexOf(field.charAt(last - 1)) < 0) {
      return field.substring(0, last) + "ies";
    }
    return field.endsWith("s") || field.endsWith("x") ? field + "es" : field + "s";
  }
}
