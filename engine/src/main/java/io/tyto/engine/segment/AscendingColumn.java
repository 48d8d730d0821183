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
  private final long[] single = new long[1];
  private int openBlock = -1;
  private LongDecoder decoder = LongDecoder.zeros();
  private Container.@Nullable Block opened;

  /// The rows decoded last, all of one block: `[windowFrom, windowTo)`.
  private final long[] window = new long[STEP];

  private int windowFrom;
  private int windowTo;

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
    return zone(low).minLong() >= value ? first : inBlock(low, value, 0);
  }

  @Override
  public int firstAtLeast(long value, int from) {
    if (from >= present) {
      return present;
    }
    int block = from / RowSource.BLOCK_ROWS;
    return zone(block).maxLong() < value
        ? firstAtLeast(value)
        : Math.max(from, inBlock(block, value, from % RowSource.BLOCK_ROWS / STEP));
  }

  private Zone zone(int block) {
    return blocks.get(block).zone();
  }

  /// The first row of a block whose value is not below, if it lies in the step or behind; there is
  /// one.
  private int inBlock(int block, long value, int step) {
    int first = block * RowSource.BLOCK_ROWS;
    int rows = Math.min(RowSource.BLOCK_ROWS, present - first);
    int steps = (rows + STEP - 1) / STEP;
    int low = step;
    int high = step + 1;
    for (int stride = 1; high < steps && value(first + high * STEP) < value; stride <<= 1) {
      low = high;
      high += stride;
    }
    high = Math.min(high, steps);
    while (high - low > 1) {
      int middle = low + high >>> 1;
      if (value(first + middle * STEP) < value) {
        low = middle;
      } else {
        high = middle;
      }
    }
    int from = first + low * STEP;
    return inWindow(from, Math.min(from + STEP, first + rows), value);
  }

  private int inWindow(int from, int to, long value) {
    if (from != windowFrom || to != windowTo) {
      windowTo = windowFrom;
      decode(from, to - from, window);
      windowFrom = from;
      windowTo = to;
    }
    int low = 0;
    int high = to - from;
    while (low < high) {
      int middle = low + high >>> 1;
      if (window[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return from + low;
  }

  @Override
  public long value(int row) {
    Objects.checkIndex(row, present);
    if (row >= windowFrom && row < windowTo) {
      return window[row - windowFrom];
    }
    decode(row, 1, single);
    return single[0];
  }

  /// Rows of one block.
  private void decode(int row, int count, long[] target) {
    int block = row / RowSource.BLOCK_ROWS;
    try {
      if (block != openBlock) {
        openBlock = -1;
        Container.Block found =
            column.container().require(BlockKind.VALUES, column.columnId(), block);
        opened = found;
        decoder = LongDecoder.open(found.encoding(), found.payload(), found.values());
        openBlock = block;
      }
      decoder.decode(row % RowSource.BLOCK_ROWS, count, target);
    } catch (RuntimeException | InternalError e) {
      openBlock = -1;
      throw column.container().unreadable(opened, e);
    }
  }
}
