package io.tyto.engine.load;

import io.tyto.engine.row.Row;
import java.util.Arrays;

/// A column of doubles.
public final class DoubleCells extends Cells {
  private double[] values = new double[0];

  DoubleCells() {}

  /// @param value finite and not -0.0
  public void put(int row, double value) {
    values[row] = value;
  }

  double value(int row) {
    return values[row];
  }

  @Override
  void reserve(int rows) {
    values = Arrays.copyOf(values, rows);
  }

  @Override
  void put(int row, Row source, int column) {
    values[row] = source.doubleAt(column);
  }

  @Override
  public void put(int row, Object element) {
    values[row] = (Double) element;
  }

  @Override
  void putNull(int row) {
    super.putNull(row);
    values[row] = 0;
  }

  @Override
  LoadedColumn select(int[] rows, int from, int count) {
    double[] selected = new double[count];
    for (int i = 0; i < count; i++) {
      selected[i] = values[rows[from + i]];
    }
    return new LoadedColumn.Doubles(selected, selectNulls(rows, from, count));
  }
}
