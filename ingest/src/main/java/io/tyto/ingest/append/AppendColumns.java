package io.tyto.ingest.append;

import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.row.Row;

/// Fills columns of rows that a partition takes in. Called by the partition's thread alone, for
/// every row of the collection once and in the order in which they are applied.
public interface AppendColumns {
  /// Fills one row.
  ///
  /// @param row with the columns of the collection's newest schema; its private values are as they
  ///   are stored
  /// @param entity 0 where there is none
  /// @param receivedMicros time of arrival
  void fill(Row row, int entity, long receivedMicros);

  /// Fills many rows; to the same effect as one by one.
  ///
  /// @param rows with the ids of their entities. Their schema may be older than the collection's:
  ///   columns that it lacks are left out
  LoadedRows fill(LoadedRows rows);
}
