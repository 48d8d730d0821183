package io.tyto.cluster.simulate;

import java.util.Arrays;

/// How evenly something is shared out.
///
/// @param max of the node that has most
/// @param busiest its number
public record Spread(double min, double median, double max, double mean, int busiest) {
  static Spread of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int busiest = 0;
    for (int i = 1; i < values.length; i++) {
      busiest = values[i] > values[busiest] ? i : busiest;
    }
    return new Spread(
        sorted[0],
        sorted[sorted.length / 2],
        sorted[sorted.length - 1],
        Arrays.stream(values).average().orElse(0),
        busiest);
  }

  /// How many times its share the busiest has; 1 where there is nothing.
  public double imbalance() {
    return mean == 0 ? 1 : max / mean;
  }
}
