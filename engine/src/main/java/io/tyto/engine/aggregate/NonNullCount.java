package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.vector.ColumnVector;

/// COUNT of a column.
final class NonNullCount extends ColumnAccumulator {
  private final CountAccumulator counts = new CountAccumulator();

  NonNullCount(int slot) {
    super(slot);
  }

  @Override
  public void ensureGroups(int count) {
    counts.ensureGroups(count);
  }

  @Override
  void accept(Batch batch, GroupedRows.ColumnValues values, ColumnVector vector, GroupedRows rows) {
    counts.update(batch, rows);
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    counts.add(present(batch), rows);
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    CellVectors.addPresent(count, columnId, this::asLong, target);
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    counts.merge(((NonNullCount) other).counts, sources, targets, count);
  }

  @Override
  public Accumulator fresh() {
    return new NonNullCount(slot);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return counts.sizeBytes();
  }

  @Override
  public Form form() {
    return Form.LONGS;
  }

  @Override
  public boolean isNull(int group) {
    return false;
  }

  @Override
  public int compare(int left, int right) {
    return counts.compare(left, right);
  }

  @Override
  public long asLong(int group) {
    return counts.asLong(group);
  }

  @Override
  public double asDouble(int group) {
    return counts.asDouble(group);
  }
}
