package io.tyto.engine.filter;

import io.tyto.engine.kernel.Kernels;
import java.util.ArrayDeque;
import java.util.Arrays;

/// Bitmaps over the positions of a batch, and the scratch ones of one thread. Not thread-safe.
final class Masks {
  final Kernels kernels;
  private final ArrayDeque<long[]> free = new ArrayDeque<>();

  Masks(Kernels kernels) {
    this.kernels = kernels;
  }

  static int words(int count) {
    return (count + 63) >>> 6;
  }

  /// Scratch of at least `words(count)` words with any content; give it back by {@link #release}.
  long[] borrow(int count) {
    long[] mask = free.pollFirst();
    return mask == null || mask.length < words(count) ? new long[Math.max(words(count), 64)] : mask;
  }

  void release(long[] mask) {
    free.addFirst(mask);
  }

  /// Sets the bits below `count` and clears the rest of the last word.
  static void fill(long[] mask, int count) {
    int whole = count >>> 6;
    Arrays.fill(mask, 0, whole, -1L);
    if ((count & 63) != 0) {
      mask[whole] = (1L << (count & 63)) - 1;
    }
  }

  static void clear(long[] mask, int count) {
    Arrays.fill(mask, 0, words(count), 0);
  }

  static boolean isEmpty(long[] mask, int count) {
    for (int word = 0; word < words(count); word++) {
      if (mask[word] != 0) {
        return false;
      }
    }
    return true;
  }

  static int cardinality(long[] mask, int count) {
    int set = 0;
    for (int word = 0; word < words(count); word++) {
      set += Long.bitCount(mask[word]);
    }
    return set;
  }

  static boolean get(long[] mask, int position) {
    return (mask[position >>> 6] >>> position & 1) != 0;
  }
}
