package io.tyto.engine.aggregate;

import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// MIN and MAX of byte strings.
///
/// Within one ordered dictionary ordinals are compared; the best of each group is turned into bytes
/// when the dictionary changes or the source ends.
final class BytesExtreme extends ColumnAccumulator {
  private static final int NONE = -1;

  private final ColumnType.Scalar type;
  private final boolean isMax;
  private final BytesCells cells = new BytesCells();
  private int[] ordinals = new int[0];
  private @Nullable Dictionary dictionary;

  BytesExtreme(int slot, ColumnType.Scalar type, boolean isMax) {
    super(slot);
    this.type = type;
    this.isMax = isMax;
  }

  @Override
  public void ensureGroups(int count) {
    cells.ensureGroups(count);
    if (count > ordinals.length) {
      int held = ordinals.length;
      ordinals = Arrays.copyOf(ordinals, Capacity.grown(held, count));
      Arrays.fill(ordinals, held, ordinals.length, NONE);
    }
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    switch (vector) {
      case ColumnVector.Ordinals coded when coded.dictionary().isOrdered() -> {
        enter(coded.dictionary());
        acceptOrdered(coded.values(), rows);
      }
      case ColumnVector.Ordinals coded -> acceptUnordered(coded, rows);
      case ColumnVector.Bytes bytes -> {
        for (int i = 0; i < rows.count; i++) {
          int position = rows.positions[i];
          int[] offsets = bytes.offsets();
          add(rows.groups[i], bytes.data(), offsets[position], offsets[position + 1]);
        }
      }
      case ColumnVector.AllNull _,
          ColumnVector.Longs _,
          ColumnVector.Doubles _,
          ColumnVector.Lists _ ->
          throw unexpected(vector);
    }
  }

  private void acceptOrdered(int[] values, GroupedRows rows) {
    int[] best = ordinals;
    for (int i = 0; i < rows.count; i++) {
      int group = rows.groups[i];
      int ordinal = values[rows.positions[i]];
      int held = best[group];
      if (held == NONE || (isMax ? ordinal > held : ordinal < held)) {
        best[group] = ordinal;
      }
    }
  }

  /// Tails only: few rows, and each value is compared as it is.
  private void acceptUnordered(ColumnVector.Ordinals coded, GroupedRows rows) {
    byte[][] values = new byte[coded.dictionary().size()][];
    for (int i = 0; i < rows.count; i++) {
      int ordinal = coded.values()[rows.positions[i]];
      if (values[ordinal] == null) {
        values[ordinal] = coded.dictionary().value(ordinal);
      }
      add(rows.groups[i], values[ordinal], 0, values[ordinal].length);
    }
  }

  private void add(int group, byte[] data, int from, int to) {
    if (cells.isEmpty(group)) {
      cells.set(group, data, from, to);
      return;
    }
    int order = cells.compareTo(group, data, from, to);
    if (isMax ? order < 0 : order > 0) {
      cells.set(group, data, from, to);
    }
  }

  @SuppressWarnings("ReferenceEquality") // a dictionary is known by its identity
  private void enter(Dictionary next) {
    if (dictionary != next) {
      endSource();
      dictionary = next;
    }
  }

  @Override
  public void endSource() {
    Dictionary current = dictionary;
    if (current == null) {
      return;
    }
    for (int group = 0; group < ordinals.length; group++) {
      if (ordinals[group] != NONE) {
        byte[] value = current.value(ordinals[group]);
        add(group, value, 0, value.length);
        ordinals[group] = NONE;
      }
    }
    dictionary = null;
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    BytesCells from = ((BytesExtreme) other).cells;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      if (from.isEmpty(sources[i])) {
        continue;
      }
      int order = cells.isEmpty(targets[i]) ? 0 : cells.compare(targets[i], from, sources[i]);
      if (cells.isEmpty(targets[i]) || (isMax ? order < 0 : order > 0)) {
        cells.copy(from, sources[i], targets[i]);
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
        type,
        CellVectors.bytes(count, group -> isNull(group) ? null : cells.value(group)));
  }

  @Override
  public Accumulator fresh() {
    return new BytesExtreme(slot, type, isMax);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return cells.sizeBytes() + ordinals.length * 4L;
  }

  @Override
  public Form form() {
    return Form.OBJECTS;
  }

  @Override
  public boolean isNull(int group) {
    return cells.isEmpty(group);
  }

  @Override
  public double asDouble(int group) {
    return !isNull(group) && type instanceof ColumnType.DecimalType decimal
        ? WideBytes.toDouble(cells.value(group), 0, decimal.scale())
        : Double.NaN;
  }

  @Override
  public @Nullable Object value(int group) {
    return isNull(group) ? null : Values.fromBytes(type, cells.value(group));
  }

  @Override
  public int compare(int left, int right) {
    return cells.compare(left, cells, right);
  }
}
