package io.tyto.model.result;

import io.tyto.model.schema.Cube;
import io.tyto.model.schema.TableSchema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of a collection without scanning it.
public record CollectionInfo(
    TableSchema schema,
    long rowCount,
    long bytes,
    int segments,
    long deadLetters,
    @Nullable Instant firstEvent,
    @Nullable Instant lastEvent,
    @Nullable Instant watermark,
    @Nullable Long ingestLagMillis,
    List<ColumnStats> columns,
    List<CubeStats> cubes) {

  /// @param cells of the finest level
  /// @param coveredRows rows of the segments that have them
  public record CubeStats(Cube cube, long cells, long coveredRows) {}

  /// @param cardinality distinct values, an upper bound unless `cardinalityExact`; null where
  ///   unknown
  public record ColumnStats(
      String column,
      @Nullable Long cardinality,
      boolean cardinalityExact,
      @Nullable Double nullFraction,
      @Nullable Object min,
      @Nullable Object max) {}
}
