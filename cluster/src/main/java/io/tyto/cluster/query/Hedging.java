package io.tyto.cluster.query;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// When a node is so slow to open a snapshot that another one that has the same rows is asked as
/// well: later than most answers of late, and for few of them (Dean and Barroso, The Tail at Scale,
/// 2013). Thread-safe.
final class Hedging {
  private static final int SAMPLES = 256;
  private static final double QUANTILE = 0.95;
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /// Until there are samples.
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// At most one in so many opens is asked twice.
  private static final int ONE_IN = 20;

  /// After how many samples the quantile is looked for again.
  private static final int EVERY = 32;

  private final long[] nanos = new long[SAMPLES];
  private int samples;
  private long delayNanos = FIRST_NANOS;
  private long opened;
  private long hedged;

  /// How long an open took.
  synchronized void took(long spentNanos) {
    nanos[samples++ % SAMPLES] = spentNanos;
    opened++;
    if (samples % EVERY == 0) {
      long[] sorted = Arrays.copyOf(nanos, Math.min(samples, SAMPLES));
      Arrays.sort(sorted);
      delayNanos = Math.max(LEAST_NANOS, sorted[(int) (QUANTILE * (sorted.length - 1))]);
    }
    if (samples == 2 * SAMPLES) {
      samples = SAMPLES;
    }
  }

  /// How long one node is waited for before another is asked as well.
  synchronized long delayNanos() {
    return delayNanos;
  }

  /// Whether one more may be asked twice; counts it.
  synchronized boolean mayHedge() {
    if (hedged > 0 && hedged * ONE_IN >= opened) {
      return false;
    }
    hedged++;
    return true;
  }
}
