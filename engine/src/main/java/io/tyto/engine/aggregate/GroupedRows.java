package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Positions of a batch with the group of each: what accumulators take in. Reused from batch to
/// batch.
///
/// A position may occur more than once (a list column exploded it); positions ascend.
public final class GroupedRows {
  /// The positions of a whole batch; never written to.
  private static final int[] EVERY = new int[RowSource.BATCH_ROWS];

  static {
    Arrays.setAll(EVERY, i -> i);
  }

  /// {@link #ownPositions} or {@link #EVERY}.
  int[] positions;

  int[] groups;
  int count;
  private int[] ownPositions;

  /// Position i is i, for all of the batch.
  boolean isWhole;

  /// Every group is {@link #group}.
  boolean isOneGroup;

  int group;

  /// The values of a column behind these rows, by slot, until the next {@link #set}.
  private @Nullable ColumnValues[] values = new ColumnValues[0];

  private @Nullable ColumnValues cellValues;

  /// The non-null values of a column: its vector, or that of its elements, and where they stand.
  static final class ColumnValues {
    final GroupedRows scratch = new GroupedRows(0);

    /// Position in the batch of each value, where the column is a list.
    int[] rowPositions = new int[0];

    GroupedRows rows = scratch;
    @Nullable ColumnVector vector;
    boolean isList;
  }

  public GroupedRows(int capacity) {
    ownPositions = new int[capacity];
    positions = ownPositions;
    groups = new int[capacity];
  }

  public int count() {
    return count;
  }

  public int[] positions() {
    return positions;
  }

  public int[] groups() {
    return groups;
  }

  public boolean isWhole() {
    return isWhole;
  }

  /// Where to write positions to; {@link #set} follows.
  public int[] positionsToFill() {
    positions = ownPositions;
    return ownPositions;
  }

  /// All rows of a batch, in group 0 as long as nothing else is said.
  public void setWhole(int newCount) {
    positions = EVERY;
    set(newCount, true, true);
  }

  /// Says what the arrays hold now.
  ///
  /// @param newIsOneGroup all groups in the array are 0
  public void set(int newCount, boolean newIsWhole, boolean newIsOneGroup) {
    count = newCount;
    isWhole = newIsWhole;
    isOneGroup = newIsOneGroup;
    group = 0;
    for (ColumnValues known : values) {
      if (known != null) {
        known.vector = null;
      }
    }
  }

  /// Says that all rows are in one group.
  public void inGroup(int newGroup) {
    Arrays.fill(groups, 0, count, newGroup);
    group = newGroup;
    isOneGroup = true;
  }

  /// Makes room for `capacity` rows, positions that may be written to; keeps the content.
  @SuppressWarnings("ReferenceEquality") // which array it is
  public void ensure(int capacity) {
    if (capacity > ownPositions.length) {
      int larger = Math.max(capacity, ownPositions.length + (ownPositions.length >> 1));
      ownPositions = Arrays.copyOf(ownPositions, larger);
      groups = Arrays.copyOf(groups, larger);
    }
    if (positions != ownPositions) {
      System.arraycopy(positions, 0, ownPositions, 0, Math.min(count, positions.length));
      positions = ownPositions;
    }
  }

  /// These rows' values in a column, nulls left out and lists laid flat; computed once per batch.
  ColumnValues values(Batch batch, int slot) {
    if (slot >= values.length) {
      values = Arrays.copyOf(values, slot + 1);
    }
    ColumnValues known = values[slot];
    if (known == null) {
      known = new ColumnValues();
      values[slot] = known;
    }
    if (known.vector == null) {
      take(batch.column(slot), known);
    }
    return known;
  }

  /// The same for a vector that cells keep; valid until the next call.
  ColumnValues values(ColumnVector vector) {
    ColumnValues known = cellValues;
    if (known == null) {
      known = new ColumnValues();
      cellValues = known;
    }
    take(vector, known);
    return known;
  }

  private void take(ColumnVector vector, ColumnValues to) {
    if (vector instanceof ColumnVector.Lists lists) {
      flatten(lists, to);
    } else {
      to.isList = false;
      to.rows = withoutNulls(vector, this, to.scratch);
      to.vector = vector;
    }
  }

  private void flatten(ColumnVector.Lists lists, ColumnValues to) {
    GroupedRows flat = to.scratch;
    int[] offsets = lists.offsets();
    int elements = 0;
    for (int i = 0; i < count; i++) {
      elements +=
          lists.isNull(positions[i]) ? 0 : offsets[positions[i] + 1] - offsets[positions[i]];
    }
    flat.ensure(elements);
    if (to.rowPositions.length < elements) {
      to.rowPositions = new int[flat.positions.length];
    }
    ColumnVector values = lists.elements();
    int found = 0;
    for (int i = 0; i < count; i++) {
      int row = positions[i];
      if (lists.isNull(row)) {
        continue;
      }
      for (int element = offsets[row]; element < offsets[row + 1]; element++) {
        if (!values.isNull(element)) {
          flat.positions[found] = element;
          flat.groups[found] = groups[i];
          to.rowPositions[found++] = row;
        }
      }
    }
    flat.set(found, false, isOneGroup);
    flat.group = group;
    to.rows = flat;
    to.vector = values;
    to.isList = true;
  }

  private static GroupedRows withoutNulls(
      ColumnVector vector, GroupedRows rows, GroupedRows scratch) {
    if (vector instanceof ColumnVector.AllNull) {
      scratch.set(0, false, rows.isOneGroup);
      scratch.group = rows.group;
      return scratch;
    }
    long[] nulls = vector.nulls();
    if (nulls == null) {
      return rows;
    }
    scratch.ensure(rows.count);
    int found = 0;
    for (int i = 0; i < rows.count; i++) {
      int position = rows.positions[i];
      scratch.positions[found] = position;
      scratch.groups[found] = rows.groups[i];
      found += (int) (~(nulls[position >>> 6] >>> position) & 1);
    }
    scratch.set(found, false, rows.isOneGroup);
    scratch.group = rows.group;
    return scratch;
  }
}
