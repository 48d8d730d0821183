package io.tyto.engine.segment;

import io.tyto.engine.encoding.LongDecoder;
import io.tyto.engine.source.Ascending;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Searches the column that a segment is sorted by. Not thread-safe.
///
/// A block that is searched is decoded once in a process: every 64th of its values is kept from
/// then on, for all readers, and a search decodes no more than the 64 between two of them.
final class AscendingColumn implements Ascending {
  private static final int STEP = 64;

  /// Rows decoded at a time.
  private static final int PART = 1 << 10;

  private final SegmentColumn column;
  private final List<ColumnDescriptor.BlockZone> blocks;
  private final int present;
  private final long[] single = new long[1];
  private int openBlock = -1;
  private LongDecoder decoder = LongDecoder.zeros();
  private Container.@Nullable Block opened;

  /// The rows decoded last, all of one step: `[windowFrom, windowTo)`.
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
    long[] samples = samples(block);
    int low = step;
    int high = step + 1;
    for (int stride = 1; high < samples.length && samples[high] < value; stride <<= 1) {
      low = high;
      high += stride;
    }
    high = Math.min(high, samples.length);
    while (high - low > 1) {
      int middle = low + high >>> 1;
      if (samples[middle] < value) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return inStep(block, low, samples[low], value);
  }

  /// Every 64th value of a block.
  private long[] samples(int block) {
    long[] known = column.samples(block);
    if (known != null) {
      return known;
    }
    int first = block * RowSource.BLOCK_ROWS;
    int rows = Math.min(RowSource.BLOCK_ROWS, present - first);
    long[] samples = new long[(rows + STEP - 1) / STEP];
    long[] part = new long[PART];
    for (int from = 0; from < rows; from += PART) {
      int count = Math.min(PART, rows - from);
      decode(first + from, count, part);
      for (int i = 0; i < count; i += STEP) {
        samples[(from + i) / STEP] = part[i];
      }
    }
    column.keepSamples(block, samples);
    return samples;
  }

  private int inStep(int block, int step, long first, long value) {
    int from = block * RowSource.BLOCK_ROWS + step * STEP;
    int to = Math.min(Math.min(from + STEP, (block + 1) * RowSource.BLOCK_ROWS), present);
    if (from != windowFrom || to != windowTo) {
      windowTo = windowFrom;
      decodeAfter(from, first, to - from);
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
    long[] samples = row % STEP == 0 ? column.samples(row / RowSource.BLOCK_ROWS) : null;
    if (samples != null) {
      return samples[row % RowSource.BLOCK_ROWS / STEP];
    }
    decode(row, 1, single);
    return single[0];
  }

  /// Rows of one block.
  private void decode(int row, int count, long[] target) {
    try {
      open(row / RowSource.BLOCK_ROWS);
      decoder.decode(row % RowSource.BLOCK_ROWS, count, target);
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  private void decodeAfter(int row, long first, int count) {
    try {
      open(row / RowSource.BLOCK_ROWS);
      decoder.decodeAfter(row % RowSource.BLOCK_ROWS, first, count, window);
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  private void open(int block) {
    if (block == openBlock) {
      return;
    }
    openBlock = -1;
    Container.Block found = column.container().require(BlockKind.VALUES, column.columnId(), block);
    opened = found;
    decoder = LongDecoder.open(found.encoding(), found.payload(), found.values());
    openBlock = block;
  }

  private RuntimeException unreadable(Throwable e) {
    openBlock = -1;
    return column.container().unreadable(opened, e);
  }
}
