package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// An accumulator over the non-null values of one column, or over the non-null elements of its
/// lists.
///
/// Subclasses are thus free of nulls and lists; each switches on the vector's class once per batch.
abstract non-sealed class ColumnAccumulator implements Accumulator {
  final int slot;

  ColumnAccumulator(int slot) {
    this.slot = slot;
  }

  @Override
  public final void update(Batch batch, GroupedRows rows) {
    if (batch.holdsCells()) {
      updateCells(batch, rows);
      return;
    }
    GroupedRows.ColumnValues values = rows.values(batch, slot);
    ColumnVector vector = values.vector;
    if (vector != null && values.rows.count > 0) {
      accept(batch, values, vector, values.rows);
    }
  }

  /// Takes in the values of `vector` at the rows' positions; none is null, and there is at least
  /// one.
  abstract void accept(
      Batch batch, GroupedRows.ColumnValues values, ColumnVector vector, GroupedRows rows);

  /// Merges in what cells keep. Here for states that take in a kept value as they do one of a row.
  void updateCells(Batch batch, GroupedRows rows) {
    GroupedRows.ColumnValues values = rows.values(kept(batch, cellKind()));
    ColumnVector vector = values.vector;
    if (vector != null && values.rows.count > 0) {
      accept(batch, values, vector, values.rows);
    }
  }

  /// Takes a state that another one wrote by {@link #ship}; the buffer is at its begin.
  interface StateTaker {
    void take(int group, ByteBuffer state);
  }

  /// The states of the batch, where they are shipped as bytes.
  final void forEachState(Batch batch, GroupedRows rows, StateTaker taker) {
    GroupedRows.ColumnValues kept = rows.values(kept(batch, CellKind.STATE));
    ColumnVector vector = kept.vector;
    for (int i = 0; vector != null && i < kept.rows.count; i++) {
      byte[] state = CellVectors.value(vector, kept.rows.positions[i]);
      taker.take(kept.rows.groups[i], ByteBuffer.wrap(state));
    }
  }

  /// Where {@link #updateCells} finds the values.
  CellKind cellKind() {
    throw new IllegalStateException(getClass().getSimpleName() + " is kept in no cube");
  }

  /// What the cells of the batch keep. IllegalStateException where they keep no such thing: then
  /// the plan was wrong.
  final ColumnVector kept(Batch batch, CellKind kind) {
    return kept(batch, kind, slot);
  }

  /// By cell, how many of its rows have a value.
  final long[] present(Batch batch) {
    ColumnVector present = batch.cells(CellKind.PRESENT, slot);
    return longs(present == null ? kept(batch, CellKind.ROWS, -1) : present);
  }

  static ColumnVector kept(Batch batch, CellKind kind, int slot) {
    ColumnVector vector = batch.cells(kind, slot);
    if (vector == null) {
      throw keepsNo(batch, kind);
    }
    return vector;
  }

  static IllegalStateException keepsNo(Batch batch, CellKind kind) {
    return new IllegalStateException("cells of " + batch.source().name() + " keep no " + kind);
  }

  @Override
  public void endSource() {}

  @Override
  public long asLong(int group) {
    throw new IllegalStateException(getClass().getSimpleName() + " gives no longs");
  }

  /// For accumulators whose form says where the value is.
  @Override
  public @Nullable Object value(int group) {
    if (isNull(group)) {
      return null;
    }
    return switch (form()) {
      case LONGS -> asLong(group);
      case DOUBLES -> asDouble(group);
      case OBJECTS ->
          throw new IllegalStateException(getClass().getSimpleName() + " lacks value()");
    };
  }

  static IllegalStateException unexpected(ColumnVector vector) {
    return new IllegalStateException("unexpected " + vector.getClass().getSimpleName());
  }

  static long[] longs(ColumnVector vector) {
    if (vector instanceof ColumnVector.Longs longs) {
      return longs.values();
    }
    throw unexpected(vector);
  }

  static double[] doubles(ColumnVector vector) {
    if (vector instanceof ColumnVector.Doubles doubles) {
      return doubles.values();
    }
    throw unexpected(vector);
  }
}
