package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// Sums of longs (or of decimals held as longs): exact, whatever they come to. The sums stand in a
/// {@link SumBlock}, of its own or shared with others.
final class LongSum extends ColumnAccumulator {
  private final Spec spec;
  private final SumBlock block;
  private final SumBlock.Column column;

  /// @param isList whether the column holds lists
  record Spec(
      int slot, SumKind kind, int scale, boolean isDecimal, boolean isList, Overflow overflow) {}

  LongSum(Spec spec) {
    this(spec, new SumBlock());
  }

  private LongSum(Spec spec, SumBlock block) {
    super(spec.slot);
    this.spec = spec;
    this.block = block;
    column = block.column(spec.slot);
  }

  /// The same sum kept in a block that somebody else updates.
  LongSum over(SumBlock shared) {
    return new LongSum(spec, shared);
  }

  boolean isList() {
    return spec.isList;
  }

  @Override
  public void ensureGroups(int count) {
    block.ensureGroups(count);
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    block.updateOne(column, batch, vector, rows);
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    block.updateOneOfCells(column, batch, present(batch), rows);
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    CellVectors.addPresent(count, columnId, group -> block.count(column, group), target);
    target.add(
        CellKind.SUM.id(columnId),
        ColumnType.LONG,
        CellVectors.longs(count, group -> block.low(column, group)));
    CellVectors.addUnlessZero(
        count, CellKind.HIGH.id(columnId), group -> block.wraps(column, group), target);
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    LongSum from = (LongSum) other;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      block.add(column, targets[i], from.block, from.column, sources[i]);
    }
  }

  @Override
  public Accumulator fresh() {
    return new LongSum(spec);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return block.sizeBytes();
  }

  @Override
  public Form form() {
    return switch (spec.kind) {
      case SUM -> spec.isDecimal ? Form.DOUBLES : Form.LONGS;
      case SUM_EXACT -> Form.OBJECTS;
      case AVG -> Form.DOUBLES;
    };
  }

  @Override
  public boolean isNull(int group) {
    return block.count(column, group) == 0;
  }

  @Override
  public long asLong(int group) {
    if (block.wraps(column, group) != 0) {
      throw spec.overflow.beyondLong(block.exact(column, group));
    }
    return block.low(column, group);
  }

  private BigDecimal decimal(int group) {
    return new BigDecimal(block.exact(column, group), spec.scale);
  }

  @Override
  public double asDouble(int group) {
    if (isNull(group)) {
      return Double.NaN;
    }
    double sum =
        block.wraps(column, group) == 0
            ? Decimals.toDouble(block.low(column, group), spec.scale)
            : decimal(group).doubleValue();
    return spec.kind == SumKind.AVG ? sum / block.count(column, group) : sum;
  }

  @Override
  public @Nullable Object value(int group) {
    return spec.kind == SumKind.SUM_EXACT && !isNull(group) ? decimal(group) : super.value(group);
  }

  @Override
  public int compare(int left, int right) {
    if (spec.kind == SumKind.AVG) {
      return Double.compare(asDouble(left), asDouble(right));
    }
    int byWraps = Long.compare(block.wraps(column, left), block.wraps(column, right));
    return byWraps != 0 ? byWraps : Long.compare(block.low(column, left), block.low(column, right));
  }
}
