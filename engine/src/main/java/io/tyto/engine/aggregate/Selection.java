package io.tyto.engine.aggregate;

/// Hoare's selection.
final class Selection {
  private Selection() {}

  /// Rearranges `values[from, to)` so that the element of rank `k` (an absolute position) stands at
  /// `k`, with nothing greater before it and nothing smaller behind.
  static long select(long[] values, int from, int to, int k) {
    int low = from;
    int high = to - 1;
    while (low < high) {
      long pivot = median(values[low], values[low + high >>> 1], values[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long swapped = values[i];
          values[i++] = values[j];
          values[j--] = swapped;
        }
      }
      if (k <= j) {
        high = j;
      } else if (k >= i) {
        low = i;
      } else {
        break;
      }
    }
    return values[k];
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
