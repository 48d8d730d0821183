package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;

/// MIN and MAX of doubles. NaN stands for "nothing yet": columns hold none.
final class DoubleExtreme extends ColumnAccumulator {
  private final boolean isMax;
  private double[] extremes = new double[0];

  DoubleExtreme(int slot, boolean isMax) {
    super(slot);
    this.isMax = isMax;
  }

  @Override
  public void ensureGroups(int count) {
    if (count > extremes.length) {
      int held = extremes.length;
      extremes = Arrays.copyOf(extremes, Capacity.grown(held, count));
      Arrays.fill(extremes, held, extremes.length, Double.NaN);
    }
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    double[] values = doubles(vector);
    double[] to = extremes;
    int[] positions = rows.positions;
    int[] groups = rows.groups;
    if (isMax) {
      for (int i = 0; i < rows.count; i++) {
        double value = values[positions[i]];
        // Written so that NaN loses.
        to[groups[i]] = to[groups[i]] >= value ? to[groups[i]] : value;
      }
    } else {
      for (int i = 0; i < rows.count; i++) {
        double value = values[positions[i]];
        to[groups[i]] = to[groups[i]] <= value ? to[groups[i]] : value;
      }
    }
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    double[] from = ((DoubleExtreme) other).extremes;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      double value = from[sources[i]];
      double held = extremes[targets[i]];
      if (!Double.isNaN(value) && !(isMax ? held >= value : held <= value)) {
        extremes[targets[i]] = value;
      }
    }
  }

  @Override
  CellKind cellKind() {
    return isMax ? CellKind.GREATEST : CellKind.LEAST;
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    double[] values = Arrays.copyOf(extremes, count);
    for (int group = 0; group < count; group++) {
      values[group] = isNull(group) ? 0 : values[group];
    }
    target.add(
        cellKind().id(columnId),
        ColumnType.DOUBLE,
        new ColumnVector.Doubles(count, values, CellVectors.nulls(count, this::isNull)));
  }

  @Override
  public Accumulator fresh() {
    return new DoubleExtreme(slot, isMax);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return extremes.length * 8L;
  }

  @Override
  public Form form() {
    return Form.DOUBLES;
  }

  @Override
  public boolean isNull(int group) {
    return Double.isNaN(extremes[group]);
  }

  @Override
  public double asDouble(int group) {
    return extremes[group];
  }

  @Override
  public int compare(int left, int right) {
    return Double.compare(extremes[left], extremes[right]);
  }
}
