package io.tyto.graphqlschema.panel;

import io.tyto.graphqlschema.input.MeasureInput.NamedMeasure;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.graphqlschema.value.ColumnData;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.model.query.Measure;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.BinKey;
import io.tyto.model.result.ResultColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One column of a `table`: where the engine's answer holds it and how its cells look.
///
/// @param finish makes the finished cell of a logical value
/// @param isText whether its values go into a dictionary
record TableColumn(
    String name,
    Role role,
    String type,
    boolean isNullable,
    boolean isText,
    Place place,
    Function<@Nullable Object, @Nullable Object> finish) {

  /// As in the schema's `ColumnRole`.
  enum Role {
    DIMENSION,
    TIME,
    MEASURE,
    PREVIOUS
  }

  /// Finds the column in an answer.
  interface Place {
    ResultColumn in(AggregateResult result);
  }

  /// A column of one answer, ready to be written.
  record Filled(TableColumn column, @Nullable List<String> dictionary, StreamedValue values) {}

  static TableColumn dimension(ApiColumn column, int position) {
    ApiType type = column.type();
    return new TableColumn(
        column.field(),
        Role.DIMENSION,
        type.tableType(),
        true,
        type.tableType().equals("string"),
        result -> result.keys().get(position),
        value -> value == null ? null : type.json(value));
  }

  static TableColumn bucket(ApiColumn column, int position, boolean isEnd) {
    return new TableColumn(
        isEnd ? column.endField() : column.field(),
        Role.TIME,
        column.type().tableType(),
        !column.isRequired(),
        false,
        result -> result.keys().get(position),
        value -> KeyCells.boundary(value, column.type(), isEnd));
  }

  static TableColumn bin(ApiColumn column, int position, boolean isEnd) {
    return new TableColumn(
        column.binField() + (isEnd ? "_to" : "_from"),
        Role.DIMENSION,
        ApiType.FLOAT.tableType(),
        true,
        false,
        result -> result.keys().get(position),
        value -> value instanceof BinKey bin ? (isEnd ? bin.to() : bin.from()) : null);
  }

  static TableColumn measure(NamedMeasure named, int position, boolean isPrevious) {
    ApiType type = named.type();
    boolean isCount = isCount(named.measure());
    return new TableColumn(
        isPrevious ? named.name() + "_previous" : named.name(),
        isPrevious ? Role.PREVIOUS : Role.MEASURE,
        type.tableType(),
        !isCount,
        type == ApiType.TEXT,
        result -> (isPrevious ? result.previous() : result.measures()).get(position),
        value -> {
          Object single = MeasureCells.first(value);
          if (single == null) {
            return isCount ? (Object) 0L : null;
          }
          return type.json(single);
        });
  }

  private static boolean isCount(Measure measure) {
    return switch (measure) {
      case Measure.Count _ -> true;
      case Measure.Column column -> MeasureCells.isCount(column.function());
      case Measure.Quantiles _, Measure.Top _, Measure.Only _, Measure.Expr _ -> false;
    };
  }

  /// The column of one answer.
  Filled fill(AggregateResult result) {
    ResultColumn column = place.in(result);
    return isText ? coded(column) : new Filled(this, null, values(column));
  }

  private StreamedValue values(ResultColumn column) {
    if (column instanceof ResultColumn.Longs longs && type.equals(ApiType.LONG.tableType())) {
      return isNullable || longs.nulls().isEmpty()
          ? ColumnData.longs(longs)
          : ColumnData.values(longs, finish);
    }
    return column instanceof ResultColumn.Doubles doubles && type.equals(ApiType.FLOAT.tableType())
        ? ColumnData.doubles(doubles)
        : ColumnData.values(column, finish);
  }

  /// Texts by code, in order of first sight.
  private Filled coded(ResultColumn column) {
    List<String> dictionary = new ArrayList<>();
    Map<Object, Integer> codeOf = new HashMap<>();
    int[] codes = new int[column.size()];
    for (int i = 0; i < codes.length; i++) {
      Object value = column.value(i);
      if (value == null) {
        codes[i] = -1;
        continue;
      }
      Integer known = codeOf.putIfAbsent(value, dictionary.size());
      codes[i] = known == null ? dictionary.size() : known;
      if (known == null) {
        dictionary.add(Formats.text(value));
      }
    }
    return new Filled(this, dictionary, ColumnData.codes(codes));
  }
}
