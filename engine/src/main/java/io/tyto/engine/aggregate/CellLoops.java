package io.tyto.engine.aggregate;

/// The row loops over cells by group: `cells[group * stride + at]`. Static and apart from any
/// object, so that each is compiled once, for itself; nothing in them branches on a value.
final class CellLoops {
  private CellLoops() {}

  /// Counts rows, at place 0.
  static void count(long[] cells, int stride, int[] groups, int count) {
    if (stride == 1) {
      for (int i = 0; i < count; i++) {
        cells[groups[i]]++;
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      cells[groups[i] * stride]++;
    }
  }

  /// Counts rows and adds up one value of each.
  static void count(long[] cells, int stride, int[] groups, int count, int at, long[] values) {
    if (stride == 2) {
      for (int i = 0; i < count; i++) {
        int cell = groups[i] << 1;
        cells[cell]++;
        cells[cell + 1] += values[i];
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      int cell = groups[i] * stride;
      cells[cell]++;
      cells[cell + at] += values[i];
    }
  }

  /// Counts rows and adds up two values of each.
  static void count(
      long[] cells,
      int stride,
      int[] groups,
      int count,
      int firstAt,
      long[] first,
      int secondAt,
      long[] second) {
    for (int i = 0; i < count; i++) {
      int cell = groups[i] * stride;
      cells[cell]++;
      cells[cell + firstAt] += first[i];
      cells[cell + secondAt] += second[i];
    }
  }

  static void add(long[] cells, int stride, int[] groups, int count, int at, long[] values) {
    for (int i = 0; i < count; i++) {
      cells[groups[i] * stride + at] += values[i];
    }
  }

  static void add(
      long[] cells,
      int stride,
      int[] groups,
      int count,
      int firstAt,
      long[] first,
      int secondAt,
      long[] second) {
    for (int i = 0; i < count; i++) {
      int cell = groups[i] * stride;
      cells[cell + firstAt] += first[i];
      cells[cell + secondAt] += second[i];
    }
  }

  static long sum(long[] values, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += values[i];
    }
    return sum;
  }

  static void gather(long[] values, int[] positions, int count, long[] target) {
    for (int i = 0; i < count; i++) {
      target[i] = values[positions[i]];
    }
  }

  /// Adds `[from, to)` of one array to the other.
  static void addAll(long[] target, long[] source, int from, int to) {
    for (int i = from; i < to; i++) {
      target[i] += source[i];
    }
  }
}
