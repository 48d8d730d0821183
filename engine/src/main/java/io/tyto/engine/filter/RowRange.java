package io.tyto.engine.filter;

import io.tyto.engine.source.Ascending;
import io.tyto.engine.source.ColumnReader;
import org.jspecify.annotations.Nullable;

/// The rows that pass a test of the column by which their source ascends: `[from, to)`, or all
/// others that have a value.
///
/// @param present rows that have a value come before it
record RowRange(int from, int to, int present, boolean negated) {
  /// Null where the test is no range, or the column is not ascending.
  static @Nullable RowRange of(ColumnReader reader, ValuePredicate test) {
    Ascending rows = reader.ascending();
    if (rows == null
        || !(test instanceof NumberPredicates.LongRange(long low, long high, boolean negated))) {
      return null;
    }
    int from = low > high ? 0 : rows.firstAtLeast(low);
    int to = low > high ? 0 : high == Long.MAX_VALUE ? rows.present() : rows.firstAtLeast(high + 1);
    return new RowRange(from, to, rows.present(), negated);
  }

  /// What is known of the rows `[first, end)`.
  Verdict judge(int first, int end) {
    int count = end - first;
    int inside = bound(to, first, count) - bound(from, first, count);
    int passing = negated ? bound(present, first, count) - inside : inside;
    return Verdict.of(passing == 0, passing == count);
  }

  /// Clears the bits of the rows that do not pass.
  ///
  /// @param first row of the mask's first bit
  void retain(long[] mask, int first, int count) {
    int low = bound(from, first, count);
    int high = bound(to, first, count);
    if (negated) {
      clear(mask, low, high);
      clear(mask, bound(present, first, count), count);
    } else {
      clear(mask, 0, low);
      clear(mask, high, count);
    }
  }

  private static int bound(int row, int first, int count) {
    return Math.clamp((long) row - first, 0, count);
  }

  private static void clear(long[] mask, int low, int high) {
    if (low >= high) {
      return;
    }
    int word = low >>> 6;
    int last = high - 1 >>> 6;
    long fromLow = -1L << low;
    long belowHigh = -1L >>> -high;
    if (word == last) {
      mask[word] &= ~(fromLow & belowHigh);
      return;
    }
    mask[word] &= ~fromLow;
    for (int i = word + 1; i < last; i++) {
      mask[i] = 0;
    }
    mask[last] &= ~belowHigh;
  }
}
