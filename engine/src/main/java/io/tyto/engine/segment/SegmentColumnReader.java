package io.tyto.engine.segment;

import io.tyto.engine.encoding.LongDecoder;
import io.tyto.engine.source.Ascending;
import io.tyto.engine.source.BatchSets;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads one column of one segment, a block of rows at a time.
final class SegmentColumnReader implements ColumnReader {
  private final SegmentColumn column;
  private final int rows;
  private final boolean isSorted;
  private final ValuesReader values;
  private @Nullable AscendingColumn ascending;

  private int openBlock = -1;
  private Container.@Nullable Block openedLast;
  private boolean isAllNull;
  private @Nullable NullBitmap valueNulls;
  private @Nullable NullBitmap listNulls;
  private @Nullable LongDecoder listOffsets;
  private int[] offsets = new int[0];

  /// @param isSorted the rows ascend by this column
  SegmentColumnReader(SegmentColumn column, int rows, boolean isSorted) {
    this.column = column;
    this.rows = rows;
    this.isSorted = isSorted;
    values = column.newValuesReader();
  }

  @Override
  public ColumnType type() {
    return column.descriptor().type();
  }

  @Override
  public ColumnVector read(int from, int count) {
    if (count == 0) {
      return nothing();
    }
    try {
      int start = enter(from, count);
      return listOffsets == null ? readValues(start, count) : readLists(listOffsets, start, count);
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  @Override
  public ColumnVector read(int from, int count, int[] positions, int selected) {
    if (count == 0 || type().isList()) {
      return read(from, count);
    }
    try {
      int start = enter(from, count);
      return values.read(start, count, positions, selected, nulls(start, count));
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  @Override
  public boolean retainRange(
      int from, int count, long low, long high, boolean negated, long[] mask) {
    LongDecoder decoder = comparable(from, count);
    try {
      int start = from % RowSource.BLOCK_ROWS;
      if (decoder == null || !decoder.retainRange(start, count, low, high, negated, mask)) {
        return false;
      }
      dropNulls(start, count, mask);
      return true;
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  @Override
  public boolean retainMembers(int from, int count, long[] members, boolean negated, long[] mask) {
    LongDecoder decoder = comparable(from, count);
    try {
      int start = from % RowSource.BLOCK_ROWS;
      if (decoder == null || !decoder.retainMembers(start, count, members, negated, mask)) {
        return false;
      }
      dropNulls(start, count, mask);
      return true;
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  @Override
  public boolean canSum(int from, int count) {
    LongDecoder decoder = comparable(from, count);
    return decoder != null && !isAllNull && valueNulls == null && decoder.canSum();
  }

  @Override
  public long sum(int from, int count) {
    try {
      return openIntegers().sum(from % RowSource.BLOCK_ROWS, count);
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  @Override
  public long sum(int from, int count, long[] mask) {
    try {
      return openIntegers().sum(from % RowSource.BLOCK_ROWS, count, mask);
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  private LongDecoder openIntegers() {
    return Objects.requireNonNull(values.integers(), "asked canSum first");
  }

  /// The block's integers, where a column of integers or ordinals has them.
  private @Nullable LongDecoder comparable(int from, int count) {
    if (type().isList() || count == 0) {
      return null;
    }
    try {
      enter(from, count);
      return values.integers();
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  private void dropNulls(int start, int count, long[] mask) {
    long[] nulls = nulls(start, count);
    if (nulls != null) {
      for (int word = 0; word < nulls.length; word++) {
        mask[word] &= ~nulls[word];
      }
    }
  }

  /// Opens the block of the rows; returns where in it they start.
  private int enter(int from, int count) {
    Objects.checkFromIndexSize(from, count, rows);
    int block = from / RowSource.BLOCK_ROWS;
    int start = from % RowSource.BLOCK_ROWS;
    if (start + count > RowSource.BLOCK_ROWS) {
      throw new IllegalArgumentException(count + " rows from " + from + " span two blocks");
    }
    if (block != openBlock) {
      open(block);
    }
    return start;
  }

  private RuntimeException unreadable(Throwable cause) {
    openBlock = -1;
    return column.container().unreadable(openedLast, cause);
  }

  private ColumnVector nothing() {
    values.open(null);
    openBlock = -1;
    ColumnVector none = values.read(0, 0, null);
    return type().isList() ? new ColumnVector.Lists(0, new int[1], none, null) : none;
  }

  private void open(int block) {
    openBlock = -1;
    Container.Block valuesBlock = find(BlockKind.VALUES, block);
    values.open(valuesBlock);
    isAllNull = valuesBlock == null;
    valueNulls = bitmap(find(BlockKind.VALUE_NULLS, block));
    if (type().isList()) {
      listNulls = bitmap(find(BlockKind.LIST_NULLS, block));
      Container.Block found =
          column.container().require(BlockKind.LIST_OFFSETS, column.columnId(), block);
      openedLast = found;
      listOffsets = LongDecoder.open(found.encoding(), found.payload(), found.values());
    }
    openBlock = block;
  }

  private Container.@Nullable Block find(BlockKind kind, int block) {
    Container.Block found = column.container().find(kind, column.columnId(), block);
    if (found != null) {
      openedLast = found;
    }
    return found;
  }

  private static @Nullable NullBitmap bitmap(Container.@Nullable Block block) {
    return block == null ? null : new NullBitmap(block.payload());
  }

  private ColumnVector readValues(int from, int count) {
    return values.read(from, count, nulls(from, count));
  }

  private long @Nullable [] nulls(int from, int count) {
    if (isAllNull) {
      return NullBitmap.allNull(count);
    }
    return valueNulls == null ? null : valueNulls.copy(from, count);
  }

  private ColumnVector readLists(LongDecoder decoder, int from, int count) {
    int base = readOffsets(decoder, from, count);
    ColumnVector elements = readValues(base, offsets[count]);
    long[] nulls = listNulls == null ? null : listNulls.copy(from, count);
    return new ColumnVector.Lists(count, offsets, elements, nulls);
  }

  /// Where the lists begin, counted from the first; returns where that begins in the block.
  private int readOffsets(LongDecoder decoder, int from, int count) {
    if (offsets.length < count + 1) {
      offsets = new int[count + 1];
    }
    decoder.decode(from, count + 1, offsets);
    int base = offsets[0];
    int last = base;
    for (int i = 0; i <= count; i++) {
      if (offsets[i] < last) {
        throw new IllegalArgumentException("a list of " + (offsets[i] - last) + " elements");
      }
      last = offsets[i];
      offsets[i] -= base;
    }
    int stored = column.descriptor().blocks().get(openBlock).values();
    Objects.checkFromToIndex(base, last, stored);
    return base;
  }

  @Override
  public void lengths(int from, int count, int[] lengths) {
    try {
      int start = enter(from, count);
      LongDecoder decoder = listOffsets;
      if (count == 0 || decoder == null) {
        ColumnReader.super.lengths(from, count, lengths);
        return;
      }
      readOffsets(decoder, start, count);
      for (int i = 0; i < count; i++) {
        lengths[i] = offsets[i + 1] - offsets[i];
      }
    } catch (RuntimeException | InternalError e) {
      throw unreadable(e);
    }
  }

  @Override
  public @Nullable Zone zone(int block) {
    return column.descriptor().blocks().get(block).zone();
  }

  @Override
  public @Nullable Dictionary dictionary() {
    return column.dictionary();
  }

  @Override
  public @Nullable InvertedIndex index() {
    return column.index();
  }

  @Override
  public @Nullable Ascending ascending() {
    AscendingColumn known = ascending;
    if (known == null && isSorted) {
      known = new AscendingColumn(column);
      ascending = known;
    }
    return known;
  }

  @Override
  public @Nullable BatchSets batchSets() {
    return column.batchSets();
  }
}
