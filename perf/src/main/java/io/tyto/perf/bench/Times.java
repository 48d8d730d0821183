package io.tyto.perf.bench;

import java.util.Arrays;
import java.util.function.Supplier;

/// Milliseconds of the timed runs of one question.
record Times(double[] millis) {

  /// Runs the work to warm up, then measures it.
  static Times of(int warmups, int runs, Supplier<?> work) {
    double[] millis = new double[runs];
    for (int run = -warmups; run < runs; run++) {
      long began = System.nanoTime();
      Object result = work.get();
      double took = (System.nanoTime() - began) / 1e6;
      if (result == null) {
        throw new IllegalStateException("the work must have a result");
      }
      millis[Math.max(run, 0)] = took;
    }
    return new Times(millis);
  }

  double median() {
    return sorted()[millis.length / 2];
  }

  /// How far the middle half of the runs spreads, relative to the median.
  double noise() {
    double[] sorted = sorted();
    int quarter = sorted.length / 4;
    return (sorted[sorted.length - 1 - quarter] - sorted[quarter]) / median();
  }

  private double[] sorted() {
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
