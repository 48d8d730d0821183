package io.tyto.engine.aggregate;

import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.vector.ColumnVector;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// STDDEV of longs, by exact sums of values and of squares: no order of rows changes a bit.
///
/// A group's cell: count, sum in two words, sum of squares in three, least significant first.
final class LongMoments extends ColumnAccumulator {
  private static final int CELL = 6;

  private final int scale;
  private long[] cells = new long[0];

  LongMoments(int slot, int scale) {
    super(slot);
    this.scale = scale;
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
    for (int i = 0; i < rows.count; i++) {
      long value = values[rows.positions[i]];
      add(rows.groups[i], 1, value, value >> 63, value * value, Math.multiplyHigh(value, value), 0);
    }
  }

  private void add(
      int group, long count, long sum, long sumHigh, long low, long middle, long high) {
    int cell = group * CELL;
    long[] to = cells;
    to[cell] += count;
    to[cell + 1] += sum;
    to[cell + 2] += sumHigh + carry(to[cell + 1], sum);
    to[cell + 3] += low;
    long carry = carry(to[cell + 3], low);
    long partial = to[cell + 4] + middle;
    to[cell + 4] = partial + carry;
    to[cell + 5] += high + carry(partial, middle) + carry(to[cell + 4], carry);
  }

  /// 1 where adding `addend` wrapped around to `sum`.
  private static long carry(long sum, long addend) {
    return Long.compareUnsigned(sum, addend) < 0 ? 1 : 0;
  }

  @Override
  public void ship(int count, int columnId, CellColumns target) {
    CellVectors.addStates(
        count,
        columnId,
        group -> {
          if (cells[group * CELL] == 0) {
            return null;
          }
          ByteBuffer state = ByteBuffer.allocate(CELL * Long.BYTES);
          state.asLongBuffer().put(cells, group * CELL, CELL);
          return state.array();
        },
        target);
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    forEachState(
        batch,
        rows,
        (group, state) ->
            add(
                group,
                state.getLong(),
                state.getLong(),
                state.getLong(),
                state.getLong(),
                state.getLong(),
                state.getLong()));
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    long[] from = ((LongMoments) other).cells;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      int cell = sources[i] * CELL;
      add(
          targets[i],
          from[cell],
          from[cell + 1],
          from[cell + 2],
          from[cell + 3],
          from[cell + 4],
          from[cell + 5]);
    }
  }

  @Override
  public Accumulator fresh() {
    return new LongMoments(slot, scale);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return cells.length * 8L;
  }

  @Override
  public Form form() {
    return Form.DOUBLES;
  }

  @Override
  public boolean isNull(int group) {
    return cells[group * CELL] < 2;
  }

  @Override
  public double asDouble(int group) {
    if (isNull(group)) {
      return Double.NaN;
    }
    int cell = group * CELL;
    BigInteger count = BigInteger.valueOf(cells[cell]);
    BigInteger sum = WideBytes.integer(cells[cell + 1], cells[cell + 2], cells[cell + 2] >> 63);
    BigInteger squares = WideBytes.integer(cells[cell + 3], cells[cell + 4], cells[cell + 5]);
    BigInteger numerator = count.multiply(squares).subtract(sum.multiply(sum));
    BigInteger denominator = count.multiply(count.subtract(BigInteger.ONE));
    return new BigDecimal(numerator, 2 * scale)
        .divide(new BigDecimal(denominator), MathContext.DECIMAL128)
        .sqrt(MathContext.DECIMAL64)
        .doubleValue();
  }

  @Override
  public int compare(int left, int right) {
    return Double.compare(asDouble(left), asDouble(right));
  }
}
