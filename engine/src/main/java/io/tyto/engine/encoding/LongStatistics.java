package io.tyto.engine.encoding;

import java.util.Arrays;

/// What the sizes of integer layouts depend on, measured in one pass over a block; the patches in a
/// second.
final class LongStatistics {
  private static final int SAMPLE = 1024;
  private static final int SMALL = 256;
  private static final int LOW_QUANTILE = 128;

  /// Where a sample says that patches save less than this, the whole is not looked at.
  private static final double SAMPLE_ERROR = 1.0;

  long min;
  long max;
  int runs;

  /// Greatest common divisor of all distances from `min`.
  long divisor;

  /// Whether differences between neighbours, and the span of them, fit a long.
  boolean hasDeltas;

  long minDelta;
  long deltaDivisor;
  private long maxDelta;

  long patchedBase;
  int patchedWidth;

  private final long[] sample = new long[SAMPLE];
  private final int[] widths = new int[Long.SIZE + 1];

  void measure(long[] values, int count) {
    bounds(values, count);
    divisor = divisor(values, count, min, max);
    deltas(values, count);
  }

  private void bounds(long[] values, int count) {
    long least = values[0];
    long greatest = values[0];
    for (int i = 1; i < count; i++) {
      least = Math.min(least, values[i]);
      greatest = Math.max(greatest, values[i]);
    }
    min = least;
    max = greatest;
    int same = 0;
    if (least == greatest) {
      same = count - 1;
    } else {
      for (int i = 1; i < count; i++) {
        same += values[i] == values[i - 1] ? 1 : 0;
      }
    }
    runs = count - same;
  }

  private static long divisor(long[] values, int count, long base, long greatest) {
    long common = greatest - base;
    for (int i = 0; i < count && common != 1; i++) {
      common = gcd(common, values[i] - base);
    }
    return common == 0 ? 1 : common;
  }

  /// Of two unsigned values; fast where one divides the other.
  private static long gcd(long left, long right) {
    long a = left;
    long b = right;
    while (a != 0) {
      long rest = Long.remainderUnsigned(b, a);
      b = a;
      a = rest;
    }
    return b;
  }

  private void deltas(long[] values, int count) {
    hasDeltas = false;
    if (count < 2 || max - min < 0) {
      return; // a single difference may not fit
    }
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (int i = 1; i < count; i++) {
      long delta = values[i] - values[i - 1];
      least = Math.min(least, delta);
      greatest = Math.max(greatest, delta);
    }
    if (greatest - least < 0) {
      return;
    }
    hasDeltas = true;
    minDelta = least;
    maxDelta = greatest;
    long common = greatest - least;
    for (int i = 1; i < count && common != 1; i++) {
      common = gcd(common, values[i] - values[i - 1] - least);
    }
    deltaDivisor = common == 0 ? 1 : common;
  }

  int packedWidth() {
    return BitPacking.widthFor(Long.divideUnsigned(max - min, divisor));
  }

  int deltaWidth() {
    return BitPacking.widthFor(Long.divideUnsigned(maxDelta - minDelta, deltaDivisor));
  }

  /// The least size with patches, over all widths and two bases: the minimum, and a low quantile
  /// that leaves low outliers to the patches too. Infinite where a sample says that it is not below
  /// `worthwhile`.
  double patchedBytes(long[] values, int count, int patchBytes, double worthwhile) {
    if (count <= SMALL) {
      return patchedBytes(values, count, patchBytes, min, Long.MAX_VALUE);
    }
    int size = count <= SAMPLE ? SMALL : SAMPLE;
    for (int i = 0; i < size; i++) {
      sample[i] = values[(int) ((long) i * count / size)];
    }
    Arrays.sort(sample, 0, size);
    long quantile = sample[size / LOW_QUANTILE];
    if (size == SAMPLE && worthwhile < Double.POSITIVE_INFINITY) {
      long sampled = patchedBytes(sample, size, patchBytes, min, Long.MAX_VALUE);
      sampled = patchedBytes(sample, size, patchBytes, quantile, sampled);
      if (sampled * ((double) count / size) > worthwhile * SAMPLE_ERROR) {
        return Double.POSITIVE_INFINITY;
      }
    }
    long bytes = patchedBytes(values, count, patchBytes, min, Long.MAX_VALUE);
    return patchedBytes(values, count, patchBytes, quantile, bytes);
  }

  private long patchedBytes(long[] values, int count, int patchBytes, long base, long best) {
    Arrays.fill(widths, 0);
    for (int i = 0; i < count; i++) {
      widths[Long.SIZE - Long.numberOfLeadingZeros(values[i] - base)]++;
    }
    long bestBytes = best;
    long patches = 0;
    for (int width = Long.SIZE; width >= 0; width--) {
      if (BitPacking.isWidth(width)) {
        long bytes = BitPacking.bytes(count, width) + patches * patchBytes;
        if (bytes < bestBytes) {
          bestBytes = bytes;
          patchedBase = base;
          patchedWidth = width;
        }
      }
      patches += widths[width];
    }
    return bestBytes;
  }
}
