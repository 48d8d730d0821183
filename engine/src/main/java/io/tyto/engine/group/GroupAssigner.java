package io.tyto.engine.group;

import io.tyto.engine.aggregate.GroupedRows;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import java.util.List;

/// Gives the rows of a batch their groups, for one thread. Rows fall away (outside an axis) and
/// multiply (lists).
final class GroupAssigner {
  private final List<KeyCoder> coders;
  private final GroupSpace space;
  private final boolean[] isList;

  /// By key, where the codes are the digits of the group; empty where groups are numbered.
  private final int[] limits;

  private final int[][] codes;

  /// Of keys that are lists; {@link #ensure} makes room.
  private int[] elements = new int[0];

  private int[] origins = new int[0];
  private int[] spare = new int[0];

  /// @param coders at least one
  GroupAssigner(List<KeyCoder> coders, GroupSpace space, ColumnSlots slots) {
    this.coders = coders;
    this.space = space;
    isList = new boolean[coders.size()];
    for (int key = 0; key < isList.length; key++) {
      isList[key] = slots.column(coders.get(key).slot()).type().isList();
    }
    codes = new int[coders.size()][RowSource.BATCH_ROWS];
    limits = hasList() ? new int[0] : space.foldLimits();
  }

  private boolean hasList() {
    for (boolean each : isList) {
      if (each) {
        return true;
      }
    }
    return false;
  }

  /// The group of rows whose code of a key is known, where that decides it; else -1.
  int groupOf(int key, int code) {
    return key == 0 && limits.length == 1 ? code : -1;
  }

  /// `rows` holds the positions of the rows that pass; afterwards those that have a group, and it.
  ///
  /// @param runKey a key that need not be read, because its code is `runCode` for all of the batch,
  ///   where that is not negative
  void assign(Batch batch, GroupedRows rows, int runKey, int runCode) {
    int knownKey = runCode < 0 ? -1 : runKey;
    if (limits.length > 0) {
      fold(batch, rows, knownKey, runCode);
    } else {
      number(batch, rows, knownKey, runCode);
    }
  }

  /// Makes the groups key by key: `group = group * limit + code`.
  private void fold(Batch batch, GroupedRows rows, int knownKey, int knownCode) {
    int count = rows.count();
    boolean isWhole = rows.isWhole();
    int[] groups = rows.groups();
    for (int key = 0; key < limits.length && count > 0; key++) {
      KeyCoder coder = coders.get(key);
      int limit = limits[key];
      if (key == knownKey) {
        for (int i = 0; i < count; i++) {
          groups[i] = groups[i] * limit + knownCode;
        }
        continue;
      }
      ColumnVector vector = batch.column(coder.slot());
      if (coder.fold(batch, vector, isWhole ? null : rows.positions(), count, limit, groups)) {
        continue;
      }
      int[] digits = codes[key];
      if (coder.codes(batch, vector, rows.positions(), count, digits)) {
        rows.ensure(count);
        count = dropFolded(rows.positions(), groups, digits, count);
        isWhole = false;
      }
      for (int i = 0; i < count; i++) {
        groups[i] = groups[i] * limit + digits[i];
      }
    }
    rows.set(count, isWhole, false);
  }

  private static int dropFolded(int[] positions, int[] groups, int[] digits, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      positions[kept] = positions[i];
      groups[kept] = groups[i];
      digits[kept] = digits[i];
      kept += digits[i] == KeyCoder.DROPPED ? 0 : 1;
    }
    return kept;
  }

  /// Makes codes of all keys, then numbers their tuples.
  private void number(Batch batch, GroupedRows rows, int knownKey, int knownCode) {
    int count = rows.count();
    boolean isWhole = rows.isWhole();
    rows.ensure(count);
    for (int key = 0; key < coders.size() && count > 0; key++) {
      KeyCoder coder = coders.get(key);
      if (key == knownKey) {
        Arrays.fill(codes[key], 0, count, knownCode);
        continue;
      }
      ColumnVector vector = batch.column(coder.slot());
      boolean isDropping;
      if (vector instanceof ColumnVector.Lists lists) {
        count = explode(lists, rows, count, key);
        isWhole = false;
        isDropping = coder.codes(batch, lists.elements(), elements, count, codes[key]);
      } else if (isList[key]) {
        count = 0; // every list is null here: no elements, no groups
        isDropping = false;
      } else {
        isDropping = coder.codes(batch, vector, rows.positions(), count, codes[key]);
      }
      if (isDropping) {
        count = drop(rows, count, key);
        isWhole = false;
      }
    }
    if (count > 0) {
      space.groups(codes, count);
    }
    rows.ensure(count);
    System.arraycopy(codes[0], 0, rows.groups(), 0, count);
    rows.set(count, isWhole, false);
  }

  /// Repeats each row for each of its elements, earlier keys' codes with it; sets `elements`.
  private int explode(ColumnVector.Lists lists, GroupedRows rows, int count, int key) {
    int[] offsets = lists.offsets();
    int total = 0;
    for (int i = 0; i < count; i++) {
      int row = rows.positions()[i];
      total += lists.isNull(row) ? 0 : offsets[row + 1] - offsets[row];
    }
    grow(total);
    rows.ensure(total);
    int found = 0;
    for (int i = 0; i < count; i++) {
      int row = rows.positions()[i];
      if (!lists.isNull(row)) {
        for (int element = offsets[row]; element < offsets[row + 1]; element++) {
          elements[found] = element;
          origins[found++] = i;
        }
      }
    }
    gather(rows.positions(), total);
    for (int earlier = 0; earlier < key; earlier++) {
      gather(codes[earlier], total);
    }
    return total;
  }

  /// `values[i] = values[origins[i]]`; origins ascend by steps of at most one and may jump ahead,
  /// so a copy is needed.
  private void gather(int[] values, int count) {
    for (int i = 0; i < count; i++) {
      spare[i] = values[origins[i]];
    }
    System.arraycopy(spare, 0, values, 0, count);
  }

  private void grow(int count) {
    if (count > elements.length) {
      int capacity =
          Math.max(Math.max(count, RowSource.BATCH_ROWS), elements.length + (elements.length >> 1));
      elements = new int[capacity];
      origins = new int[capacity];
      spare = new int[capacity];
      for (int key = 0; key < codes.length; key++) {
        codes[key] = Arrays.copyOf(codes[key], capacity);
      }
    }
  }

  /// Leaves out the rows whose code of the key is DROPPED.
  private int drop(GroupedRows rows, int count, int key) {
    int[] positions = rows.positions();
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (codes[key][i] != KeyCoder.DROPPED) {
        positions[kept] = positions[i];
        for (int earlier = 0; earlier <= key; earlier++) {
          codes[earlier][kept] = codes[earlier][i];
        }
        kept++;
      }
    }
    return kept;
  }
}
