package io.tyto.engine.plan;

import io.tyto.engine.scan.Checkpoint;
import java.util.Arrays;

/// Sorts row numbers without boxing them.
final class IntSort {
  /// Below this many times the wanted rows a heap of the wanted ones is not worth it.
  private static final int HEAP_FACTOR = 8;

  private static final int INSERTION_RUN = 8;

  private IntSort() {}

  interface Comparator {
    int compare(int left, int right);
  }

  /// The first `count` of `rows` in order; all of them where there are fewer. Changes `rows`.
  static int[] first(int[] rows, int count, Comparator order) {
    if (count <= rows.length / HEAP_FACTOR) {
      rows = best(rows, count, order);
    }
    sort(rows, order);
    return rows.length <= count ? rows : Arrays.copyOf(rows, count);
  }

  /// Stable.
  static void sort(int[] rows, Comparator order) {
    sort(rows.clone(), rows, 0, rows.length, order);
  }

  /// Merges the sorted halves of `from` into `into`; both hold the same rows at first.
  private static void sort(int[] from, int[] into, int start, int end, Comparator order) {
    if (end - start <= INSERTION_RUN) {
      insertionSort(into, start, end, order);
      return;
    }
    int middle = (start + end) >>> 1;
    sort(into, from, start, middle, order);
    sort(into, from, middle, end, order);
    int left = start;
    int right = middle;
    for (int i = start; i < end; i++) {
      Checkpoint.pass(i);
      boolean takesLeft =
          right >= end || (left < middle && order.compare(from[left], from[right]) <= 0);
      into[i] = takesLeft ? from[left++] : from[right++];
    }
  }

  private static void insertionSort(int[] rows, int start, int end, Comparator order) {
    for (int i = start + 1; i < end; i++) {
      int row = rows[i];
      int at = i;
      while (at > start && order.compare(rows[at - 1], row) > 0) {
        rows[at] = rows[--at];
      }
      rows[at] = row;
    }
  }

  /// The `count` least rows in no order: a heap whose root is the greatest of those kept so far.
  private static int[] best(int[] rows, int count, Comparator order) {
    int[] heap = Arrays.copyOf(rows, count);
    for (int i = count / 2 - 1; i >= 0; i--) {
      siftDown(heap, i, order);
    }
    for (int i = count; count > 0 && i < rows.length; i++) {
      Checkpoint.pass(i);
      if (order.compare(rows[i], heap[0]) < 0) {
        heap[0] = rows[i];
        siftDown(heap, 0, order);
      }
    }
    return heap;
  }

  private static void siftDown(int[] heap, int start, Comparator order) {
    int at = start;
    int row = heap[at];
    while (2 * at + 1 < heap.length) {
      int child = 2 * at + 1;
      if (child + 1 < heap.length && order.compare(heap[child], heap[child + 1]) < 0) {
        child++;
      }
      if (order.compare(row, heap[child]) >= 0) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = row;
  }
}
