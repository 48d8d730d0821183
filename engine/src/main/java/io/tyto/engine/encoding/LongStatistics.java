package io.tyto.engine.encoding;

import java.util.Arrays;

/// What the sizes of integer layouts depend on, measured in one pass over a block; the patches in a
/// second.
final class LongStatistics {
  private static final int SAMPLE = 256;

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
    int changes = 1;
    for (int i = 1; i < count; i++) {
      least = Math.min(least, values[i]);
      greatest = Math.max(greatest, values[i]);
      changes += values[i] != values[i - 1] ? 1 : 0;
    }
    min = least;
    max = greatest;
    runs = changes;
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
  /// that leaves low outliers to the patches too.
  long patchedBytes(long[] values, int count, int patchBytes) {
    long bytes = patchedBytes(values, count, patchBytes, min, Long.MAX_VALUE);
    if (count > SAMPLE) {
      for (int i = 0; i < SAMPLE; i++) {
        sample[i] = values[(int) ((long) i * count / SAMPLE)];
      }
      Arrays.sort(sample);
      bytes = patchedBytes(values, count, patchBytes, sample[2], bytes);
    }
    return bytes;
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
