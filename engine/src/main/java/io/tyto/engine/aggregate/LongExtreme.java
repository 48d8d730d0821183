package io.tyto.engine.aggregate;

import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// MIN and MAX of longs.
///
/// The greatest long stands for "nothing yet" under MIN (the least under MAX); whether it was
/// really seen is kept apart.
final class LongExtreme extends ColumnAccumulator {
  private final ColumnType.Scalar type;
  private final boolean isMax;
  private final long nothing;
  private long[] extremes = new long[0];

  /// Groups whose extreme is `nothing` itself: rare enough for a set.
  private final BitSet seenNothing = new BitSet();

  LongExtreme(int slot, ColumnType.Scalar type, boolean isMax) {
    super(slot);
    this.type = type;
    this.isMax = isMax;
    nothing = isMax ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  @Override
  public void ensureGroups(int count) {
    if (count > extremes.length) {
      int held = extremes.length;
      extremes = Arrays.copyOf(extremes, Capacity.grown(held, count));
      Arrays.fill(extremes, held, extremes.length, nothing);
    }
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    long[] values = longs(vector);
    if (rows.isOneGroup && rows.isWhole) {
      add(
          rows.group,
          isMax ? Kernels.best().max(values, rows.count) : Kernels.best().min(values, rows.count));
      return;
    }
    long[] to = extremes;
    int[] positions = rows.positions;
    int[] groups = rows.groups;
    boolean sawNothing = false;
    if (isMax) {
      for (int i = 0; i < rows.count; i++) {
        long value = values[positions[i]];
        sawNothing |= value == Long.MIN_VALUE;
        to[groups[i]] = Math.max(to[groups[i]], value);
      }
    } else {
      for (int i = 0; i < rows.count; i++) {
        long value = values[positions[i]];
        sawNothing |= value == Long.MAX_VALUE;
        to[groups[i]] = Math.min(to[groups[i]], value);
      }
    }
    if (sawNothing) {
      for (int i = 0; i < rows.count; i++) {
        seenNothing.set(groups[i]);
      }
    }
  }

  private void add(int group, long value) {
    extremes[group] = isMax ? Math.max(extremes[group], value) : Math.min(extremes[group], value);
    if (value == nothing) {
      seenNothing.set(group);
    }
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    LongExtreme from = (LongExtreme) other;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      if (!from.isNull(sources[i])) {
        add(targets[i], from.extremes[sources[i]]);
      }
    }
  }

  @Override
  CellKind cellKind() {
    return isMax ? CellKind.GREATEST : CellKind.LEAST;
  }

  @Override
  public void store(int count, int columnId, CellColumns target) {
    target.add(
        cellKind().id(columnId),
        ColumnType.LONG,
        new ColumnVector.Longs(
            count, Arrays.copyOf(extremes, count), CellVectors.nulls(count, this::isNull)));
  }

  @Override
  public Accumulator fresh() {
    return new LongExtreme(slot, type, isMax);
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
    return ValueForms.ofLongs(type);
  }

  @Override
  public boolean isNull(int group) {
    return extremes[group] == nothing && !seenNothing.get(group);
  }

  @Override
  public long asLong(int group) {
    return isNull(group) ? 0 : extremes[group];
  }

  @Override
  public double asDouble(int group) {
    return isNull(group) ? Double.NaN : ValueForms.toDouble(type, extremes[group]);
  }

  @Override
  public @Nullable Object value(int group) {
    return isNull(group) ? null : Values.fromLong(type, extremes[group]);
  }

  @Override
  public int compare(int left, int right) {
    return Long.compare(extremes[left], extremes[right]);
  }
}
