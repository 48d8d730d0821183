package io.tyto.engine.load;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;

/// Gathers the values of one column for rows that are loaded already, in the order of the rows. Not
/// thread-safe; of no use after {@link #addTo}.
public final class AddedColumn {
  private final ColumnSpec column;
  private final Cells cells;
  private final int[] order;
  private int count;

  /// @param rows for which there will be a value
  public AddedColumn(ColumnSpec column, int rows) {
    this.column = column;
    this.order = new int[rows];
    this.cells = Cells.of(column);
    cells.reserve(rows);
    cells.clear(new byte[0]);
  }

  /// Takes over the value of the next row.
  ///
  /// @param position of the value in `source`
  public void add(Row source, int position) {
    if (source.isNull(position)) {
      cells.putNull(count);
    } else {
      cells.put(count, source, position);
    }
    order[count] = count;
    count++;
  }

  /// Nulls for all rows before this one that have no value yet.
  public void skipTo(int row) {
    while (count < row) {
      cells.putNull(count);
      order[count] = count;
      count++;
    }
  }

  /// The rows with this column, in the place of whatever they have there.
  public LoadedRows addTo(LoadedRows rows) {
    if (count != rows.rowCount()) {
      throw new IllegalStateException(
          "%d values of %s for %d rows".formatted(count, column.name(), rows.rowCount()));
    }
    return rows.with(column, cells.select(order, 0, count));
  }
}
