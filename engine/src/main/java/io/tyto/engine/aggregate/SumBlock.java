package io.tyto.engine.aggregate;

import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Counts of rows and exact sums of columns held as longs, by group. Not thread-safe.
///
/// The cells of a group lie side by side, so that one cache line serves them all: first the rows,
/// then a sum a column. A count of a column's values is not kept but derived: the rows less those
/// where it was null.
///
/// Sums wrap at 64 bits. As long as (rows x greatest magnitude), which zone maps give, proves that
/// none can, the loops do not look; from then on each wrap is noted, and the sum is `cell + wraps *
/// 2^64`.
final class SumBlock {
  /// While no sum can leave this, sums of two blocks cannot leave 64 bits.
  private static final long SAFE = 1L << 62;

  /// Where at most one row in so many is left, its values are read alone.
  private static final int FEW = 64;

  private final List<Column> columns = new ArrayList<>();
  private long[] cells = new long[0];
  private int stride = 1;

  /// The columns of a batch that have no nulls there, and their values at the rows.
  private Column[] plain = new Column[0];

  private long[][] plainValues = new long[0][];

  /// What is summed, once, however many measures read it.
  static final class Column {
    final int slot;

    /// Where the sum stands among the cells of a group.
    private final int at;

    private long[] wraps = new long[0];

    /// By group: rows whose value was null.
    private long[] missing = new long[0];

    /// No sum of any group is beyond it, up or down; SAFE where that is not known.
    private long bound;

    private long[] gathered = new long[0];

    Column(int slot, int at) {
      this.slot = slot;
      this.at = at;
    }
  }

  /// The column's sums in this block. Before there are groups only.
  Column column(int slot) {
    for (Column known : columns) {
      if (known.slot == slot) {
        return known;
      }
    }
    Column added = new Column(slot, columns.size() + 1);
    columns.add(added);
    stride = columns.size() + 1;
    plain = new Column[columns.size()];
    plainValues = new long[columns.size()][];
    return added;
  }

  void ensureGroups(int count) {
    if ((long) count * stride > cells.length) {
      cells = Arrays.copyOf(cells, Capacity.grown(cells.length, Math.multiplyExact(count, stride)));
    }
  }

  long sizeBytes() {
    long longs = cells.length;
    for (Column column : columns) {
      longs += column.wraps.length + column.missing.length;
    }
    return longs * Long.BYTES;
  }

  long rows(int group) {
    return cells[group * stride];
  }

  /// Values that were not null.
  long count(Column column, int group) {
    long missing = group < column.missing.length ? column.missing[group] : 0;
    return cells[group * stride] - missing;
  }

  long low(Column column, int group) {
    return cells[group * stride + column.at];
  }

  long wraps(Column column, int group) {
    return group < column.wraps.length ? column.wraps[group] : 0;
  }

  BigInteger exact(Column column, int group) {
    BigInteger low = BigInteger.valueOf(low(column, group));
    long wraps = wraps(column, group);
    return wraps == 0 ? low : low.add(BigInteger.valueOf(wraps).shiftLeft(Long.SIZE));
  }

  /// Counts the rows and adds up the columns' values.
  void update(Batch batch, GroupedRows rows) {
    if (batch.holdsCells()) {
      updateCells(batch, rows);
      return;
    }
    if (rows.isOneGroup) {
      cells[rows.group * stride] += rows.count;
      for (Column column : columns) {
        GroupedRows.ColumnValues values = rows.values(batch, column.slot);
        miss(column, rows, values.rows);
        if (values.rows.count > 0) {
          addToOne(column, batch, longs(values), values.rows);
        }
      }
      return;
    }
    int found = 0;
    for (Column column : columns) {
      GroupedRows.ColumnValues values = rows.values(batch, column.slot);
      if (values.rows != rows) {
        miss(column, rows, values.rows);
        addSome(column, batch, values);
        continue;
      }
      long[] taken = taken(column, longs(values), rows);
      if (staysSafe(column, batch, taken, rows.count)) {
        plain[found] = column;
        plainValues[found++] = taken;
      } else {
        addChecked(column, taken, rows.groups, rows.count);
      }
    }
    addPlain(found, rows);
  }

  /// Adds the rows that cells were made of, and the sums they keep.
  private void updateCells(Batch batch, GroupedRows rows) {
    long[] counts = ColumnAccumulator.longs(ColumnAccumulator.kept(batch, CellKind.ROWS, -1));
    addRows(counts, rows);
    for (Column column : columns) {
      ColumnVector present = batch.cells(CellKind.PRESENT, column.slot);
      if (present != null) {
        miss(column, counts, ColumnAccumulator.longs(present), rows);
      }
      addCells(column, batch, rows);
    }
  }

  /// The same for the only column, and the rows that have a value of it.
  void updateOneOfCells(Column column, Batch batch, long[] present, GroupedRows rows) {
    addRows(present, rows);
    addCells(column, batch, rows);
  }

  private void addRows(long[] counts, GroupedRows rows) {
    for (int i = 0; i < rows.count; i++) {
      cells[rows.groups[i] * stride] += counts[rows.positions[i]];
    }
  }

  private void miss(Column column, long[] counts, long[] present, GroupedRows rows) {
    makeRoomForMissing(column);
    for (int i = 0; i < rows.count; i++) {
      int position = rows.positions[i];
      column.missing[rows.groups[i]] += counts[position] - present[position];
    }
  }

  private void addCells(Column column, Batch batch, GroupedRows rows) {
    ColumnVector high = batch.cells(CellKind.HIGH, column.slot);
    long[] wraps = high == null ? null : ColumnAccumulator.longs(high);
    long[] sums = ColumnAccumulator.longs(ColumnAccumulator.kept(batch, CellKind.SUM, column.slot));
    long[] taken = taken(column, sums, rows);
    long greatest =
        greatest(Kernels.best().min(taken, rows.count), Kernels.best().max(taken, rows.count));
    if (wraps == null && staysSafe(column, greatest, rows.count)) {
      CellLoops.add(cells, stride, rows.groups, rows.count, column.at, taken);
      return;
    }
    column.bound = SAFE;
    for (int i = 0; i < rows.count; i++) {
      long wrapped = wraps == null ? 0 : wraps[rows.positions[i]];
      addWide(column, rows.groups[i], taken[i], wrapped - (taken[i] < 0 ? 1 : 0));
    }
  }

  /// Counts and adds up rows of a batch where they are stored, into one group. False, and nothing
  /// done, where some column has to be read for it.
  ///
  /// @param mask the rows, null: all
  /// @param count of them
  boolean addUp(Batch batch, long @Nullable [] mask, int count, int group) {
    if (batch.holdsCells() || count * FEW < batch.length() && !columns.isEmpty()) {
      return false;
    }
    for (Column column : columns) {
      if (batch.isRead(column.slot) || !canAddUp(column, batch, count)) {
        return false;
      }
    }
    for (Column column : columns) {
      ColumnReader reader = batch.reader(column.slot);
      if (reader != null) {
        cells[group * stride + column.at] +=
            mask == null
                ? reader.sum(batch.from(), batch.length())
                : reader.sum(batch.from(), batch.length(), mask);
        batch.countTested(batch.length());
      }
    }
    cells[group * stride] += count;
    return true;
  }

  private static boolean canAddUp(Column column, Batch batch, int count) {
    ColumnReader reader = batch.reader(column.slot);
    if (reader == null || !reader.canSum(batch.from(), batch.length())) {
      return false;
    }
    Zone zone = reader.zone(batch.from() / RowSource.BLOCK_ROWS);
    return zone != null && zone.hasBounds() && staysSafe(column, greatest(zone), count);
  }

  /// The same for the only column, from rows none of which is null; lists are laid flat.
  void updateOne(Column column, Batch batch, ColumnVector vector, GroupedRows rows) {
    long[] values = ColumnAccumulator.longs(vector);
    if (rows.isOneGroup) {
      cells[rows.group * stride] += rows.count;
      addToOne(column, batch, values, rows);
      return;
    }
    long[] taken = taken(column, values, rows);
    if (staysSafe(column, batch, taken, rows.count)) {
      CellLoops.count(cells, stride, rows.groups, rows.count, column.at, taken);
    } else {
      CellLoops.count(cells, stride, rows.groups, rows.count);
      addChecked(column, taken, rows.groups, rows.count);
    }
  }

  private void addPlain(int found, GroupedRows rows) {
    int[] groups = rows.groups;
    int count = rows.count;
    int next = 0;
    switch (found) {
      case 0 -> CellLoops.count(cells, stride, groups, count);
      case 1 -> {
        CellLoops.count(cells, stride, groups, count, plain[0].at, plainValues[0]);
        next = 1;
      }
      default -> {
        CellLoops.count(
            cells, stride, groups, count, plain[0].at, plainValues[0], plain[1].at, plainValues[1]);
        next = 2;
      }
    }
    for (; next + 1 < found; next += 2) {
      CellLoops.add(
          cells,
          stride,
          groups,
          count,
          plain[next].at,
          plainValues[next],
          plain[next + 1].at,
          plainValues[next + 1]);
    }
    if (next < found) {
      CellLoops.add(cells, stride, groups, count, plain[next].at, plainValues[next]);
    }
  }

  private void addSome(Column column, Batch batch, GroupedRows.ColumnValues values) {
    GroupedRows some = values.rows;
    if (some.count == 0) {
      return;
    }
    long[] taken = taken(column, longs(values), some);
    if (staysSafe(column, batch, taken, some.count)) {
      CellLoops.add(cells, stride, some.groups, some.count, column.at, taken);
    } else {
      addChecked(column, taken, some.groups, some.count);
    }
  }

  private static long[] longs(GroupedRows.ColumnValues values) {
    ColumnVector vector = values.vector;
    if (vector == null) {
      throw new IllegalStateException("no vector");
    }
    return ColumnAccumulator.longs(vector);
  }

  /// The values in the order of the rows.
  private static long[] taken(Column column, long[] values, GroupedRows rows) {
    if (rows.isWhole) {
      return values;
    }
    if (column.gathered.length < rows.count) {
      column.gathered = new long[rows.positions.length];
    }
    CellLoops.gather(values, rows.positions, rows.count, column.gathered);
    return column.gathered;
  }

  /// Notes the rows whose value is null: those of `all` that are not among `some`.
  @SuppressWarnings("ReferenceEquality") // the same rows
  private void miss(Column column, GroupedRows all, GroupedRows some) {
    if (all == some || all.count == some.count) {
      return;
    }
    makeRoomForMissing(column);
    if (all.isOneGroup) {
      column.missing[all.group] += all.count - some.count;
      return;
    }
    for (int i = 0; i < all.count; i++) {
      column.missing[all.groups[i]]++;
    }
    for (int i = 0; i < some.count; i++) {
      column.missing[some.groups[i]]--;
    }
  }

  private void makeRoomForMissing(Column column) {
    int groups = cells.length / stride;
    if (column.missing.length < groups) {
      column.missing = Arrays.copyOf(column.missing, groups);
    }
  }

  /// Whether no sum can leave 64 bits by `count` more values; notes that they come.
  private static boolean staysSafe(Column column, Batch batch, long[] values, int count) {
    return column.bound < SAFE && staysSafe(column, greatest(column, batch, values, count), count);
  }

  /// @param greatest magnitude of a value, negative where that is beyond a long
  private static boolean staysSafe(Column column, long greatest, int count) {
    if (column.bound < SAFE) {
      long high = Math.multiplyHigh(greatest, count);
      long grown = column.bound + greatest * count;
      boolean isSafe = greatest >= 0 && high == 0 && grown >= 0 && grown < SAFE;
      column.bound = isSafe ? grown : SAFE;
    }
    return column.bound < SAFE;
  }

  /// The greatest magnitude among the values; negative where that is beyond a long.
  private static long greatest(Column column, Batch batch, long[] values, int count) {
    ColumnReader reader = batch.reader(column.slot);
    Zone zone = reader == null ? null : reader.zone(batch.from() / RowSource.BLOCK_ROWS);
    return zone != null && zone.hasBounds()
        ? greatest(zone)
        : greatest(Kernels.best().min(values, count), Kernels.best().max(values, count));
  }

  private static long greatest(Zone zone) {
    return greatest(zone.minLong(), zone.maxLong());
  }

  private static long greatest(long least, long most) {
    return least == Long.MIN_VALUE ? -1 : Math.max(Math.abs(least), Math.abs(most));
  }

  private void addChecked(Column column, long[] values, int[] groups, int count) {
    long[] to = cells;
    for (int i = 0; i < count; i++) {
      int cell = groups[i] * stride + column.at;
      long value = values[i];
      long before = to[cell];
      long after = before + value;
      to[cell] = after;
      if (((before ^ after) & (value ^ after)) < 0) {
        wrap(column, groups[i], value < 0 ? -1 : 1);
      }
    }
  }

  private void addToOne(Column column, Batch batch, long[] values, GroupedRows rows) {
    long[] taken = taken(column, values, rows);
    int cell = rows.group * stride + column.at;
    if (staysSafe(column, batch, taken, rows.count)) {
      cells[cell] += CellLoops.sum(taken, rows.count);
      return;
    }
    long[] halves = new long[2];
    Kernels.best().sum(taken, rows.count, halves);
    // high * 2^32 + low, in 128 bits
    long high = halves[0] + (halves[1] >>> 32);
    addWide(column, rows.group, high << 32 | halves[1] & 0xffffffffL, high >> 32);
  }

  /// Adds `low` (unsigned) + `high * 2^64`.
  private void addWide(Column column, int group, long low, long high) {
    int cell = group * stride + column.at;
    long before = cells[cell];
    long after = before + low;
    cells[cell] = after;
    // With cells read as signed: low as signed is low - 2^64 where its top bit is set.
    long carry = high + (low < 0 ? 1 : 0);
    if (((before ^ after) & (low ^ after)) < 0) {
      carry += low < 0 ? -1 : 1;
    }
    if (carry != 0) {
      wrap(column, group, carry);
    }
  }

  private void wrap(Column column, int group, long by) {
    if (group >= column.wraps.length) {
      column.wraps = Arrays.copyOf(column.wraps, cells.length / stride);
    }
    column.wraps[group] += by;
  }

  /// Adds one group of another block's column, and its count of values as rows.
  void add(Column column, int group, SumBlock other, Column otherColumn, int otherGroup) {
    long value = other.low(otherColumn, otherGroup);
    column.bound = SAFE;
    cells[group * stride] += other.count(otherColumn, otherGroup);
    addWide(column, group, value, other.wraps(otherColumn, otherGroup) - (value < 0 ? 1 : 0));
  }

  void addRows(int group, long count) {
    cells[group * stride] += count;
  }

  /// Adds groups `[from, to)` of a block of the same columns, which both have room for.
  void merge(SumBlock other, int from, int to) {
    boolean isSafe = true;
    for (int i = 0; i < columns.size(); i++) {
      isSafe &= isSafe(columns.get(i), other.columns.get(i));
    }
    if (isSafe) {
      CellLoops.addAll(cells, other.cells, from * stride, to * stride);
    } else {
      for (int group = from; group < to; group++) {
        cells[group * stride] += other.rows(group);
        for (int i = 0; i < columns.size(); i++) {
          Column theirs = other.columns.get(i);
          long value = other.low(theirs, group);
          long high = other.wraps(theirs, group) - (value < 0 ? 1 : 0);
          addWide(columns.get(i), group, value, high);
        }
      }
    }
    for (int i = 0; i < columns.size(); i++) {
      mergeMissing(columns.get(i), other.columns.get(i), from, to);
    }
  }

  private static boolean isSafe(Column mine, Column theirs) {
    return mine.bound < SAFE && theirs.bound < SAFE && mine.bound + theirs.bound < SAFE;
  }

  /// Says that all of `other` was merged.
  void mergedBounds(SumBlock other) {
    for (int i = 0; i < columns.size(); i++) {
      Column mine = columns.get(i);
      Column theirs = other.columns.get(i);
      mine.bound = isSafe(mine, theirs) ? mine.bound + theirs.bound : SAFE;
    }
  }

  private void mergeMissing(Column mine, Column theirs, int from, int to) {
    int end = Math.min(to, theirs.missing.length);
    for (int group = from; group < end; group++) {
      mine.missing[group] += theirs.missing[group];
    }
  }

  /// Makes room for all that {@link #merge} may write, so that ranges can be merged side by side.
  void prepareMerge(SumBlock other, int groups) {
    ensureGroups(groups);
    for (int i = 0; i < columns.size(); i++) {
      Column mine = columns.get(i);
      Column theirs = other.columns.get(i);
      if (mine.missing.length < theirs.missing.length) {
        mine.missing = Arrays.copyOf(mine.missing, theirs.missing.length);
      }
      if (!isSafe(mine, theirs) && mine.wraps.length < groups) {
        mine.wraps = Arrays.copyOf(mine.wraps, groups);
      }
    }
  }
}
