package io.tyto.ingest.partition;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.SystemColumns;
import io.tyto.store.manifest.Manifest.Range;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the records of one log of which a partition has committed rows or dead letters.
///
/// Thread-safety: none; used once.
final class TakenOffsets {
  private final byte[] log;
  private final String logId;
  private final long from;
  private long[] offsets = new long[16];
  private int count;

  /// @param from offset of the first record that is asked for
  TakenOffsets(String logId, long from) {
    this.log = logId.getBytes(StandardCharsets.UTF_8);
    this.logId = logId;
    this.from = from;
  }

  /// In no order; each once. SEGMENT_CORRUPT.
  long[] in(LiveRows live) {
    List<LiveSegment> held = live.hold(entry -> reaches(entry.ranges().get(logId)));
    try {
      held.forEach(segment -> read(segment.source()));
    } finally {
      held.forEach(LiveSegment::release);
    }
    return Arrays.copyOf(offsets, count);
  }

  private boolean reaches(@Nullable Range range) {
    return range != null && range.next() > from;
  }

  private void read(RowSource source) {
    ColumnReader logs = source.column(SystemColumns.LOG);
    ColumnReader places = source.column(SystemColumns.OFFSET);
    if (logs == null || places == null) {
      return;
    }
    for (int row = 0; row < source.rowCount(); row += RowSource.BATCH_ROWS) {
      int length = Math.min(RowSource.BATCH_ROWS, source.rowCount() - row);
      ColumnVector logBatch = logs.read(row, length);
      long[] placeBatch = ((ColumnVector.Longs) places.read(row, length)).values();
      for (int i = 0; i < length; i++) {
        if (placeBatch[i] >= from && Arrays.equals(EventIdReader.bytes(logBatch, i), log)) {
          add(placeBatch[i]);
        }
      }
    }
  }

  private void add(long offset) {
    if (count == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * count);
    }
    offsets[count++] = offset;
  }
}
