package io.tyto.perf.bench;

import java.util.Arrays;
import java.util.function.Supplier;

/// What the timed runs of one question took.
///
/// @param millis by the clock on the wall
/// @param cpuMillis a run on the average, of all threads of this process; others on the machine
///   disturb it less
record Times(double[] millis, double cpuMillis) {

  /// Runs the work to warm up, then measures it.
  static Times of(int warmups, int runs, Supplier<?> work) {
    for (int run = 0; run < warmups; run++) {
      millis(work);
    }
    double[] millis = new double[runs];
    long cpu = Machine.ownCpuNanos();
    for (int run = 0; run < runs; run++) {
      millis[run] = millis(work);
    }
    return new Times(millis, (Machine.ownCpuNanos() - cpu) / 1e6 / runs);
  }

  private static double millis(Supplier<?> work) {
    long began = System.nanoTime();
    Object result = work.get();
    long ended = System.nanoTime();
    if (result == null) {
      throw new IllegalStateException("the work must have a result");
    }
    return (ended - began) / 1e6;
  }

  double median() {
    return median(millis);
  }

  /// How far the middle half of the runs spreads, relative to the median.
  double noise() {
    double[] sorted = sorted(millis);
    int quarter = sorted.length / 4;
    return (sorted[sorted.length - 1 - quarter] - sorted[quarter]) / median();
  }

  static double median(double[] values) {
    return sorted(values)[values.length / 2];
  }

  private static double[] sorted(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
