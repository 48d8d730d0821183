package io.tyto.engine.aggregate;

import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.query.Measure.QuantileMethod;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Exact quantiles: keeps every value, selects at the end.
///
/// LINEAR interpolates between the two nearest ranks (SQL's percentile_cont), DISCRETE takes the
/// least value with at least a share of q at or below it (percentile_disc).
final class QuantileExact extends ColumnAccumulator {
  private final ColumnType.Scalar type;
  private final double[] qs;
  private final QuantileMethod method;
  private final GroupedLongs held = new GroupedLongs();

  QuantileExact(int slot, ColumnType.Scalar type, double[] qs, QuantileMethod method) {
    super(slot);
    this.type = type;
    this.qs = qs;
    this.method = method;
  }

  @Override
  public void ensureGroups(int count) {
    held.ensureGroups(count);
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    int[] positions = rows.positions;
    int[] groups = rows.groups;
    switch (vector) {
      case ColumnVector.Longs longs -> {
        for (int i = 0; i < rows.count; i++) {
          held.add(groups[i], longs.values()[positions[i]]);
        }
      }
      case ColumnVector.Doubles doubles -> {
        for (int i = 0; i < rows.count; i++) {
          held.add(groups[i], sortable(doubles.values()[positions[i]]));
        }
      }
      case ColumnVector.Ordinals _, ColumnVector.Bytes _ -> {
        for (int i = 0; i < rows.count; i++) {
          held.add(groups[i], sortable(WideBytes.toDouble(vector, positions[i], type)));
        }
      }
      case ColumnVector.AllNull _, ColumnVector.Lists _ -> throw unexpected(vector);
    }
  }

  /// A long that orders as the double does; its own inverse on bits.
  private static long sortable(double value) {
    long bits = Double.doubleToRawLongBits(value);
    return bits ^ bits >> 63 & Long.MAX_VALUE;
  }

  private double number(long value) {
    return type.physical() == Physical.LONG
        ? ValueForms.toDouble(type, value)
        : Double.longBitsToDouble(value ^ value >> 63 & Long.MAX_VALUE);
  }

  @Override
  public synchronized void merge(Accumulator other, int[] sources, int[] targets, int count) {
    GroupedLongs from = ((QuantileExact) other).held;
    from.sort();
    for (int i = 0; i < count; i++) {
      for (int at = from.from(sources[i]); at < from.to(sources[i]); at++) {
        held.add(targets[i], from.values()[at]);
      }
    }
  }

  @Override
  public Accumulator fresh() {
    return new QuantileExact(slot, type, qs, method);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return held.sizeBytes();
  }

  @Override
  public Form form() {
    return Form.OBJECTS;
  }

  @Override
  public synchronized boolean isNull(int group) {
    held.sort();
    return held.from(group) == held.to(group);
  }

  /// The first quantile, which is the only one wherever numbers are asked for.
  @Override
  public double asDouble(int group) {
    return isNull(group) ? Double.NaN : quantile(group, qs[0]);
  }

  /// Locked because selecting moves values.
  private synchronized double quantile(int group, double q) {
    held.sort();
    int from = held.from(group);
    int to = held.to(group);
    int count = to - from;
    if (method == QuantileMethod.DISCRETE) {
      int rank = Math.clamp((long) Math.ceil(q * count), 1, count);
      return number(Selection.select(held.values(), from, to, from + rank - 1));
    }
    double rank = q * (count - 1);
    int below = (int) Math.floor(rank);
    double low = number(Selection.select(held.values(), from, to, from + below));
    if (rank == below) {
      return low;
    }
    double high = number(Selection.select(held.values(), from, to, from + below + 1));
    return low + (high - low) * (rank - below);
  }

  @Override
  public @Nullable Object value(int group) {
    boolean isNull = isNull(group);
    List<@Nullable Double> values = new ArrayList<>();
    for (double q : qs) {
      values.add(isNull ? null : quantile(group, q));
    }
    return values;
  }

  @Override
  public int compare(int left, int right) {
    return Double.compare(asDouble(left), asDouble(right));
  }
}
