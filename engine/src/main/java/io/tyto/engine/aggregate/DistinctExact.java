package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;

/// COUNT_DISTINCT_EXACT: sets of codes.
final class DistinctExact extends ColumnAccumulator {
  private final CodeReader reader;
  private final CodeSets sets = new CodeSets();
  private int[] codes = new int[RowSource.BATCH_ROWS];

  DistinctExact(int slot, CodeReader reader) {
    super(slot);
    this.reader = reader;
  }

  @Override
  public void ensureGroups(int count) {
    sets.ensureGroups(count);
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    if (codes.length < rows.count) {
      codes = new int[rows.positions.length];
    }
    reader.codes(batch, vector, rows, codes);
    int limit = reader.limit();
    for (int i = 0; i < rows.count; i++) {
      if (codes[i] != 0) {
        sets.add(rows.groups[i], codes[i], limit);
      }
    }
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    DistinctExact from = (DistinctExact) other;
    int limit = reader.limit();
    for (int i = 0; i < count; i++) {
      sets.merge(from.sets, sources[i], targets[i], limit);
    }
  }

  @Override
  public Accumulator fresh() {
    return new DistinctExact(slot, reader);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return sets.sizeBytes();
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
  public long asLong(int group) {
    return sets.count(group);
  }

  @Override
  public double asDouble(int group) {
    return sets.count(group);
  }

  @Override
  public int compare(int left, int right) {
    return Integer.compare(sets.count(left), sets.count(right));
  }
}
