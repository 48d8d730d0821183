package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesEncoder;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import java.io.IOException;

/// What a column of bytes would take without a dictionary, by encoding part of it.
final class PlainSize {
  /// Every so many batches one is encoded; all of a small column.
  private static final int STEP = 8;

  private static final int SMALL_ROWS = 1 << 16;

  private final ValuesBuffer.OfBytes buffer;
  private final int step;
  private int batches;
  private long sampledRows;
  private long sampledBytes;

  private PlainSize(SegmentOptions options, long rows) {
    buffer = new ValuesBuffer.OfBytes(new BytesEncoder(options.encoding(), options.codec()));
    step = rows <= SMALL_ROWS ? 1 : STEP;
  }

  static double estimate(SourceRows rows, ColumnSpec column, SegmentOptions options)
      throws IOException {
    PlainSize size = new PlainSize(options, rows.count());
    rows.forEachBatch(column, size::visit);
    return size.sampledRows == 0
        ? 0
        : size.sampledBytes * ((double) rows.count() / size.sampledRows);
  }

  private void visit(ColumnVector vector, int[] positions, int count) {
    if (batches++ % step != 0) {
      return;
    }
    if (vector instanceof ColumnVector.Lists lists) {
      int from = lists.offsets()[positions[0]];
      int to = lists.offsets()[positions[count - 1] + 1];
      int[] elements = new int[to - from];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = from + i;
      }
      buffer.add(lists.elements(), elements, 0, elements.length);
    } else {
      buffer.add(vector, positions, 0, count);
    }
    sampledRows += count;
    if (buffer.size() > 0) {
      sampledBytes += buffer.encode().payload().remaining();
    }
    buffer.clear();
  }
}
