package io.tyto.engine.group;

import io.tyto.engine.scan.Checkpoint;

/// Sorts group ids by a comparison, without boxing them.
final class GroupOrder {
  private static final int SMALL = 12;

  /// Compares two group ids.
  interface Comparison {
    int compare(int left, int right);
  }

  private GroupOrder() {}

  /// A stable merge sort.
  static void sort(int[] groups, Comparison comparison) {
    sort(groups.clone(), groups, 0, groups.length, comparison);
  }

  /// Sorts `[from, to)` of `target`; `source` holds the same elements and is overwritten.
  private static void sort(int[] source, int[] target, int from, int to, Comparison comparison) {
    if (to - from <= SMALL) {
      insertionSort(target, from, to, comparison);
      return;
    }
    int middle = from + to >>> 1;
    sort(target, source, from, middle, comparison);
    sort(target, source, middle, to, comparison);
    int left = from;
    int right = middle;
    for (int i = from; i < to; i++) {
      Checkpoint.pass(i);
      boolean takeLeft =
          right == to || left < middle && comparison.compare(source[left], source[right]) <= 0;
      target[i] = takeLeft ? source[left++] : source[right++];
    }
  }

  private static void insertionSort(int[] groups, int from, int to, Comparison comparison) {
    for (int i = from + 1; i < to; i++) {
      int moved = groups[i];
      int at = i;
      while (at > from && comparison.compare(groups[at - 1], moved) > 0) {
        groups[at] = groups[at - 1];
        at--;
      }
      groups[at] = moved;
    }
  }
}
