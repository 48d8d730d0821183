package io.tyto.graphqlschema.panel;

import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.input.MeasureInput.NamedMeasure;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.graphqlschema.value.ColumnData;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.BinKey;
import io.tyto.model.result.ResultColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One column of a `table`: where the engine's answer holds it and how its cells look.
///
/// @param rest where it holds those of what `top` leaves out
record TableColumn(BulkColumn column, Role role, Place place, Rest rest) {

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

  /// Finds its cells in the rows of what `top` leaves out; null where they have none.
  interface Rest {
    @Nullable ResultColumn in(AggregateResult result);
  }

  /// A column of one answer, ready to be written.
  record Filled(TableColumn column, @Nullable List<String> dictionary, StreamedValue values) {}

  static TableColumn dimension(ApiColumn column, int position) {
    // Groups are made of the elements of lists.
    BulkColumn shown =
        BulkColumn.made(
            column.field(),
            Role.DIMENSION.name(),
            column.type(),
            true,
            column,
            null,
            value -> value);
    return new TableColumn(
        shown,
        Role.DIMENSION,
        result -> result.keys().get(position),
        result -> result.othersKeys().get(position));
  }

  static TableColumn bucket(
      ApiColumn column, GroupKey.TimeBucket bucket, int position, boolean isEnd) {
    BulkColumn shown =
        BulkColumn.made(
            isEnd ? column.endField() : column.field(),
            Role.TIME.name(),
            column.type(),
            !column.isRequired(),
            column,
            bucket.zone(),
            value -> KeyCells.boundary(value, column.type(), isEnd));
    return new TableColumn(
        shown,
        Role.TIME,
        result -> result.keys().get(position),
        result -> result.othersKeys().get(position));
  }

  static TableColumn bin(ApiColumn column, int position, boolean isEnd) {
    BulkColumn shown =
        BulkColumn.made(
            column.binField() + (isEnd ? "_to" : "_from"),
            Role.DIMENSION.name(),
            ApiType.FLOAT,
            true,
            null,
            null,
            value -> value instanceof BinKey bin ? (isEnd ? bin.to() : bin.from()) : null);
    return new TableColumn(
        shown,
        Role.DIMENSION,
        result -> result.keys().get(position),
        result -> result.othersKeys().get(position));
  }

  /// @param of the column it measures; null: none, or several
  static TableColumn measure(
      NamedMeasure named, @Nullable ApiColumn of, int position, boolean isPrevious) {
    boolean isCount = isCount(named.measure());
    Role role = isPrevious ? Role.PREVIOUS : Role.MEASURE;
    BulkColumn shown =
        BulkColumn.made(
            isPrevious ? named.name() + "_previous" : named.name(),
            role.name(),
            named.type(),
            !isCount,
            of,
            null,
            value -> {
              Object single = MeasureCells.first(value);
              return single == null && isCount ? (Object) 0L : single;
            });
    return new TableColumn(
        shown,
        role,
        result -> (isPrevious ? result.previous() : result.measures()).get(position),
        result -> isPrevious ? null : result.othersMeasures().get(position));
  }

  String name() {
    return column.name();
  }

  String type() {
    return column.type().tableType();
  }

  boolean isNullable() {
    return column.isNullable();
  }

  private static boolean isCount(Measure measure) {
    return switch (measure) {
      case Measure.Count _ -> true;
      case Measure.Column column -> MeasureCells.isCount(column.function());
      case Measure.Quantiles _, Measure.Top _, Measure.Only _, Measure.Expr _ -> false;
    };
  }

  /// How many rows of what `top` leaves out stand below those of an answer.
  static int restRows(AggregateResult result) {
    return result.hasNextPage() ? 0 : result.othersRowCount();
  }

  /// The column of one answer.
  ///
  /// @param withRest whether the rows of what `top` leaves out stand below the last page
  Filled fill(AggregateResult result, boolean withRest) {
    ResultColumn values = place.in(result);
    if (withRest && restRows(result) > 0) {
      return joined(values, rest.in(result), result);
    }
    return isText() ? coded(values) : new Filled(this, null, values(values));
  }

  /// Texts go into a dictionary.
  private boolean isText() {
    return type().equals(ApiType.TEXT.tableType());
  }

  private Filled joined(ResultColumn rows, @Nullable ResultColumn others, AggregateResult result) {
    int count = result.rowCount();
    @Nullable Object[] cells = new Object[count + restRows(result)];
    for (int i = 0; i < cells.length; i++) {
      ResultColumn from = i < count ? rows : others;
      Object value = from == null ? null : from.value(i < count ? i : i - count);
      cells[i] = isText() || from == null ? value : column.json(value);
    }
    ResultColumn all = new ResultColumn.Objects(cells);
    return isText() ? coded(all) : new Filled(this, null, ColumnData.values(all, cell -> cell));
  }

  private StreamedValue values(ResultColumn values) {
    if (values instanceof ResultColumn.Longs longs && column.type() == ApiType.LONG) {
      return isNullable() || longs.nulls().isEmpty()
          ? ColumnData.longs(longs)
          : ColumnData.values(longs, column::json);
    }
    return values instanceof ResultColumn.Doubles doubles && column.type() == ApiType.FLOAT
        ? ColumnData.doubles(doubles)
        : ColumnData.values(values, column::json);
  }

  /// Texts by code, in order of first sight.
  private Filled coded(ResultColumn values) {
    List<String> dictionary = new ArrayList<>();
    Map<Object, Integer> codeOf = new HashMap<>();
    int[] codes = new int[values.size()];
    for (int i = 0; i < codes.length; i++) {
      Object value = values.value(i);
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
