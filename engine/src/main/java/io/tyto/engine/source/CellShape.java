package io.tyto.engine.source;

import io.tyto.model.schema.Cube.Function;
import io.tyto.model.schema.Cube.Level;
import java.util.List;
import java.util.Set;

/// What the cells of a source are of. Equal shapes of equal rows hold equal cells. Immutable.
///
/// @param time id of the column whose buckets they are
/// @param dimensions ids of columns, in the order of the cells
public record CellShape(Level level, int time, List<Integer> dimensions, Set<State> states) {

  public CellShape {
    dimensions = List.copyOf(dimensions);
    states = Set.copyOf(states);
  }

  /// What is kept of a column. A sum is kept with the count of values, and serves averages.
  ///
  /// @param function never {@link Function#AVG}
  /// @param columnId 0 for rows, and that of `_entity` for distinct entities
  /// @param type of the column, as text: a state of another type is another state
  public record State(Function function, int columnId, String type) {
    public static final State ROWS = new State(Function.COUNT, 0, "");
  }

  /// Whether these are cells of the same rows by the same keys, and keep all that is asked for.
  public boolean covers(CellShape asked) {
    return level.equals(asked.level)
        && time == asked.time
        && dimensions.equals(asked.dimensions)
        && states.containsAll(asked.states);
  }
}
