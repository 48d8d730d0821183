package io.tyto.engine.cube;

import io.tyto.engine.source.CellShape;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.VectorReader;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Cells in memory. Immutable, thread-safe.
public final class CellTable implements CellSource {
  private final CellShape shape;
  private final Origin origin;
  private final int cells;
  private final Map<Integer, Column> columns;

  /// What the rows came from.
  record Origin(int partition, int schemaVersion) {}

  /// All values of a column.
  record Column(ColumnType type, ColumnVector values) {}

  CellTable(CellShape shape, Origin origin, int cells, Map<Integer, Column> columns) {
    this.shape = shape;
    this.origin = origin;
    this.cells = cells;
    this.columns = columns;
  }

  @Override
  public CellShape shape() {
    return shape;
  }

  /// Ids of all columns, in a fixed order.
  public List<Integer> columnIds() {
    return List.copyOf(columns.keySet());
  }

  /// The type of a column that is there.
  public ColumnType type(int columnId) {
    return Objects.requireNonNull(columns.get(columnId)).type();
  }

  @Override
  public int rowCount() {
    return cells;
  }

  @Override
  public int schemaVersion() {
    return origin.schemaVersion();
  }

  @Override
  public int partition() {
    return origin.partition();
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    Column column = columns.get(columnId);
    return column == null ? null : new VectorReader(column.type(), column.values());
  }

  @Override
  public String name() {
    return "cells by " + shape.level();
  }

  @Override
  public long storedBytes() {
    return 0;
  }
}
