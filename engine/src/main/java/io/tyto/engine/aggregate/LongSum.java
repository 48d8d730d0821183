package io.tyto.engine.aggregate;

import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.vector.ColumnVector;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Sums of longs (or of decimals held as longs): exact, whatever they come to.
///
/// A group's cell is a 64-bit sum that wraps and a count, side by side for the cache's sake. Each
/// wrap is noted in `wraps`, which only exists once there was one: the sum is `low + wraps * 2^64`.
final class LongSum extends ColumnAccumulator {
  private static final int CELL = 2;

  private final SumKind kind;
  private final int scale;
  private final boolean isDecimal;
  private final Overflow overflow;
  private long[] cells = new long[0];
  private long[] wraps = new long[0];
  private final long[] halves = new long[2];

  LongSum(int slot, SumKind kind, int scale, boolean isDecimal, Overflow overflow) {
    super(slot);
    this.kind = kind;
    this.scale = scale;
    this.isDecimal = isDecimal;
    this.overflow = overflow;
  }

  @Override
  public void ensureGroups(int count) {
    if (count * CELL > cells.length) {
      cells = Arrays.copyOf(cells, Capacity.grown(cells.length, count * CELL));
    }
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    long[] values = longs(vector);
    if (rows.isOneGroup && rows.isWhole) {
      acceptWhole(values, rows.count);
      return;
    }
    long[] to = cells;
    int[] positions = rows.positions;
    int[] groups = rows.groups;
    for (int i = 0; i < rows.count; i++) {
      int cell = groups[i] * CELL;
      long value = values[positions[i]];
      long before = to[cell];
      long after = before + value;
      to[cell] = after;
      to[cell + 1]++;
      if (((before ^ after) & (value ^ after)) < 0) {
        wrap(groups[i], value < 0 ? -1 : 1);
      }
    }
  }

  private void acceptWhole(long[] values, int count) {
    halves[0] = 0;
    halves[1] = 0;
    Kernels.best().sum(values, count, halves);
    // high * 2^32 + low, in 128 bits
    long high = halves[0] + (halves[1] >>> 32);
    add(0, high << 32 | halves[1] & 0xffffffffL, high >> 32, count);
  }

  /// Adds `low` (unsigned) + `high * 2^64`.
  private void add(int group, long low, long high, long count) {
    int cell = group * CELL;
    long before = cells[cell];
    long after = before + low;
    cells[cell] = after;
    cells[cell + 1] += count;
    // With cells read as signed: low as signed is low - 2^64 where its top bit is set.
    long carry = high + (low < 0 ? 1 : 0);
    if (((before ^ after) & (low ^ after)) < 0) {
      carry += low < 0 ? -1 : 1;
    }
    if (carry != 0) {
      wrap(group, carry);
    }
  }

  private void wrap(int group, long by) {
    if (group >= wraps.length) {
      wraps = Arrays.copyOf(wraps, cells.length / CELL);
    }
    wraps[group] += by;
  }

  private long wraps(int group) {
    return group < wraps.length ? wraps[group] : 0;
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    LongSum from = (LongSum) other;
    for (int i = 0; i < count; i++) {
      int cell = sources[i] * CELL;
      long value = from.cells[cell];
      long wraps = from.wraps(sources[i]);
      add(targets[i], value, wraps - (value < 0 ? 1 : 0), from.cells[cell + 1]);
    }
  }

  @Override
  public Accumulator fresh() {
    return new LongSum(slot, kind, scale, isDecimal, overflow);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return (cells.length + wraps.length) * 8L;
  }

  @Override
  public Form form() {
    return switch (kind) {
      case SUM -> isDecimal ? Form.DOUBLES : Form.LONGS;
      case SUM_EXACT -> Form.OBJECTS;
      case AVG -> Form.DOUBLES;
    };
  }

  @Override
  public boolean isNull(int group) {
    return cells[group * CELL + 1] == 0;
  }

  @Override
  public long asLong(int group) {
    if (wraps(group) != 0) {
      throw overflow.beyondLong(exact(group));
    }
    return cells[group * CELL];
  }

  private BigInteger exact(int group) {
    BigInteger low = BigInteger.valueOf(cells[group * CELL]);
    long wraps = wraps(group);
    return wraps == 0 ? low : low.add(BigInteger.valueOf(wraps).shiftLeft(Long.SIZE));
  }

  private BigDecimal decimal(int group) {
    return new BigDecimal(exact(group), scale);
  }

  @Override
  public double asDouble(int group) {
    if (isNull(group)) {
      return Double.NaN;
    }
    double sum =
        wraps(group) == 0
            ? Decimals.toDouble(cells[group * CELL], scale)
            : decimal(group).doubleValue();
    return kind == SumKind.AVG ? sum / cells[group * CELL + 1] : sum;
  }

  @Override
  public @Nullable Object value(int group) {
    return kind == SumKind.SUM_EXACT && !isNull(group) ? decimal(group) : super.value(group);
  }

  @Override
  public int compare(int left, int right) {
    if (kind == SumKind.AVG) {
      return Double.compare(asDouble(left), asDouble(right));
    }
    int byWraps = Long.compare(wraps(left), wraps(right));
    return byWraps != 0 ? byWraps : Long.compare(cells[left * CELL], cells[right * CELL]);
  }
}
