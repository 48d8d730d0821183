package io.tyto.engine.aggregate;

import java.util.Arrays;

/// Positions of a batch with the group of each: what accumulators take in. Reused from batch to batch.
///
/// A position may occur more than once (a list column exploded it); positions ascend.
public final class GroupedRows {
  int[] positions;
  int[] groups;
  int count;

  /// Position i is i, for all of the batch.
  boolean isWhole;

  /// Every group is 0.
  boolean isOneGroup;

  public GroupedRows(int capacity) {
    positions = new int[capacity];
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

  /// Says what the arrays hold now.
  public void set(int count, boolean isWhole, boolean isOneGroup) {
    this.count = count;
    this.isWhole = isWhole;
    this.isOneGroup = isOneGroup;
  }

  /// Makes room for `count` rows; keeps the content.
  public void ensure(int count) {
    if (count > positions.length) {
      int capacity = Math.max(count, positions.length + (positions.length >> 1));
      positions = Arrays.copyOf(positions, capacity);
      groups = Arrays.copyOf(groups, capacity);
    }
  }
}
