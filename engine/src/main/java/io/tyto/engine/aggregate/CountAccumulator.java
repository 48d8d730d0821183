package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.model.schema.ColumnType;

/// Counts rows.
public final class CountAccumulator implements Accumulator {
  private final SumBlock block;

  public CountAccumulator() {
    this(new SumBlock());
  }

  /// Reads the rows of a block that somebody else updates.
  CountAccumulator(SumBlock block) {
    this.block = block;
  }

  @Override
  public void ensureGroups(int count) {
    block.ensureGroups(count);
  }

  @Override
  public void update(Batch batch, GroupedRows rows) {
    block.update(batch, rows);
  }

  /// Adds a number of rows for each position.
  void add(long[] counts, GroupedRows rows) {
    for (int i = 0; i < rows.count; i++) {
      block.addRows(rows.groups[i], counts[rows.positions[i]]);
    }
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    target.add(CellKind.ROWS.id(0), ColumnType.LONG, CellVectors.longs(count, block::rows));
  }

  /// Rows of a state of its own: the state may be of some rows of the group only.
  @Override
  public void ship(int count, int columnId, CellColumns target) {
    CellVectors.addPresent(count, columnId, block::rows, target);
  }

  @Override
  public void endSource() {}

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    SumBlock from = ((CountAccumulator) other).block;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      block.addRows(targets[i], from.rows(sources[i]));
    }
  }

  @Override
  public Accumulator fresh() {
    return new CountAccumulator();
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
    return Form.LONGS;
  }

  @Override
  public boolean isNull(int group) {
    return false;
  }

  @Override
  public int compare(int left, int right) {
    return Long.compare(block.rows(left), block.rows(right));
  }

  @Override
  public long asLong(int group) {
    return block.rows(group);
  }

  @Override
  public double asDouble(int group) {
    return block.rows(group);
  }

  @Override
  public Object value(int group) {
    return block.rows(group);
  }
}
