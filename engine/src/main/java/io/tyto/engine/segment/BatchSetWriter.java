package io.tyto.engine.segment;

import io.tyto.engine.encoding.BatchSet;
import io.tyto.engine.source.BatchSets;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import java.io.IOException;

/// Writes the sets of a column's values by batch, a block for every 64 batches: for columns whose
/// values are many and are asked for one by one. Not thread-safe.
final class BatchSetWriter {
  private static final int GROUP_ROWS = BatchSets.GROUP_BATCHES * RowSource.BATCH_ROWS;

  /// Where there are fewer rows, or fewer values in a batch, comparing them all is as fast.
  private static final int FEW_ROWS = RowSource.BLOCK_ROWS;

  private static final int FEW_VALUES = RowSource.BATCH_ROWS / 16;

  /// Sets are of use where a value lies in at most one batch in so many.
  private static final int SELECTIVITY = 8;

  private static final int BATCH_MAP_WORDS = 1 << 10;
  private static final int GROUP_MAP_WORDS = 1 << 13;

  private final ContainerWriter target;
  private final int columnId;
  private final boolean isForced;
  private final long[] hashes = new long[GROUP_ROWS];
  private final int[] ends = new int[BatchSets.GROUP_BATCHES];
  private final long[] batchMap = new long[BATCH_MAP_WORDS];
  private final long[] groupMap = new long[GROUP_MAP_WORDS];
  private int present;
  private int rows;
  private int group;

  /// @param isForced written whether of use or not
  BatchSetWriter(ContainerWriter target, int columnId, boolean isForced) {
    this.target = target;
    this.columnId = columnId;
    this.isForced = isForced;
  }

  void add(ColumnVector vector, int[] positions, int count) throws IOException {
    for (int from = 0; from < count; ) {
      int batchRows = rows & RowSource.BATCH_ROWS - 1;
      int part = Math.min(count - from, RowSource.BATCH_ROWS - batchRows);
      addHashes(vector, positions, from, part);
      rows += part;
      from += part;
      ends[(rows - 1) / RowSource.BATCH_ROWS] = present;
      if (rows == GROUP_ROWS) {
        endGroup();
      }
    }
  }

  private void addHashes(ColumnVector vector, int[] positions, int from, int count) {
    for (int i = from; i < from + count; i++) {
      int position = positions[i];
      if (!vector.isNull(position)) {
        hashes[present++] = hash(vector, position);
      }
    }
  }

  /// Ordinals of the segment's own dictionary come as longs, those of a source's stand for values.
  private static long hash(ColumnVector vector, int position) {
    return switch (vector) {
      case ColumnVector.Longs longs -> BatchSets.hash(longs.values()[position]);
      case ColumnVector.Ordinals coded -> {
        byte[] value = coded.dictionary().value(coded.values()[position]);
        yield BatchSets.hash(value, 0, value.length);
      }
      case ColumnVector.Bytes bytes -> {
        int start = bytes.offsets()[position];
        yield BatchSets.hash(bytes.data(), start, bytes.offsets()[position + 1] - start);
      }
      case ColumnVector.AllNull _, ColumnVector.Doubles _, ColumnVector.Lists _ ->
          throw new IllegalArgumentException("no sets of " + vector.getClass().getSimpleName());
    };
  }

  private void endGroup() throws IOException {
    int batches = (rows + RowSource.BATCH_ROWS - 1) / RowSource.BATCH_ROWS;
    long pairs = 0;
    for (int batch = 0; batch < batches; batch++) {
      int from = batch == 0 ? 0 : ends[batch - 1];
      pairs += BatchSet.distinct(hashes, from, ends[batch], batchMap);
    }
    int distinct = (int) (pairs / batches);
    if (isForced || isOfUse(pairs, distinct, batches)) {
      target.rawBlock(
          BlockKind.BATCH_SETS,
          columnId,
          group,
          BatchSet.encode(hashes, ends, batches, Math.max(1, distinct)));
    }
    group++;
    rows = 0;
    present = 0;
  }

  private boolean isOfUse(long pairs, int distinct, int batches) {
    if (distinct < FEW_VALUES || group == 0 && rows < FEW_ROWS) {
      return false;
    }
    long values = BatchSet.distinct(hashes, 0, present, groupMap);
    return pairs <= values * Math.max(2, batches / SELECTIVITY);
  }

  void finish() throws IOException {
    if (rows > 0) {
      endGroup();
    }
  }
}
