package io.tyto.engine.load;

import io.tyto.engine.row.Row;
import java.util.Arrays;

/// A column of values of sixteen bytes: uuids, addresses, wide decimals.
public final class FixedCells extends Cells {
  public static final int BYTES = 16;

  private byte[] values = new byte[0];

  FixedCells() {}

  /// Where the sixteen bytes of a row go, beginning at sixteen times its number.
  public byte[] values() {
    return values;
  }

  @Override
  void reserve(int rows) {
    values = Arrays.copyOf(values, Math.multiplyExact(rows, BYTES));
  }

  @Override
  void put(int row, Row source, int column) {
    System.arraycopy(source.bytesAt(column), 0, values, row * BYTES, BYTES);
  }

  @Override
  public void put(int row, Object element) {
    System.arraycopy((byte[]) element, 0, values, row * BYTES, BYTES);
  }

  @Override
  void putNull(int row) {
    super.putNull(row);
    Arrays.fill(values, row * BYTES, row * BYTES + BYTES, (byte) 0);
  }

  @Override
  LoadedColumn select(int[] rows, int from, int count) {
    byte[] selected = new byte[count * BYTES];
    int[] offsets = new int[count + 1];
    for (int i = 0; i < count; i++) {
      System.arraycopy(values, rows[from + i] * BYTES, selected, i * BYTES, BYTES);
      offsets[i + 1] = (i + 1) * BYTES;
    }
    return new LoadedColumn.Bytes(selected, offsets, selectNulls(rows, from, count));
  }
}
