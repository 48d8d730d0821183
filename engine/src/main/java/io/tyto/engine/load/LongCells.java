package io.tyto.engine.load;

import io.tyto.engine.row.Row;
import java.util.Arrays;

/// A column of integers.
public final class LongCells extends Cells {
  private long[] values = new long[0];

  LongCells() {}

  public void put(int row, long value) {
    values[row] = value;
  }

  public long value(int row) {
    return values[row];
  }

  @Override
  void reserve(int rows) {
    values = Arrays.copyOf(values, rows);
  }

  @Override
  void put(int row, Row source, int column) {
    values[row] = source.longAt(column);
  }

  @Override
  public void put(int row, Object element) {
    values[row] = (Long) element;
  }

  @Override
  void putNull(int row) {
    super.putNull(row);
    values[row] = 0;
  }

  @Override
  LoadedColumn select(int[] rows, int from, int count) {
    long[] selected = new long[count];
    for (int i = 0; i < count; i++) {
      selected[i] = values[rows[from + i]];
    }
    return new LoadedColumn.Longs(selected, selectNulls(rows, from, count));
  }
}
