package io.tyto.engine.segment;

import io.tyto.engine.encoding.LongEncoder;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts a column into blocks of rows and writes each as it fills. Not thread-safe.
final class BlockAssembler {
  private final ContainerWriter target;
  private final int columnId;
  private final boolean isList;
  private final ValuesBuffer values;
  private final LongEncoder offsetsEncoder;
  private final @Nullable BatchSetWriter batchSets;
  private final NullsBuilder listNulls = new NullsBuilder();
  private final long[] offsets;
  private final List<ColumnDescriptor.BlockZone> blocks = new ArrayList<>();
  private int[] elementPositions = new int[0];
  private int rows;

  BlockAssembler(
      ContainerWriter target,
      int columnId,
      boolean isList,
      ValuesBuffer values,
      LongEncoder offsetsEncoder,
      @Nullable BatchSetWriter batchSets) {
    this.target = target;
    this.columnId = columnId;
    this.isList = isList;
    this.values = values;
    this.offsetsEncoder = offsetsEncoder;
    this.batchSets = batchSets;
    offsets = new long[isList ? RowSource.BLOCK_ROWS + 1 : 0];
  }

  void add(ColumnVector vector, int[] positions, int count) throws IOException {
    if (batchSets != null) {
      batchSets.add(vector, positions, count);
    }
    for (int from = 0; from < count; ) {
      int part = Math.min(count - from, RowSource.BLOCK_ROWS - rows);
      if (isList) {
        addLists(vector, positions, from, part);
      } else {
        values.add(vector, positions, from, part);
      }
      rows += part;
      from += part;
      if (rows == RowSource.BLOCK_ROWS) {
        endBlock();
      }
    }
  }

  private void addLists(ColumnVector vector, int[] positions, int from, int count) {
    listNulls.add(vector, positions, from, count);
    if (!(vector instanceof ColumnVector.Lists lists)) {
      for (int i = 0; i < count; i++) {
        offsets[rows + i + 1] = values.size();
      }
      return;
    }
    long end = values.size();
    int elements = 0;
    for (int i = 0; i < count; i++) {
      int position = positions[from + i];
      int first = lists.offsets()[position];
      int length = lists.isNull(position) ? 0 : lists.offsets()[position + 1] - first;
      if (elementPositions.length - elements < length) {
        elementPositions =
            Arrays.copyOf(elementPositions, Math.max(1 << 10, (elements + length) * 2));
      }
      for (int k = 0; k < length; k++) {
        elementPositions[elements++] = first + k;
      }
      end += length;
      offsets[rows + i + 1] = end;
    }
    values.add(lists.elements(), elementPositions, 0, elements);
  }

  private void endBlock() throws IOException {
    int block = blocks.size();
    int stored = values.size();
    int nullValues = values.nulls().nulls();
    int nullRows = isList ? listNulls.nulls() : nullValues;
    Zone zone = new Zone(rows, nullRows, false, 0, 0, 0, 0);
    if (nullValues < stored) {
      target.block(BlockKind.VALUES, columnId, block, values.encode());
      zone = values.zone(rows, nullRows);
      if (nullValues > 0) {
        target.block(BlockKind.VALUE_NULLS, columnId, block, values.nulls().encode());
      }
    }
    if (isList) {
      target.block(
          BlockKind.LIST_OFFSETS, columnId, block, offsetsEncoder.encode(offsets, rows + 1));
      if (nullRows > 0) {
        target.block(BlockKind.LIST_NULLS, columnId, block, listNulls.encode());
      }
    }
    blocks.add(new ColumnDescriptor.BlockZone(zone, stored));
    values.clear();
    listNulls.clear();
    rows = 0;
  }

  /// Writes the last block; returns what the column's descriptor says of all of them.
  List<ColumnDescriptor.BlockZone> finish() throws IOException {
    if (rows > 0) {
      endBlock();
    }
    if (batchSets != null) {
      batchSets.finish();
    }
    return blocks;
  }
}
