package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;

/// Sums of doubles after Neumaier: each addition's rounding error is kept and added at the end, so
/// that a long sum is as good as a short one.
///
/// A group's cell is sum, correction, count.
final class DoubleSum extends ColumnAccumulator {
  private static final int CELL = 3;

  private final SumKind kind;
  private final Overflow overflow;
  private double[] cells = new double[0];

  DoubleSum(int slot, SumKind kind, Overflow overflow) {
    super(slot);
    this.kind = kind;
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
    double[] values = doubles(vector);
    double[] to = cells;
    int[] positions = rows.positions;
    int[] groups = rows.groups;
    for (int i = 0; i < rows.count; i++) {
      int cell = groups[i] * CELL;
      double value = values[positions[i]];
      double before = to[cell];
      double after = before + value;
      // The larger of the two tells what was lost; both forms are computed to keep the loop
      // branchless.
      double lost =
          Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
      to[cell] = after;
      to[cell + 1] += lost;
      to[cell + 2]++;
    }
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    long[] present = present(batch);
    double[] sums = doubles(kept(batch, CellKind.SUM));
    ColumnVector lost = batch.cells(CellKind.CORRECTION, slot);
    double[] corrections = lost == null ? null : doubles(lost);
    for (int i = 0; i < rows.count; i++) {
      int position = rows.positions[i];
      double correction = corrections == null ? 0 : corrections[position];
      add(rows.groups[i] * CELL, sums[position], correction, present[position]);
    }
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    CellVectors.addPresent(count, columnId, group -> (long) cells[group * CELL + 2], target);
    target.add(CellKind.SUM.id(columnId), ColumnType.DOUBLE, part(count, 0));
    target.add(CellKind.CORRECTION.id(columnId), ColumnType.DOUBLE, part(count, 1));
  }

  private ColumnVector.Doubles part(int count, int at) {
    double[] values = new double[count];
    Arrays.setAll(values, group -> cells[group * CELL + at] + 0.0);
    return new ColumnVector.Doubles(count, values, null);
  }

  private void add(int cell, double value, double correction, double count) {
    double before = cells[cell];
    double after = before + value;
    double lost =
        Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
    cells[cell] = after;
    cells[cell + 1] += lost + correction;
    cells[cell + 2] += count;
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    double[] from = ((DoubleSum) other).cells;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      int source = sources[i] * CELL;
      add(targets[i] * CELL, from[source], from[source + 1], from[source + 2]);
    }
  }

  @Override
  public Accumulator fresh() {
    return new DoubleSum(slot, kind, overflow);
  }

  @Override
  public boolean isOrderFree() {
    return false;
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
    return cells[group * CELL + 2] == 0;
  }

  @Override
  public double asDouble(int group) {
    if (isNull(group)) {
      return Double.NaN;
    }
    int cell = group * CELL;
    double sum = overflow.refuse(cells[cell] + cells[cell + 1], "sum");
    return kind == SumKind.AVG ? sum / cells[cell + 2] : sum;
  }

  @Override
  public int compare(int left, int right) {
    return Double.compare(asDouble(left), asDouble(right));
  }
}
