package io.tyto.engine.segment;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The order in which rows go into a segment: by event time, rows without one last, and rows of one
/// time as they come.
///
/// Ties keep the order of the sources: the tail's is the order of the log, and that of neighbours
/// in commit order too.
final class RowOrder {
  /// Turns time columns into a permutation, only where the rows do not ascend already.
  ///
  /// @return for each row to write the row that comes there, counted over all rows that are kept
  static int[] of(SourceRows rows, ColumnSpec time) throws IOException {
    RowOrder order = new RowOrder(Math.toIntExact(rows.count()));
    rows.forEachBatch(time, order::collect);
    RunMerge.sort(order.times, order.rows, order.present);
    System.arraycopy(order.rowsWithoutTime, 0, order.rows, order.present, order.withoutTime);
    return order.rows;
  }

  private final long[] times;
  private final int[] rows;
  private int present;
  private int[] rowsWithoutTime = new int[0];
  private int withoutTime;

  private RowOrder(int count) {
    times = new long[count];
    rows = new int[count];
  }

  private void collect(ColumnVector vector, int[] positions, int count) {
    long[] values = vector instanceof ColumnVector.Longs longs ? longs.values() : null;
    for (int i = 0; i < count; i++) {
      int row = present + withoutTime;
      if (values == null || vector.isNull(positions[i])) {
        addWithoutTime(row);
      } else {
        times[present] = values[positions[i]];
        rows[present++] = row;
      }
    }
  }

  private void addWithoutTime(int row) {
    if (withoutTime == rowsWithoutTime.length) {
      rowsWithoutTime = Arrays.copyOf(rowsWithoutTime, Math.max(64, withoutTime * 2));
    }
    rowsWithoutTime[withoutTime++] = row;
  }

  /// Tells whether rows come in that order anyway, batch by batch.
  static final class Check {
    private long last = Long.MIN_VALUE;
    private boolean isAscending = true;
    private boolean hasNull;

    void add(ColumnVector vector, int[] positions, int count) {
      if (!isAscending) {
        return;
      }
      long @Nullable [] values = vector instanceof ColumnVector.Longs longs ? longs.values() : null;
      for (int i = 0; i < count; i++) {
        if (values == null || vector.isNull(positions[i])) {
          hasNull = true;
        } else if (hasNull || values[positions[i]] < last) {
          isAscending = false;
          return;
        } else {
          last = values[positions[i]];
        }
      }
    }

    boolean isAscending() {
      return isAscending;
    }
  }
}
