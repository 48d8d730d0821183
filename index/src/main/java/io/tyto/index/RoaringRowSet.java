package io.tyto.index;

import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// A {@link RowSet} over a Roaring bitmap on the heap.
record RoaringRowSet(MutableRoaringBitmap rows) implements RowSet {
  @Override
  public int cardinality() {
    return rows.getCardinality();
  }

  @Override
  public boolean contains(int row) {
    return rows.contains(row);
  }

  @Override
  public RowSet and(RowSet other) {
    rows.and(rowsOf(other));
    return this;
  }

  @Override
  public RowSet or(RowSet other) {
    rows.or(rowsOf(other));
    return this;
  }

  @Override
  public RowSet andNot(RowSet other) {
    rows.andNot(rowsOf(other));
    return this;
  }

  @Override
  public RowSet copy() {
    return new RoaringRowSet(rows.clone());
  }

  @Override
  public int countBetween(int from, int to) {
    return Math.toIntExact(rows.rangeCardinality(from, to));
  }

  @Override
  public int positions(int from, int to, int[] positions) {
    PeekableIntIterator iterator = rows.getIntIterator();
    iterator.advanceIfNeeded(from);
    int count = 0;
    while (iterator.hasNext() && iterator.peekNext() < to) {
      positions[count++] = iterator.next() - from;
    }
    return count;
  }

  private static MutableRoaringBitmap rowsOf(RowSet other) {
    return ((RoaringRowSet) other).rows;
  }
}
