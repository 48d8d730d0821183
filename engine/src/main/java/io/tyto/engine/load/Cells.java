package io.tyto.engine.load;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One column of the rows that a {@link RowsBuilder} gathers; reused from block to block.
///
/// A row is written at its index and may be written again as long as it is the last one. Not
/// thread-safe.
public abstract sealed class Cells
    permits LongCells, DoubleCells, BytesCells, FixedCells, ListCells {
  private long[] nulls = new long[16];
  private boolean hasNulls;

  static Cells of(ColumnSpec column) {
    return column.type().isList()
        ? new ListCells(ofElement(column.type().element()))
        : ofElement(column.type());
  }

  private static Cells ofElement(ColumnType type) {
    return switch (type.physical()) {
      case Physical.LONG -> new LongCells();
      case Physical.DOUBLE -> new DoubleCells();
      case Physical.BYTES ->
          type instanceof ColumnType.StringType || type instanceof ColumnType.JsonType
              ? new BytesCells()
              : new FixedCells();
    };
  }

  /// Makes room for rows below this.
  abstract void reserve(int rows);

  /// Takes over the cell of a row.
  abstract void put(int row, Row source, int column);

  /// Takes over an element of a list, in the form that {@link Row} lists hold.
  public abstract void put(int row, Object element);

  /// The rows of a selection as a column of its own.
  abstract LoadedColumn select(int[] rows, int from, int count);

  /// Forgets all rows; what a later block may profit from stays.
  void clear(byte[] text) {
    if (hasNulls) {
      Arrays.fill(nulls, 0);
      hasNulls = false;
    }
  }

  void putNull(int row) {
    int word = row >>> 6;
    if (word >= nulls.length) {
      nulls = Arrays.copyOf(nulls, Math.max(word + 1, nulls.length * 2));
    }
    nulls[word] |= 1L << row;
    hasNulls = true;
  }

  final boolean isNull(int row) {
    int word = row >>> 6;
    return hasNulls && word < nulls.length && (nulls[word] >>> row & 1) != 0;
  }

  final long @Nullable [] selectNulls(int[] rows, int from, int count) {
    if (!hasNulls) {
      return null;
    }
    long[] selected = new long[count + 63 >>> 6];
    long any = 0;
    for (int i = 0; i < count; i++) {
      long bit = isNull(rows[from + i]) ? 1L << i : 0;
      selected[i >>> 6] |= bit;
      any |= bit;
    }
    return any == 0 ? null : selected;
  }
}
