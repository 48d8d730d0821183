package io.tyto.engine.load;

import io.tyto.engine.row.Row;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A column of lists.
final class ListCells extends Cells {
  private final Cells elements;
  private int[] starts = new int[0];
  private int[] ends = new int[0];
  private int size;
  private int capacity;

  ListCells(Cells elements) {
    this.elements = elements;
  }

  @Override
  void reserve(int rows) {
    starts = Arrays.copyOf(starts, rows);
    ends = Arrays.copyOf(ends, rows);
  }

  @Override
  void clear(byte[] text) {
    super.clear(text);
    elements.clear(text);
    size = 0;
  }

  @Override
  void put(int row, Row source, int column) {
    @Nullable Object[] values = source.listAt(column);
    if (capacity - size < values.length) {
      capacity = Math.max(2 * capacity, Math.addExact(size, values.length));
      elements.reserve(capacity);
    }
    starts[row] = size;
    for (Object value : values) {
      if (value == null) {
        elements.putNull(size++);
      } else {
        elements.put(size++, value);
      }
    }
    ends[row] = size;
  }

  @Override
  public void put(int row, Object element) {
    throw new IllegalArgumentException("a list within a list");
  }

  @Override
  void putNull(int row) {
    super.putNull(row);
    starts[row] = size;
    ends[row] = size;
  }

  @Override
  LoadedColumn select(int[] rows, int from, int count) {
    int[] offsets = new int[count + 1];
    for (int i = 0; i < count; i++) {
      int row = rows[from + i];
      offsets[i + 1] = offsets[i] + ends[row] - starts[row];
    }
    int[] positions = new int[offsets[count]];
    for (int i = 0; i < count; i++) {
      int start = starts[rows[from + i]];
      for (int k = offsets[i]; k < offsets[i + 1]; k++) {
        positions[k] = start + k - offsets[i];
      }
    }
    LoadedColumn selected = elements.select(positions, 0, positions.length);
    return new LoadedColumn.Lists(offsets, selected, selectNulls(rows, from, count));
  }
}
