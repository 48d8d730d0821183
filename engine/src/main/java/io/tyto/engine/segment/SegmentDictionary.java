package io.tyto.engine.segment;

import io.tyto.engine.encoding.SortedBytes;
import io.tyto.engine.vector.Dictionary;

/// The ordered dictionary of one column, read where it lies. Thread-safe.
///
/// @param block for error messages
record SegmentDictionary(Container container, Container.Block block, SortedBytes values)
    implements Dictionary {

  static SegmentDictionary open(Container container, int columnId, int size) {
    Container.Block block = container.require(BlockKind.DICTIONARY, columnId, 0);
    try {
      if (block.values() != size) {
        throw new IllegalArgumentException(block.values() + " values in place of " + size);
      }
      SortedBytes values = SortedBytes.open(block.encoding(), block.payload(), size);
      return new SegmentDictionary(container, block, values);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }

  @Override
  public int size() {
    return values.size();
  }

  @Override
  public byte[] value(int ordinal) {
    try {
      return values.value(ordinal);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }

  @Override
  public Run values(int from, int to) {
    try {
      Run run = values.values(from, to);
      return run == null ? Dictionary.super.values(from, to) : run;
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }

  @Override
  public int find(byte[] value) {
    try {
      return values.find(value);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }

  @Override
  public boolean isOrdered() {
    return true;
  }
}
