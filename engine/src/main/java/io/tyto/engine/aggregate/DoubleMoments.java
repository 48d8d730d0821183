package io.tyto.engine.aggregate;

import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// STDDEV of doubles and of wide decimals, after Welford; merged after Chan.
///
/// A group's cell is count, mean, sum of squared differences from the mean.
final class DoubleMoments extends ColumnAccumulator {
  private static final int CELL = 3;

  private final ColumnType.Scalar type;
  private final Overflow overflow;
  private double[] cells = new double[0];

  DoubleMoments(int slot, ColumnType.Scalar type, Overflow overflow) {
    super(slot);
    this.type = type;
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
    switch (vector) {
      case ColumnVector.Doubles doubles -> {
        for (int i = 0; i < rows.count; i++) {
          add(rows.groups[i], doubles.values()[rows.positions[i]]);
        }
      }
      case ColumnVector.Ordinals _, ColumnVector.Bytes _ -> {
        for (int i = 0; i < rows.count; i++) {
          add(rows.groups[i], WideBytes.toDouble(vector, rows.positions[i], type));
        }
      }
      case ColumnVector.AllNull _, ColumnVector.Longs _, ColumnVector.Lists _ ->
          throw unexpected(vector);
    }
  }

  private void add(int group, double value) {
    int cell = group * CELL;
    double count = ++cells[cell];
    double delta = value - cells[cell + 1];
    cells[cell + 1] += delta / count;
    cells[cell + 2] += delta * (value - cells[cell + 1]);
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
          ByteBuffer state = ByteBuffer.allocate(CELL * Double.BYTES);
          state.asDoubleBuffer().put(cells, group * CELL, CELL);
          return state.array();
        },
        target);
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    forEachState(
        batch,
        rows,
        (group, state) -> add(group, state.getDouble(), state.getDouble(), state.getDouble()));
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    double[] from = ((DoubleMoments) other).cells;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      int source = sources[i] * CELL;
      if (from[source] != 0) {
        add(targets[i], from[source], from[source + 1], from[source + 2]);
      }
    }
  }

  private void add(int group, double added, double mean, double squares) {
    int target = group * CELL;
    double held = cells[target];
    double total = held + added;
    double delta = mean - cells[target + 1];
    cells[target] = total;
    cells[target + 1] += delta * added / total;
    cells[target + 2] += squares + delta * delta * held * added / total;
  }

  @Override
  public Accumulator fresh() {
    return new DoubleMoments(slot, type, overflow);
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
    return cells[group * CELL] < 2;
  }

  @Override
  public double asDouble(int group) {
    int cell = group * CELL;
    return isNull(group)
        ? Double.NaN
        : Math.sqrt(overflow.refuse(cells[cell + 2], "sum of squares") / (cells[cell] - 1));
  }

  @Override
  public int compare(int left, int right) {
    return Double.compare(asDouble(left), asDouble(right));
  }
}
