package io.tyto.engine.load;

import io.tyto.engine.encoding.BytesTable;
import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Gathers the rows of one block of a file, column by column, and cuts them by partition.
///
/// A parser writes the cells of row {@link #rows} and then ends it by {@link #add}; a row that was
/// begun and not ended is written over. Not thread-safe; reused from block to block, because
/// dictionaries then need not be learned again.
public final class RowsBuilder {
  /// A row's place is found by the values that are stored of it.
  public static final int BY_CELLS = -1;

  private static final int FIRST_ROWS = 1 << 10;

  private final TableSchema schema;
  private final boolean hasPrivate;
  private final Cells[] cells;
  private final LoadedColumn log;
  private long[] numbers = new long[FIRST_ROWS];
  private int rows;
  private int[] order = new int[0];
  private int[] places = new int[0];

  /// Places that rows came with; of rows from `givenTo` on there is none.
  private int[] given = new int[0];

  private int givenTo;

  /// Where rows go.
  ///
  /// @param keyColumn position of the entity's key, or -1
  /// @param eventIdColumn position of the event id, which places rows without a key, or -1
  /// @param keys how they choose
  /// @param partitions numbers of the partitions
  /// @param spareShift rows without both change partition after two to the power of so many records
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  public record Placement(
      KeyPlacement keys, int keyColumn, int eventIdColumn, int[] partitions, int spareShift) {
    /// Index of the partition for a record without key and event id.
    public int spare(long number) {
      return (int) ((number >>> spareShift) % partitions.length);
    }

    /// Index of the partition for a row whose values are still as they came; {@link #BY_CELLS}
    /// where it has neither key nor event id.
    public int of(Row row, TableSchema schema) {
      int column = keyColumn < 0 || row.isNull(keyColumn) ? eventIdColumn : keyColumn;
      return column < 0 || row.isNull(column)
          ? BY_CELLS
          : KeyPlacement.partition(
              keys.of(row, column, schema.columns().get(column).type()), partitions.length);
    }
  }

  /// @param logId of every row
  public RowsBuilder(TableSchema schema, String logId) {
    this.schema = schema;
    hasPrivate = schema.hasPrivate();
    cells = new Cells[schema.columns().size()];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = Cells.of(schema.columns().get(i));
      cells[i].reserve(FIRST_ROWS);
    }
    BytesTable logs = new BytesTable();
    byte[] name = logId.getBytes(StandardCharsets.UTF_8);
    logs.add(name, 0, name.length);
    log = new LoadedColumn.SameText(new TableDictionary(logs));
  }

  /// Begins a block.
  ///
  /// @param text that {@link BytesCells#put} refers to; must not change until the rows are cut
  public void begin(byte[] text) {
    rows = 0;
    givenTo = 0;
    for (Cells column : cells) {
      column.clear(text);
    }
  }

  /// Number of rows so far, and index of the row that is being written.
  public int rows() {
    return rows;
  }

  public Cells cells(int column) {
    return cells[column];
  }

  public void putNull(int column) {
    cells[column].putNull(rows);
  }

  /// Ends the row that was written cell by cell.
  ///
  /// @param number of the record in its file; ascending
  public void add(long number) {
    numbers[rows++] = number;
    if (rows == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * rows);
      for (Cells column : cells) {
        column.reserve(2 * rows);
      }
    }
  }

  /// Adds a row as a whole, placed by the values that are stored of it.
  public void add(Row row, long number) {
    add(row, number, BY_CELLS);
  }

  /// Adds a row as a whole.
  ///
  /// @param place what {@link Placement#of} said before the row was made storable, or {@link
  ///   #BY_CELLS}
  public void add(Row row, long number, int place) {
    row.requireStorable(hasPrivate);
    for (int i = 0; i < cells.length; i++) {
      if (row.isNull(i)) {
        cells[i].putNull(rows);
      } else {
        cells[i].put(rows, row, i);
      }
    }
    if (place != BY_CELLS) {
      given = given.length > rows ? given : Arrays.copyOf(given, Math.max(64, 2 * rows + 1));
      Arrays.fill(given, givenTo, rows, BY_CELLS);
      given[rows] = place;
      givenTo = rows + 1;
    }
    add(number);
  }

  /// How many rows have a key that belongs to another partition than the one with this index.
  public int rowsOutside(Placement placement, int index) {
    int column = placement.keyColumn();
    int outside = 0;
    for (int row = 0; column >= 0 && row < rows; row++) {
      boolean isOutside =
          !cells[column].isNull(row)
              && placeOf(row, placement, placement.partitions().length) != index;
      outside += isOutside ? 1 : 0;
    }
    return outside;
  }

  /// The rows of each partition, in the order they came; null where there are none.
  public @Nullable LoadedRows[] cut(Placement placement, long receivedMicros) {
    return cut(placement, _ -> receivedMicros);
  }

  /// As above.
  ///
  /// @param received time of arrival by a row's number, microseconds since the epoch
  public @Nullable LoadedRows[] cut(Placement placement, LongUnaryOperator received) {
    int partitions = placement.partitions().length;
    int[] starts = place(placement, partitions);
    @Nullable LoadedRows[] parts = new LoadedRows[partitions];
    for (int i = 0; i < partitions; i++) {
      int count = starts[i + 1] - starts[i];
      if (count > 0) {
        parts[i] = part(placement.partitions()[i], starts[i], count, received);
      }
    }
    return parts;
  }

  private LoadedRows part(int partition, int from, int count, LongUnaryOperator received) {
    Map<Integer, LoadedColumn> columns = new HashMap<>();
    for (int i = 0; i < cells.length; i++) {
      columns.put(schema.columns().get(i).id(), cells[i].select(order, from, count));
    }
    long[] offsets = new long[count];
    for (int i = 0; i < count; i++) {
      offsets[i] = numbers[order[from + i]];
    }
    columns.put(SystemColumns.LOG, log);
    columns.put(SystemColumns.OFFSET, new LoadedColumn.Longs(offsets, null));
    columns.put(SystemColumns.RECEIVED, times(offsets, received));
    columns.put(SystemColumns.ENTITY, new LoadedColumn.Same(0));
    return new LoadedRows(schema, partition, count, columns);
  }

  private static LoadedColumn times(long[] offsets, LongUnaryOperator received) {
    long first = received.applyAsLong(offsets[0]);
    long[] times = new long[offsets.length];
    boolean isSame = true;
    for (int i = 0; i < times.length; i++) {
      times[i] = received.applyAsLong(offsets[i]);
      isSame &= times[i] == first;
    }
    return isSame ? new LoadedColumn.Same(first) : new LoadedColumn.Longs(times, null);
  }

  /// Sorts the rows by partition; returns where each begins in the order.
  private int[] place(Placement placement, int partitions) {
    if (order.length < rows) {
      order = new int[rows];
      places = new int[rows];
    }
    int[] starts = new int[partitions + 1];
    for (int row = 0; row < rows; row++) {
      int place = placeOf(row, placement, partitions);
      places[row] = place;
      starts[place + 1]++;
    }
    for (int i = 0; i < partitions; i++) {
      starts[i + 1] += starts[i];
    }
    int[] ends = Arrays.copyOf(starts, partitions);
    for (int row = 0; row < rows; row++) {
      order[ends[places[row]]++] = row;
    }
    return starts;
  }

  private int placeOf(int row, Placement placement, int partitions) {
    if (row < givenTo && given[row] != BY_CELLS) {
      return partitions == 1 ? 0 : given[row];
    }
    int column = placement.keyColumn();
    if (column < 0 || cells[column].isNull(row)) {
      column = placement.eventIdColumn();
    }
    if (column < 0 || cells[column].isNull(row)) {
      return placement.spare(numbers[row]);
    }
    KeyPlacement keys = placement.keys();
    ColumnType type = schema.columns().get(column).type();
    long hash =
        switch (cells[column]) {
          case LongCells longs -> keys.of(longs.value(row));
          case DoubleCells doubles -> keys.of(Double.doubleToLongBits(doubles.value(row)));
          case BytesCells bytes ->
              keys.of(bytes.source(row), bytes.from(row), bytes.length(row), type);
          case FixedCells fixed ->
              keys.of(fixed.values(), row * FixedCells.BYTES, FixedCells.BYTES, type);
          case ListCells _ -> throw new IllegalArgumentException("a list cannot be a key");
        };
    return KeyPlacement.partition(hash, partitions);
  }
}
