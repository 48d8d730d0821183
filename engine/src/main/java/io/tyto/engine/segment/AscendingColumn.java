package io.tyto.engine.segment;

import io.tyto.engine.encoding.LongDecoder;
import io.tyto.engine.source.Ascending;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Searches the column that a segment is sorted by. Not thread-safe.
final class AscendingColumn implements Ascending {
  /// Every so many rows a value is decoded alone at no cost, whatever the encoding; those between
  /// are decoded together.
  private static final int STEP = 1 << 10;

  private final SegmentColumn column;
  private final List<ColumnDescriptor.BlockZone> blocks;
  private final int present;
  private final long[] values = new long[STEP];
  private int openBlock = -1;
  private LongDecoder decoder = LongDecoder.zeros();
  private Container.@Nullable Block opened;

  AscendingColumn(SegmentColumn column) {
    this.column = column;
    blocks = column.descriptor().blocks();
    int rows = 0;
    for (ColumnDescriptor.BlockZone block : blocks) {
      rows += block.zone().rows() - block.zone().nulls();
    }
    present = rows;
  }

  @Override
  public int present() {
    return present;
  }

  @Override
  public int firstAtLeast(long value) {
    int low = 0;
    int high = (present + RowSource.BLOCK_ROWS - 1) / RowSource.BLOCK_ROWS;
    while (low < high) {
      int middle = low + high >>> 1;
      if (zone(middle).maxLong() < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    int first = low * RowSource.BLOCK_ROWS;
    if (first >= present) {
      return present;
    }
    return zone(low).minLong() >= value ? first : first + firstInBlock(low, value);
  }

  private Zone zone(int block) {
    return blocks.get(block).zone();
  }

  private int firstInBlock(int block, long value) {
    int rows = Math.min(RowSource.BLOCK_ROWS, present - block * RowSource.BLOCK_ROWS);
    int low = 0;
    int high = (rows - 1) / STEP;
    while (low < high) {
      int middle = low + high + 1 >>> 1;
      if (decode(block, middle * STEP, 1)[0] < value) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    int from = low * STEP;
    int count = Math.min(STEP, rows - from);
    long[] step = decode(block, from, count);
    int first = 0;
    int end = count;
    while (first < end) {
      int middle = first + end >>> 1;
      if (step[middle] < value) {
        first = middle + 1;
      } else {
        end = middle;
      }
    }
    return from + first;
  }

  @Override
  public long value(int row) {
    Objects.checkIndex(row, present);
    return decode(row / RowSource.BLOCK_ROWS, row % RowSource.BLOCK_ROWS, 1)[0];
  }

  private long[] decode(int block, int from, int count) {
    try {
      if (block != openBlock) {
        openBlock = -1;
        Container.Block found =
            column.container().require(BlockKind.VALUES, column.columnId(), block);
        opened = found;
        decoder = LongDecoder.open(found.encoding(), found.payload(), found.values());
        openBlock = block;
      }
      decoder.decode(from, count, values);
      return values;
    } catch (RuntimeException | InternalError e) {
      openBlock = -1;
      throw column.container().unreadable(opened, e);
    }
  }
}
