package io.tyto.cluster.simulate;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// How long a question takes that waits for the slowest of many. Milliseconds throughout. Not
/// thread-safe; the same seed gives the same figures.
///
/// A leaf's time is its median times a lognormal factor, and seldom a pause.
final class Tails {
  private static final int QUESTIONS = 2_000;

  /// Quantiles of the standard normal distribution.
  private static final double Z99 = 2.326;

  private static final double Z95 = 1.645;

  private final Scenario scenario;
  private final double sigma;
  private final RandomGenerator random;

  /// @param hedgedP99 where a leaf that is slower than 95 of 100 is asked of a second holder too
  record Times(double p50, double p99, double hedgedP99) {}

  Tails(Scenario scenario) {
    this.scenario = scenario;
    this.sigma = Math.log(scenario.cost(Cost.LEAF_SPREAD)) / Z99;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(scenario.seed());
  }

  /// @param medians of the leaves' own work
  /// @param askingMillis of whoever asks, before and after
  Times of(double[] medians, double askingMillis) {
    double[] plain = new double[QUESTIONS];
    double[] hedged = new double[QUESTIONS];
    for (int question = 0; question < QUESTIONS; question++) {
      double slowest = 0;
      double slowestHedged = 0;
      for (double median : medians) {
        double leaf = leaf(median);
        double patience = median * Math.exp(Z95 * sigma) + roundTrip();
        slowest = Math.max(slowest, leaf);
        slowestHedged =
            Math.max(
                slowestHedged, leaf <= patience ? leaf : Math.min(leaf, patience + leaf(median)));
      }
      plain[question] = askingMillis + slowest;
      hedged[question] = askingMillis + slowestHedged;
    }
    Arrays.sort(plain);
    Arrays.sort(hedged);
    int p99 = QUESTIONS * 99 / 100;
    return new Times(plain[QUESTIONS / 2], plain[p99], hedged[p99]);
  }

  private double leaf(double median) {
    double pause =
        random.nextDouble() < scenario.cost(Cost.PAUSE_SHARE)
            ? scenario.cost(Cost.PAUSE_MILLIS)
            : 0;
    return median * Math.exp(sigma * random.nextGaussian()) + roundTrip() + pause;
  }

  private double roundTrip() {
    return scenario.cost(Cost.ROUND_TRIP_MILLIS);
  }
}
