package io.tyto.engine.view;

import io.tyto.engine.cube.CubeShapes;
import io.tyto.engine.page.StableHash;
import io.tyto.engine.source.CellShape;
import io.tyto.model.access.Guard;
import io.tyto.model.query.Measure;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A view over one version of its collection. Immutable.
public final class BoundView {
  /// Precision of exact sums: what a sum of many values needs beyond them is not known.
  private static final int SUM_PRECISION = ColumnType.DecimalType.MAX_PRECISION;

  private final View view;
  private final String id;
  private final TableSchema source;
  private final TableSchema rows;
  private final List<Shown> shown;

  /// How a column of the rows comes out of a measure.
  ///
  /// @param part position in a list of values, or -1: the value itself
  record Shown(ColumnType.Scalar type, Measure measure, int part) {}

  private BoundView(View view, String id, TableSchema source, TableSchema rows, List<Shown> shown) {
    this.view = view;
    this.id = id;
    this.source = source;
    this.rows = rows;
    this.shown = List.copyOf(shown);
  }

  /// IllegalArgumentException where the collection lacks a column that the view names.
  public static BoundView of(TableSchema collection, View view) {
    EventConfig config = collection.config().withCubes(List.of(view.cube()));
    TableSchema source =
        new TableSchema(
            collection.projectId(),
            collection.groupId(),
            collection.collectionId(),
            collection.name(),
            collection.version(),
            collection.columns(),
            config,
            collection.dormant());
    List<ColumnSpec> columns = new ArrayList<>();
    List<Shown> shown = new ArrayList<>();
    if (view.granularity() != null) {
      columns.add(key(collection.timeColumn(), columns.size()));
    }
    for (String dimension : view.dimensions()) {
      columns.add(key(require(collection, dimension), columns.size()));
    }
    for (Cube.Measure measure : view.measures()) {
      show(collection, measure, columns, shown);
    }
    return new BoundView(view, idOf(source, view), source, rows(collection, view, columns), shown);
  }

  private static ColumnSpec key(ColumnSpec of, int position) {
    return new ColumnSpec(
        SystemColumns.FIRST_USER_ID + position,
        of.name(),
        of.apiName(),
        of.type(),
        of.role(),
        of.description(),
        of.deprecated(),
        of.unit(),
        null,
        of.annotations(),
        of.privacy(),
        List.of(),
        null,
        null);
  }

  private static void show(
      TableSchema collection, Cube.Measure measure, List<ColumnSpec> columns, List<Shown> shown) {
    ColumnSpec of = measure.column() == null ? null : require(collection, measure.column());
    ColumnType.Scalar type = typeOf(measure.function(), of);
    List<String> names = View.columnsOf(measure, of == null ? "" : of.name());
    List<String> apiNames = View.columnsOf(measure, of == null ? "" : of.apiName());
    for (int i = 0; i < names.size(); i++) {
      boolean isPart = measure.function() == Cube.Function.QUANTILES;
      shown.add(new Shown(type, asked(measure, of), isPart ? i : -1));
      columns.add(
          new ColumnSpec(
              SystemColumns.FIRST_USER_ID + columns.size(),
              names.get(i),
              ApiNames.field(apiNames.get(i)),
              type,
              ColumnSpec.Role.AUTO,
              isPart && of != null
                  ? "Percentile %d of %s".formatted(View.PERCENTILES.get(i), of.apiName())
                  : null,
              null,
              of != null && hasUnit(measure.function()) ? of.unit() : null,
              null,
              Map.of(),
              keepsValues(measure.function()) && of != null ? of.privacy() : null,
              List.of(),
              null,
              null));
    }
  }

  private static boolean hasUnit(Cube.Function function) {
    return switch (function) {
      case SUM, MIN, MAX, AVG, QUANTILES -> true;
      case COUNT, DISTINCT, DISTINCT_EXACT -> false;
    };
  }

  private static boolean keepsValues(Cube.Function function) {
    return function == Cube.Function.MIN || function == Cube.Function.MAX;
  }

  private static ColumnType.Scalar typeOf(Cube.Function function, @Nullable ColumnSpec of) {
    ColumnType.Scalar type = of == null ? ColumnType.LONG : of.type().element();
    return switch (function) {
      case COUNT, DISTINCT, DISTINCT_EXACT -> ColumnType.LONG;
      case AVG, QUANTILES -> ColumnType.DOUBLE;
      case MIN, MAX -> type;
      case SUM ->
          switch (type) {
            case ColumnType.IntType _, ColumnType.LongType _ -> ColumnType.LONG;
            case ColumnType.DecimalType decimal ->
                new ColumnType.DecimalType(SUM_PRECISION, decimal.scale());
            default -> ColumnType.DOUBLE;
          };
    };
  }

  /// What a query asks that wants what the column shows.
  private static Measure asked(Cube.Measure measure, @Nullable ColumnSpec of) {
    if (of == null) {
      return new Measure.Count();
    }
    boolean isDecimal = of.type().element() instanceof ColumnType.DecimalType;
    return switch (measure.function()) {
      case COUNT -> new Measure.Column(of.name(), Measure.Function.COUNT);
      case SUM ->
          new Measure.Column(
              of.name(), isDecimal ? Measure.Function.SUM_EXACT : Measure.Function.SUM);
      case AVG -> new Measure.Column(of.name(), Measure.Function.AVG);
      case MIN -> new Measure.Column(of.name(), Measure.Function.MIN);
      case MAX -> new Measure.Column(of.name(), Measure.Function.MAX);
      case DISTINCT -> new Measure.Column(of.name(), Measure.Function.COUNT_DISTINCT);
      case DISTINCT_EXACT -> new Measure.Column(of.name(), Measure.Function.COUNT_DISTINCT_EXACT);
      case QUANTILES ->
          new Measure.Quantiles(
              of.name(),
              View.PERCENTILES.stream().map(each -> each / 100.0).toList(),
              false,
              Measure.QuantileMethod.LINEAR);
    };
  }

  private static TableSchema rows(TableSchema collection, View view, List<ColumnSpec> columns) {
    EventConfig config =
        EventConfig.of(view.rowsName(), columns)
            .apiName(ApiNames.field(view.typeName()))
            .description("Rows of a view of " + collection.name())
            .time(view.granularity() == null ? null : collection.timeColumn().name())
            .expose(collection.config().expose())
            .policy(policy(collection, view))
            .build();
    return new TableSchema(
        collection.projectId(),
        collection.groupId(),
        collection.collectionId(),
        view.rowsName(),
        1,
        List.copyOf(columns),
        config);
  }

  /// Rows of a view are seen by who sees the rows they are made of. What a policy compares may not
  /// be among the view's columns, and then nobody whom it restricts sees any.
  private static EventConfig.Policy policy(TableSchema collection, View view) {
    EventConfig config = collection.config();
    Map<String, Set<String>> labels = new TreeMap<>();
    for (String dimension : view.dimensions()) {
      labels.put(dimension, Guard.labels(config, require(collection, dimension)));
    }
    for (Cube.Measure measure : view.measures()) {
      if (measure.column() != null) {
        ColumnSpec of = require(collection, measure.column());
        for (String name : View.columnsOf(measure, of.name())) {
          labels.put(name, Guard.labels(config, of));
        }
      }
    }
    EventConfig.Policy policy = config.policy();
    return new EventConfig.Policy(
        policy.project(), policy.collection(), policy.rows(), labels, policy.minGroup());
  }

  /// The name, and a hash of everything that decides what its cells hold: the numbers and types of
  /// its columns, and what is done to their values. So cells of another definition are never taken
  /// for its own, and a column may be renamed. Durable: by another hash every view would begin
  /// anew.
  private static String idOf(TableSchema source, View view) {
    CellShape shape = CubeShapes.of(source, view.cube(), view.cube().levels().getFirst());
    StableHash hash =
        new StableHash()
            .add(shape.level().granularity().name())
            .add(shape.level().every())
            .add(shape.level().zone().getId());
    add(hash, source.timeColumn());
    view.dimensions().forEach(name -> add(hash, require(source, name)));
    List<CellShape.State> states = new ArrayList<>(shape.states());
    states.sort(
        Comparator.comparing((CellShape.State state) -> state.function().text())
            .thenComparing(CellShape.State::columnId));
    for (CellShape.State state : states) {
      hash.add(state.function().text()).add(state.columnId()).add(state.type());
      source.columns().stream()
          .filter(column -> column.id() == state.columnId())
          .forEach(column -> add(hash, column));
    }
    Instant from = view.backfillFrom();
    if (from == null) {
      hash.addNull();
    } else {
      hash.add(from.getEpochSecond()).add(from.getNano());
    }
    return view.name() + "@" + hash.id();
  }

  private static void add(StableHash hash, ColumnSpec column) {
    hash.add(column.id()).add(column.type().toString());
    Privacy privacy = column.privacy();
    if (privacy == null) {
      hash.addNull();
    } else {
      hash.add(privacy.policy().name()).add(privacy.shown());
    }
  }

  private static ColumnSpec require(TableSchema collection, String name) {
    ColumnSpec column = collection.column(name);
    if (column == null) {
      throw new IllegalArgumentException(
          "the collection %s has no field %s any more".formatted(collection.name(), name));
    }
    return column;
  }

  public View view() {
    return view;
  }

  /// Of its definition: equal ids, equal cells of equal rows.
  public String id() {
    return id;
  }

  /// Of its rows: equal ids, equal columns in equal order. Of cells another order is none, an
  /// average is a sum, and they do not know whether their years are shown.
  public String rowsId() {
    StableHash hash = new StableHash().add(view.granularity() == null ? 0 : 1);
    for (Cube.Measure measure : view.measures()) {
      hash.add(measure.function().text());
      if (measure.column() != null) {
        hash.add(require(source, measure.column()).id());
      }
    }
    return id + "/" + hash.id();
  }

  /// Its collection, whose only cube is the view's.
  public TableSchema source() {
    return source;
  }

  /// The collection that its rows are.
  public TableSchema rows() {
    return rows;
  }

  /// In the order of the columns of {@link #rows} behind the keys.
  List<Shown> shown() {
    return shown;
  }

  /// The times of the rows of its collection that are in it.
  public TimeInterval range() {
    return view.backfillFrom() == null
        ? TimeInterval.ALL_TIME
        : new TimeInterval(view.backfillFrom(), null);
  }
}
