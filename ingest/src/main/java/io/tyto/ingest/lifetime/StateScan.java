package io.tyto.ingest.lifetime;

import io.tyto.engine.expression.DerivedColumns;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.StateElement;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads from rows in columns what elements of states need, row by row. Not thread-safe.
public final class StateScan {
  private static final int ENTITY = 0;
  private static final int TIME = 1;
  private static final int RECEIVED = 2;
  private static final int FIRST_INPUT = 3;

  private final TableSchema schema;
  private final List<ColumnSpec> columns = new ArrayList<>();
  private final int[] positions;

  /// Receives the events that have an entity, in the order of their rows.
  @FunctionalInterface
  public interface Target {
    /// @param position of the event among the rows that are read
    /// @param row valid until it returns, and its bytes for ever
    /// @param positions of each element's column in the row
    /// @param timeMicros of the event
    void event(int position, int entity, Row row, int[] positions, long timeMicros);
  }

  /// @param elements in the order of the layout; one that is null is not read
  public StateScan(TableSchema schema, List<? extends @Nullable StateElement> elements) {
    this(schema, elements, List.of());
  }

  /// @param others columns to be read beside those of the elements
  StateScan(
      TableSchema schema,
      List<? extends @Nullable StateElement> elements,
      List<ColumnSpec> others) {
    this.schema = schema;
    this.positions = StateFeed.none(elements.size());
    columns.add(SystemColumns.ALL.get(SystemColumns.ENTITY - 1));
    columns.add(schema.timeColumn());
    columns.add(SystemColumns.ALL.get(SystemColumns.RECEIVED - 1));
    for (int i = 0; i < positions.length; i++) {
      StateElement element = elements.get(i);
      if (element != null) {
        positions[i] = element.columnId() == 0 ? 0 : input(element.columnId());
      }
    }
    others.forEach(column -> input(column.id()));
  }

  /// Position of a column that is read.
  int positionOf(ColumnSpec column) {
    return input(column.id());
  }

  private int input(int columnId) {
    for (int i = FIRST_INPUT; i < columns.size(); i++) {
      if (columns.get(i).id() == columnId) {
        return i;
      }
    }
    for (ColumnSpec column : schema.columns()) {
      if (column.id() == columnId) {
        columns.add(column);
        return columns.size() - 1;
      }
    }
    return -1;
  }

  /// SEGMENT_CORRUPT.
  public void read(RowSource rows, Target target) {
    List<@Nullable ColumnReader> readers = new ArrayList<>();
    for (ColumnSpec column : columns) {
      readers.add(reader(rows, column));
    }
    if (readers.get(ENTITY) == null) {
      return;
    }
    ColumnVector[] vectors = new ColumnVector[columns.size()];
    Row row = new Row(columns.size());
    for (int from = 0; from < rows.rowCount(); from += RowSource.BATCH_ROWS) {
      int count = Math.min(RowSource.BATCH_ROWS, rows.rowCount() - from);
      for (int i = 0; i < vectors.length; i++) {
        ColumnReader reader = readers.get(i);
        vectors[i] = reader == null ? new ColumnVector.AllNull(count) : reader.read(from, count);
      }
      for (int i = 0; i < count; i++) {
        event(vectors, i, from + i, row, target);
      }
    }
  }

  private void event(ColumnVector[] vectors, int at, int position, Row row, Target target) {
    put(vectors[ENTITY], at, row, ENTITY);
    int entity = row.isNull(ENTITY) ? 0 : (int) row.longAt(ENTITY);
    if (entity == 0) {
      return;
    }
    for (int i = TIME; i < vectors.length; i++) {
      put(vectors[i], at, row, i);
    }
    int time = row.isNull(TIME) ? RECEIVED : TIME;
    target.event(
        position,
        entity,
        row,
        positions,
        EventTime.micros(columns.get(time).type(), row.longAt(time)));
  }

  /// Sets a cell of a row to one position of a vector of single values.
  static void put(ColumnVector vector, int position, Row row, int column) {
    if (vector.isNull(position)) {
      row.setNull(column);
      return;
    }
    switch (vector) {
      case ColumnVector.Longs longs -> row.setLong(column, longs.values()[position]);
      case ColumnVector.Doubles doubles -> row.setDouble(column, doubles.values()[position]);
      case ColumnVector.Ordinals coded ->
          row.setBytes(column, coded.dictionary().value(coded.values()[position]));
      case ColumnVector.Bytes bytes ->
          row.setBytes(
              column,
              Arrays.copyOfRange(
                  bytes.data(), bytes.offsets()[position], bytes.offsets()[position + 1]));
      case ColumnVector.AllNull _, ColumnVector.Lists _ ->
          throw new IllegalStateException("expected single values");
    }
  }

  private @Nullable ColumnReader reader(RowSource rows, ColumnSpec column) {
    ColumnReader stored = rows.column(column.id());
    return stored == null && column.isComputable()
        ? DerivedColumns.reader(rows, schema, column)
        : stored;
  }
}
