package io.tyto.engine.cube;

import io.tyto.engine.source.CellShape;
import io.tyto.engine.source.CellShape.State;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.Cube.Function;
import io.tyto.model.schema.Cube.Level;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Translates between the cubes of a config, what their cells keep, and what queries need.
/// Thread-safe: no state.
public final class CubeShapes {
  private CubeShapes() {}

  /// What the cells of a level of a cube are of.
  public static CellShape of(TableSchema schema, Cube cube, Level level) {
    List<Integer> dimensions =
        cube.dimensions().stream().map(name -> require(schema, name).id()).toList();
    return new CellShape(
        level, schema.timeColumn().id(), dimensions, measures(schema, cube).keySet());
  }

  /// What is accumulated for a cube, by the state it becomes.
  public static Map<State, Measure> measures(TableSchema schema, Cube cube) {
    Map<State, Measure> measures = new LinkedHashMap<>();
    for (Cube.Measure measure : cube.measures()) {
      String name = measure.column();
      if (name == null) {
        measures.put(State.ROWS, new Measure.Count());
        continue;
      }
      State state = state(schema, measure.function(), require(schema, name));
      measures.put(state, accumulated(state, name));
    }
    return measures;
  }

  private static Measure accumulated(State state, String name) {
    return switch (state.function()) {
      case COUNT -> new Measure.Column(name, Measure.Function.COUNT);
      case SUM, AVG -> new Measure.Column(name, Measure.Function.SUM);
      case MIN -> new Measure.Column(name, Measure.Function.MIN);
      case MAX -> new Measure.Column(name, Measure.Function.MAX);
      case DISTINCT -> new Measure.Column(name, Measure.Function.COUNT_DISTINCT);
      case DISTINCT_EXACT -> new Measure.Column(name, Measure.Function.COUNT_DISTINCT_EXACT);
      case QUANTILES ->
          new Measure.Quantiles(name, List.of(0.5), false, Measure.QuantileMethod.LINEAR);
    };
  }

  private static State state(TableSchema schema, Function function, ColumnSpec column) {
    boolean isDistinct = function == Function.DISTINCT || function == Function.DISTINCT_EXACT;
    if (isDistinct && isEntityKey(schema, column.name())) {
      return new State(Function.DISTINCT, SystemColumns.ENTITY, "");
    }
    Function kept = function == Function.AVG ? Function.SUM : function;
    return new State(kept, column.id(), column.type().toString());
  }

  /// What cells must keep to answer a simple measure, or null where none ever does.
  public static @Nullable State needed(TableSchema schema, Measure measure) {
    return switch (measure) {
      case Measure.Count _ -> State.ROWS;
      case Measure.Column(String name, Measure.Function function) -> {
        Function kept = kept(schema, name, function);
        yield kept == null ? null : state(schema, kept, require(schema, name));
      }
      case Measure.Quantiles quantiles when !quantiles.exact() ->
          state(schema, Function.QUANTILES, require(schema, quantiles.column()));
      case Measure.Quantiles _, Measure.Top _, Measure.Only _, Measure.Expr _ -> null;
    };
  }

  private static @Nullable Function kept(
      TableSchema schema, String column, Measure.Function function) {
    return switch (function) {
      case COUNT -> Function.COUNT;
      case SUM, SUM_EXACT, AVG -> Function.SUM;
      case MIN -> Function.MIN;
      case MAX -> Function.MAX;
      case COUNT_DISTINCT ->
          isEntityKey(schema, column)
              ? Function.DISTINCT
              : switch (Cube.counting(schema.config().cubes(), column)) {
                case SKETCH -> Function.DISTINCT;
                case EXACT -> Function.DISTINCT_EXACT;
                case ANY -> null;
              };
      case COUNT_DISTINCT_EXACT -> Function.DISTINCT_EXACT;
      case STDDEV, FIRST, LAST -> null;
    };
  }

  /// The states that are needed, less what others imply: a sum brings its count along.
  ///
  /// @param kept what the cube keeps
  public static Set<State> resolve(Set<State> needed, Set<State> kept) {
    Set<State> resolved = new HashSet<>();
    for (State state : needed) {
      State sum = new State(Function.SUM, state.columnId(), state.type());
      boolean isImplied = state.function() == Function.COUNT && kept.contains(sum);
      resolved.add(isImplied && !kept.contains(state) ? sum : state);
    }
    return resolved;
  }

  private static boolean isEntityKey(TableSchema schema, String column) {
    EventConfig.Entity entity = schema.config().entity();
    return entity != null && entity.key().equals(column);
  }

  private static ColumnSpec require(TableSchema schema, String name) {
    ColumnSpec column = schema.column(name);
    if (column == null) {
      throw new IllegalArgumentException("collection " + schema.name() + " has no column " + name);
    }
    return column;
  }

  /// Whether a source keeps the cells of every cube of its collection.
  public static boolean areKept(TableSchema schema, RowSource source) {
    return all(schema).stream()
        .allMatch(shape ->
            source.cells().stream()
                .anyMatch(
                    cells -> cells.shape().covers(shape) && CellTypes.match(cells, shape, schema)));
  }

  /// Every level of every cube.
  private static List<CellShape> all(TableSchema schema) {
    List<CellShape> shapes = new ArrayList<>();
    for (Cube cube : schema.config().cubes()) {
      cube.levels().forEach(level -> shapes.add(of(schema, cube, level)));
    }
    return shapes;
  }
}
