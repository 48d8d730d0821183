package io.tyto.perf.bench;

/// Picks ranks 0 to n - 1, rank r in proportion to 1 / (r + 1)^exponent, by Walker's alias method:
/// one look-up, whatever n. Thread-safe: immutable.
final class Skew {
  /// Of a column's share, what stays with it; the rest goes to its alias.
  private final double[] keep;

  private final int[] alias;

  Skew(int n, double exponent) {
    keep = new double[n];
    alias = new int[n];
    double total = 0;
    for (int i = 0; i < n; i++) {
      keep[i] = Math.pow(i + 1, -exponent);
      total += keep[i];
    }
    int[] small = new int[n];
    int[] large = new int[n];
    int smalls = 0;
    int larges = 0;
    for (int i = 0; i < n; i++) {
      keep[i] *= n / total;
      if (keep[i] < 1) {
        small[smalls++] = i;
      } else {
        large[larges++] = i;
      }
    }
    while (smalls > 0 && larges > 0) {
      int poor = small[--smalls];
      int rich = large[larges - 1];
      alias[poor] = rich;
      keep[rich] -= 1 - keep[poor];
      if (keep[rich] < 1) {
        larges--;
        small[smalls++] = rich;
      }
    }
    // What rounding left over keeps everything.
    while (smalls > 0) {
      keep[small[--smalls]] = 1;
    }
    while (larges > 0) {
      keep[large[--larges]] = 1;
    }
  }

  /// @param unit uniform in [0, 1)
  int pick(double unit) {
    double place = unit * keep.length;
    int column = (int) place;
    return place - column < keep[column] ? column : alias[column];
  }
}
