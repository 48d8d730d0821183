package io.tyto.engine.scan;

import java.util.Arrays;

/// Sorts numbers by the million, and ends with its query where the sort of the platform would not.
public final class StoppableSort {
  /// Sorted at once: tens of milliseconds.
  private static final int AT_ONCE = 1 << 18;

  /// Splits before a piece is sorted whatever its size: pivots were bad more often than chance
  /// makes them.
  private static final int MAX_DEPTH = 64;

  private StoppableSort() {}

  /// Ascending, in place.
  public static void sort(long[] values) {
    sort(values, values.length);
  }

  /// The first `count` alone.
  public static void sort(long[] values, int count) {
    sort(values, 0, count, 0);
  }

  /// Sorts `[from, to)`: splits by a pivot into less, equal and greater until pieces are small.
  private static void sort(long[] values, int from, int to, int depth) {
    Checkpoint.pass();
    if (to - from <= AT_ONCE || depth == MAX_DEPTH) {
      Arrays.sort(values, from, to);
      return;
    }
    long pivot = pivot(values, from, to);
    int less = from;
    int greater = to;
    for (int at = from; at < greater; ) {
      Checkpoint.pass(at);
      long value = values[at];
      if (value < pivot) {
        values[at++] = values[less];
        values[less++] = value;
      } else if (value > pivot) {
        values[at] = values[--greater];
        values[greater] = value;
      } else {
        at++;
      }
    }
    sort(values, from, less, depth + 1);
    sort(values, greater, to, depth + 1);
  }

  /// The middle one of some that lie evenly apart.
  private static long pivot(long[] values, int from, int to) {
    long[] some = new long[33];
    for (int i = 0; i < some.length; i++) {
      some[i] = values[from + (int) ((to - from - 1L) * i / (some.length - 1))];
    }
    Arrays.sort(some);
    return some[some.length / 2];
  }
}
