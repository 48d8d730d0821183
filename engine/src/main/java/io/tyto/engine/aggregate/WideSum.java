package io.tyto.engine.aggregate;

import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Sums of decimals of 19 to 38 digits, exact in 192 bits.
///
/// A group's cell is the sum's three words, least significant first, in two's complement, and the
/// count.
final class WideSum extends ColumnAccumulator {
  private static final int CELL = 4;

  private final SumKind kind;
  private final int scale;
  private long[] cells = new long[0];

  WideSum(int slot, SumKind kind, int scale) {
    super(slot);
    this.kind = kind;
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
    switch (vector) {
      case ColumnVector.Bytes bytes -> {
        for (int i = 0; i < rows.count; i++) {
          add(rows.groups[i], bytes.data(), bytes.offsets()[rows.positions[i]]);
        }
      }
      case ColumnVector.Ordinals ordinals -> {
        byte[][] values = new byte[ordinals.dictionary().size()][];
        for (int i = 0; i < rows.count; i++) {
          int ordinal = ordinals.values()[rows.positions[i]];
          if (values[ordinal] == null) {
            values[ordinal] = ordinals.dictionary().value(ordinal);
          }
          add(rows.groups[i], values[ordinal], 0);
        }
      }
      case ColumnVector.AllNull _,
          ColumnVector.Longs _,
          ColumnVector.Doubles _,
          ColumnVector.Lists _ ->
          throw unexpected(vector);
    }
  }

  private void add(int group, byte[] data, int at) {
    long high = WideBytes.high(data, at);
    add(group, WideBytes.low(data, at), high, high >> 63, 1);
  }

  private void add(int group, long low, long middle, long high, long count) {
    int cell = group * CELL;
    long sumLow = cells[cell] + low;
    long carry = Long.compareUnsigned(sumLow, low) < 0 ? 1 : 0;
    long partial = cells[cell + 1] + middle;
    long sumMiddle = partial + carry;
    long carryHigh =
        (Long.compareUnsigned(partial, middle) < 0 ? 1L : 0)
            + (Long.compareUnsigned(sumMiddle, partial) < 0 ? 1L : 0);
    cells[cell] = sumLow;
    cells[cell + 1] = sumMiddle;
    cells[cell + 2] += high + carryHigh;
    cells[cell + 3] += count;
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    long[] present = present(batch).clone();
    long[] low = longs(kept(batch, CellKind.SUM)).clone();
    long[] middle = longs(kept(batch, CellKind.HIGH)).clone();
    long[] high = longs(kept(batch, CellKind.TOP));
    for (int i = 0; i < rows.count; i++) {
      int at = rows.positions[i];
      add(rows.groups[i], low[at], middle[at], high[at], present[at]);
    }
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    CellVectors.addPresent(count, columnId, group -> cells[group * CELL + 3], target);
    CellKind[] words = {CellKind.SUM, CellKind.HIGH, CellKind.TOP};
    for (int word = 0; word < words.length; word++) {
      int at = word;
      target.add(
          words[word].id(columnId),
          ColumnType.LONG,
          CellVectors.longs(count, group -> cells[group * CELL + at]));
    }
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    long[] from = ((WideSum) other).cells;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      int cell = sources[i] * CELL;
      add(targets[i], from[cell], from[cell + 1], from[cell + 2], from[cell + 3]);
    }
  }

  @Override
  public Accumulator fresh() {
    return new WideSum(slot, kind, scale);
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
    return kind == SumKind.SUM_EXACT ? Form.OBJECTS : Form.DOUBLES;
  }

  @Override
  public boolean isNull(int group) {
    return cells[group * CELL + 3] == 0;
  }

  private BigDecimal decimal(int group) {
    int cell = group * CELL;
    BigInteger sum = WideBytes.integer(cells[cell], cells[cell + 1], cells[cell + 2]);
    return new BigDecimal(sum, scale);
  }

  @Override
  public double asDouble(int group) {
    if (isNull(group)) {
      return Double.NaN;
    }
    double sum = decimal(group).doubleValue();
    return kind == SumKind.AVG ? sum / cells[group * CELL + 3] : sum;
  }

  @Override
  public @Nullable Object value(int group) {
    return kind == SumKind.SUM_EXACT && !isNull(group) ? decimal(group) : super.value(group);
  }

  @Override
  public int compare(int left, int right) {
    return kind == SumKind.AVG
        ? Double.compare(asDouble(left), asDouble(right))
        : decimal(left).compareTo(decimal(right));
  }
}
