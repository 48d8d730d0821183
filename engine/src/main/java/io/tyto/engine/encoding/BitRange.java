package io.tyto.engine.encoding;

import java.util.Arrays;

/// Ranges of bits in masks: bit i of word i/64.
final class BitRange {
  private BitRange() {}

  /// Leaves the bits below `count` as they are, or clears them.
  static void keepAll(boolean kept, int count, long[] mask) {
    if (!kept) {
      clear(mask, 0, count);
    }
  }

  /// Clears the bits `[from, to)`.
  static void clear(long[] mask, int from, int to) {
    if (from >= to) {
      return;
    }
    int first = from >>> 6;
    int last = to - 1 >>> 6;
    long head = -1L << from;
    long tail = -1L >>> -to;
    if (first == last) {
      mask[first] &= ~(head & tail);
      return;
    }
    mask[first] &= ~head;
    Arrays.fill(mask, first + 1, last, 0);
    mask[last] &= ~tail;
  }

  /// How many of the bits below `count` are set.
  static int cardinality(long[] mask, int count) {
    return cardinality(mask, 0, count);
  }

  /// How many of the bits `[from, to)` are set.
  static int cardinality(long[] mask, int from, int to) {
    if (from >= to) {
      return 0;
    }
    int first = from >>> 6;
    int last = to - 1 >>> 6;
    long head = -1L << from;
    long tail = -1L >>> -to;
    if (first == last) {
      return Long.bitCount(mask[first] & head & tail);
    }
    int set = Long.bitCount(mask[first] & head) + Long.bitCount(mask[last] & tail);
    for (int word = first + 1; word < last; word++) {
      set += Long.bitCount(mask[word]);
    }
    return set;
  }

  static boolean get(long[] mask, int position) {
    return (mask[position >>> 6] >>> position & 1) != 0;
  }
}
