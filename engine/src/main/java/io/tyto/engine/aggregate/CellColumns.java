package io.tyto.engine.aggregate;

import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;

/// Takes the columns in which cells keep the states of accumulators.
@FunctionalInterface
public interface CellColumns {
  /// A column with a value for each cell. Equal ones may come more than once: the first counts.
  ///
  /// @param id see {@link CellKind#id}
  void add(int id, ColumnType type, ColumnVector values);
}
