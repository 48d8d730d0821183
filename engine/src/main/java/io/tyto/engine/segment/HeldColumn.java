package io.tyto.engine.segment;

import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One column of the rows to write, held as a whole so that it can be given out in another order.
/// Not thread-safe.
abstract sealed class HeldColumn {
  /// Visits a column's rows in the order of the permutation.
  ///
  /// @param order see {@link RowOrder}
  static void forEachBatch(
      SourceRows rows, ColumnSpec column, int[] order, SourceRows.BatchVisitor visitor)
      throws IOException {
    HeldColumn held =
        column.type().isList()
            ? new Pages()
            : switch (column.type().physical()) {
              case LONG -> new Longs(order.length);
              case DOUBLE -> new Doubles(order.length);
              case BYTES -> new Pages();
            };
    rows.forEachBatch(column, held::add);
    held.visit(order, visitor);
  }

  abstract void add(ColumnVector vector, int[] positions, int count);

  abstract void visit(int[] order, SourceRows.BatchVisitor visitor) throws IOException;

  private static void visitWhole(ColumnVector whole, int[] order, SourceRows.BatchVisitor visitor)
      throws IOException {
    int[] positions = new int[RowSource.BATCH_ROWS];
    for (int from = 0; from < order.length; from += positions.length) {
      int count = Math.min(positions.length, order.length - from);
      System.arraycopy(order, from, positions, 0, count);
      visitor.visit(whole, positions, count);
    }
  }

  /// Null bits of rows that come one after the other; no array before the first null.
  private static final class Nulls {
    private final int rows;
    private long @Nullable [] words;

    Nulls(int rows) {
      this.rows = rows;
    }

    void add(ColumnVector vector, int[] positions, int count, int at) {
      if (vector.nulls() == null) {
        return;
      }
      long[] bits = words == null ? new long[(rows + 63) >>> 6] : words;
      words = bits;
      for (int i = 0; i < count; i++) {
        if (vector.isNull(positions[i])) {
          bits[at + i >>> 6] |= 1L << at + i;
        }
      }
    }
  }

  private static final class Longs extends HeldColumn {
    private final long[] values;
    private final Nulls nulls;
    private int size;

    Longs(int rows) {
      values = new long[rows];
      nulls = new Nulls(rows);
    }

    @Override
    void add(ColumnVector vector, int[] positions, int count) {
      if (vector instanceof ColumnVector.Longs longs) {
        long[] source = longs.values();
        for (int i = 0; i < count; i++) {
          values[size + i] = source[positions[i]];
        }
      }
      nulls.add(vector, positions, count, size);
      size += count;
    }

    @Override
    void visit(int[] order, SourceRows.BatchVisitor visitor) throws IOException {
      visitWhole(new ColumnVector.Longs(size, values, nulls.words), order, visitor);
    }
  }

  private static final class Doubles extends HeldColumn {
    private final double[] values;
    private final Nulls nulls;
    private int size;

    Doubles(int rows) {
      values = new double[rows];
      nulls = new Nulls(rows);
    }

    @Override
    void add(ColumnVector vector, int[] positions, int count) {
      if (vector instanceof ColumnVector.Doubles doubles) {
        double[] source = doubles.values();
        for (int i = 0; i < count; i++) {
          values[size + i] = source[positions[i]];
        }
      }
      nulls.add(vector, positions, count, size);
      size += count;
    }

    @Override
    void visit(int[] order, SourceRows.BatchVisitor visitor) throws IOException {
      visitWhole(new ColumnVector.Doubles(size, values, nulls.words), order, visitor);
    }
  }

  /// Values of any size: copies of the batches read, so that no array has to hold them all.
  private static final class Pages extends HeldColumn {
    private final List<ColumnVector> pages = new ArrayList<>();
    private int[] starts = new int[16];

    @Override
    void add(ColumnVector vector, int[] positions, int count) {
      int page = pages.size();
      if (page + 1 == starts.length) {
        starts = Arrays.copyOf(starts, starts.length * 2);
      }
      pages.add(copy(vector, positions, count));
      starts[page + 1] = starts[page] + count;
    }

    private static ColumnVector copy(ColumnVector vector, int[] positions, int count) {
      return switch (vector) {
        case ColumnVector.AllNull _ -> new ColumnVector.AllNull(count);
        case ColumnVector.Longs longs -> {
          long[] values = new long[count];
          Arrays.setAll(values, i -> longs.values()[positions[i]]);
          yield new ColumnVector.Longs(count, values, nulls(vector, positions, count));
        }
        case ColumnVector.Doubles doubles -> {
          double[] values = new double[count];
          Arrays.setAll(values, i -> doubles.values()[positions[i]]);
          yield new ColumnVector.Doubles(count, values, nulls(vector, positions, count));
        }
        case ColumnVector.Ordinals coded -> {
          int[] values = new int[count];
          Arrays.setAll(values, i -> coded.values()[positions[i]]);
          yield new ColumnVector.Ordinals(
              count, values, coded.dictionary(), nulls(vector, positions, count));
        }
        case ColumnVector.Bytes bytes -> copyBytes(bytes, positions, count);
        case ColumnVector.Lists lists -> copyLists(lists, positions, count);
      };
    }

    private static long @Nullable [] nulls(ColumnVector vector, int[] positions, int count) {
      Nulls nulls = new Nulls(count);
      nulls.add(vector, positions, count, 0);
      return nulls.words;
    }

    private static ColumnVector copyBytes(ColumnVector.Bytes bytes, int[] positions, int count) {
      int[] offsets = new int[count + 1];
      for (int i = 0; i < count; i++) {
        int position = positions[i];
        offsets[i + 1] = offsets[i] + bytes.offsets()[position + 1] - bytes.offsets()[position];
      }
      byte[] data = new byte[offsets[count]];
      for (int i = 0; i < count; i++) {
        int length = offsets[i + 1] - offsets[i];
        System.arraycopy(bytes.data(), bytes.offsets()[positions[i]], data, offsets[i], length);
      }
      return new ColumnVector.Bytes(count, data, offsets, nulls(bytes, positions, count));
    }

    private static ColumnVector copyLists(ColumnVector.Lists lists, int[] positions, int count) {
      int[] offsets = new int[count + 1];
      for (int i = 0; i < count; i++) {
        int position = positions[i];
        int length = lists.offsets()[position + 1] - lists.offsets()[position];
        offsets[i + 1] = offsets[i] + (lists.isNull(position) ? 0 : length);
      }
      int[] elements = new int[offsets[count]];
      for (int i = 0; i < count; i++) {
        int first = lists.offsets()[positions[i]];
        for (int k = offsets[i]; k < offsets[i + 1]; k++) {
          elements[k] = first + k - offsets[i];
        }
      }
      ColumnVector values = copy(lists.elements(), elements, elements.length);
      return new ColumnVector.Lists(count, offsets, values, nulls(lists, positions, count));
    }

    /// Neighbours of one page go in one visit.
    @Override
    void visit(int[] order, SourceRows.BatchVisitor visitor) throws IOException {
      int[] positions = new int[RowSource.BATCH_ROWS];
      int page = 0;
      int count = 0;
      for (int row : order) {
        boolean isHere = row >= starts[page] && row < starts[page + 1];
        if (!isHere || count == positions.length) {
          if (count > 0) {
            visitor.visit(pages.get(page), positions, count);
          }
          count = 0;
          page = isHere ? page : pageOf(row);
        }
        positions[count++] = row - starts[page];
      }
      if (count > 0) {
        visitor.visit(pages.get(page), positions, count);
      }
    }

    private int pageOf(int row) {
      int found = Arrays.binarySearch(starts, 0, pages.size() + 1, row);
      return found >= 0 ? found : -found - 2;
    }
  }
}
