package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesTable;

/// Orders the ordinals of a table by their values' unsigned bytes.
///
/// A merge sort that compares eight bytes behind the common prefix of all values first: values of
/// one column tend to begin alike.
final class OrdinalSort {
  private static final int INSERTION_SORT = 12;

  private final BytesTable table;
  private final long[] keys;
  private final int[] scratch;

  private OrdinalSort(BytesTable table, int size) {
    this.table = table;
    keys = keys(table, size);
    scratch = new int[size];
  }

  /// Ordinals of the table, ascending by value.
  static int[] sort(BytesTable table) {
    int[] order = new int[table.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    new OrdinalSort(table, order.length).sort(order, 0, order.length);
    return order;
  }

  private static long[] keys(BytesTable table, int size) {
    byte[] data = table.data();
    int[] offsets = table.offsets();
    int common = size == 0 ? 0 : offsets[1];
    for (int i = 1; i < size; i++) {
      int limit = Math.min(common, offsets[i + 1] - offsets[i]);
      int same = 0;
      while (same < limit && data[same] == data[offsets[i] + same]) {
        same++;
      }
      common = same;
    }
    long[] keys = new long[size];
    for (int i = 0; i < size; i++) {
      long key = 0;
      int from = offsets[i] + common;
      for (int k = 0; k < Long.BYTES; k++) {
        key = key << 8 | (from + k < offsets[i + 1] ? data[from + k] & 0xff : 0);
      }
      keys[i] = key;
    }
    return keys;
  }

  private boolean isLess(int left, int right) {
    int order = Long.compareUnsigned(keys[left], keys[right]);
    return order < 0 || order == 0 && table.compare(left, right) < 0;
  }

  private void sort(int[] order, int from, int to) {
    if (to - from <= INSERTION_SORT) {
      insertionSort(order, from, to);
      return;
    }
    int middle = from + to >>> 1;
    sort(order, from, middle);
    sort(order, middle, to);
    if (isLess(order[middle - 1], order[middle])) {
      return;
    }
    System.arraycopy(order, from, scratch, from, middle - from);
    int left = from;
    int right = middle;
    for (int at = from; left < middle; at++) {
      if (right < to && isLess(order[right], scratch[left])) {
        order[at] = order[right++];
      } else {
        order[at] = scratch[left++];
      }
    }
  }

  private void insertionSort(int[] order, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      int ordinal = order[i];
      int at = i;
      while (at > from && isLess(ordinal, order[at - 1])) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = ordinal;
    }
  }
}
