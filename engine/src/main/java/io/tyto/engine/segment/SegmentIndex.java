package io.tyto.engine.segment;

import io.tyto.index.InvertedIndex;
import io.tyto.index.InvertedIndexes;
import io.tyto.index.RowSet;

/// The inverted index of one column, read where it lies: what goes wrong inside names the block.
/// Thread-safe.
record SegmentIndex(Container container, Container.Block block, InvertedIndex index)
    implements InvertedIndex {

  static SegmentIndex open(Container container, Container.Block block, int ordinals) {
    try {
      InvertedIndex index = InvertedIndexes.open(block.payload());
      if (index.ordinals() != ordinals) {
        throw new IllegalArgumentException(index.ordinals() + " ordinals in the index");
      }
      return new SegmentIndex(container, block, index);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }

  @Override
  public int ordinals() {
    return index.ordinals();
  }

  @Override
  public RowSet rows(int ordinal) {
    try {
      return index.rows(ordinal);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }

  @Override
  public RowSet rowsBetween(int from, int to) {
    try {
      return index.rowsBetween(from, to);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }

  @Override
  public RowSet rowsOfAny(int[] ordinals, int count) {
    try {
      return index.rowsOfAny(ordinals, count);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }

  @Override
  public int cardinality(int ordinal) {
    try {
      return index.cardinality(ordinal);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }
}
