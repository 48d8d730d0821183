package io.tyto.index;

import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Makes row sets.
public final class RowSets {
  private RowSets() {}

  public static RowSet empty() {
    return new RoaringRowSet(new MutableRoaringBitmap());
  }

  /// Rows `[from, to)`.
  public static RowSet range(int from, int to) {
    MutableRoaringBitmap rows = new MutableRoaringBitmap();
    rows.add((long) from, (long) to);
    return new RoaringRowSet(rows);
  }

  /// The first `count` of the rows, which ascend.
  public static RowSet of(int[] rows, int count) {
    MutableRoaringBitmap set = new MutableRoaringBitmap();
    set.addN(rows, 0, count);
    return new RoaringRowSet(set);
  }
}
