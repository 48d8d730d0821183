package io.tyto.engine.segment;

import java.util.Arrays;

/// Sorts numbers, and what belongs to them, by merging the runs that are there already.
///
/// Stable. Cheap where little is out of place: neighbouring runs are merged only where they
/// overlap, which a search outwards from where they meet finds in a few steps.
final class RunMerge {
  /// Shorter runs are lengthened by insertion.
  private static final int SHORT_RUN = 32;

  private final long[] keys;
  private final int[] items;
  private long[] heldKeys = new long[0];
  private int[] heldItems = new int[0];

  private RunMerge(long[] keys, int[] items) {
    this.keys = keys;
    this.items = items;
  }

  /// Orders the first `count` keys, ascending, and their items with them.
  static void sort(long[] keys, int[] items, int count) {
    new RunMerge(keys, items).sort(count);
  }

  private void sort(int count) {
    int[] ends = new int[16];
    int runs = 0;
    for (int from = 0; from < count; runs++) {
      if (runs == ends.length) {
        ends = Arrays.copyOf(ends, runs * 2);
      }
      from = endOfRun(from, count);
      ends[runs] = from;
    }
    while (runs > 1) {
      int merged = 0;
      int from = 0;
      for (int run = 0; run < runs; run += 2) {
        int end = ends[Math.min(run + 1, runs - 1)];
        if (run + 1 < runs) {
          merge(from, ends[run], end);
        }
        ends[merged++] = end;
        from = end;
      }
      runs = merged;
    }
  }

  private int endOfRun(int from, int count) {
    int end = from + 1;
    while (end < count && keys[end] >= keys[end - 1]) {
      end++;
    }
    int least = Math.min(count, from + SHORT_RUN);
    for (; end < least; end++) {
      long key = keys[end];
      int item = items[end];
      int at = end;
      for (; at > from && keys[at - 1] > key; at--) {
        keys[at] = keys[at - 1];
        items[at] = items[at - 1];
      }
      keys[at] = key;
      items[at] = item;
    }
    while (end < count && keys[end] >= keys[end - 1]) {
      end++;
    }
    return end;
  }

  /// Merges the runs `[from, middle)` and `[middle, to)`.
  private void merge(int from, int middle, int to) {
    int left = firstAbove(from, middle, keys[middle]);
    if (left == middle) {
      return;
    }
    int end = firstNotBelow(middle, to, keys[middle - 1]);
    int held = middle - left;
    hold(left, held);
    int right = middle;
    int target = left;
    for (int i = 0; i < held; target++) {
      if (right < end && keys[right] < heldKeys[i]) {
        keys[target] = keys[right];
        items[target] = items[right++];
      } else {
        keys[target] = heldKeys[i];
        items[target] = heldItems[i++];
      }
    }
  }

  private void hold(int from, int count) {
    if (heldKeys.length < count) {
      int capacity = Math.max(count, Math.min(keys.length, heldKeys.length * 2));
      heldKeys = new long[capacity];
      heldItems = new int[capacity];
    }
    System.arraycopy(keys, from, heldKeys, 0, count);
    System.arraycopy(items, from, heldItems, 0, count);
  }

  /// First of a run whose key is above, looked for from the run's end on.
  private int firstAbove(int from, int to, long key) {
    int step = 1;
    int high = to;
    int low = to - 1;
    while (low >= from && keys[low] > key) {
      high = low;
      low -= step;
      step <<= 1;
    }
    low = Math.max(low + 1, from);
    while (low < high) {
      int probe = low + high >>> 1;
      if (keys[probe] > key) {
        high = probe;
      } else {
        low = probe + 1;
      }
    }
    return low;
  }

  /// First of a run whose key is not below, looked for from the run's start on.
  private int firstNotBelow(int from, int to, long key) {
    int step = 1;
    int low = from;
    int high = from;
    while (high < to && keys[high] < key) {
      low = high + 1;
      high = (int) Math.min(to, (long) high + step);
      step <<= 1;
    }
    while (low < high) {
      int probe = low + high >>> 1;
      if (keys[probe] < key) {
        low = probe + 1;
      } else {
        high = probe;
      }
    }
    return low;
  }
}
