package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Checkpoint;
import java.util.Arrays;

/// Longs collected with the group of each, and sorted by group when asked for.
final class GroupedLongs {
  private static final int FIRST = 1 << 10;

  private int[] groups = new int[0];
  private long[] values = new long[0];
  private int size;
  private int groupCount;

  /// starts[g] is where group g begins once sorted; empty before.
  private int[] starts = new int[0];

  private boolean isSorted;

  void add(int group, long value) {
    if (size == values.length) {
      int capacity = Math.max(FIRST, size + (size >> 1));
      groups = Arrays.copyOf(groups, capacity);
      values = Arrays.copyOf(values, capacity);
    }
    groups[size] = group;
    values[size++] = value;
    isSorted = false;
  }

  void ensureGroups(int count) {
    if (count > groupCount) {
      groupCount = count;
      isSorted = false;
    }
  }

  /// Brings the values of each group together.
  void sort() {
    if (isSorted) {
      return;
    }
    int[] from = new int[groupCount + 1];
    for (int i = 0; i < size; i++) {
      Checkpoint.pass(i);
      from[groups[i] + 1]++;
    }
    for (int g = 0; g < groupCount; g++) {
      from[g + 1] += from[g];
    }
    int[] next = Arrays.copyOf(from, groupCount);
    int[] sortedGroups = new int[size];
    long[] sortedValues = new long[size];
    for (int i = 0; i < size; i++) {
      Checkpoint.pass(i);
      int to = next[groups[i]]++;
      sortedGroups[to] = groups[i];
      sortedValues[to] = values[i];
    }
    groups = sortedGroups;
    values = sortedValues;
    starts = from;
    isSorted = true;
  }

  /// After {@link #sort}.
  int from(int group) {
    return starts[group];
  }

  int to(int group) {
    return starts[group + 1];
  }

  long[] values() {
    return values;
  }

  long sizeBytes() {
    return groups.length * 12L + starts.length * 4L;
  }
}
