package io.tyto.cluster.simulate;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// The figures of one simulation. Immutable.
///
/// @param given instead of the usual figures; positive. IllegalArgumentException otherwise
public record Costs(Map<Cost, Double> given) {
  public Costs {
    Map<Cost, Double> copy = new EnumMap<>(Cost.class);
    given.forEach((cost, value) -> {
      if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "the cost %s is %s: a positive number of %s is expected"
                .formatted(cost.label(), value, cost.unit()));
      }
      copy.put(cost, value);
    });
    given = Collections.unmodifiableMap(copy);
  }

  public double of(Cost cost) {
    return given.getOrDefault(cost, cost.usual());
  }

  public boolean isGiven(Cost cost) {
    return given.containsKey(cost);
  }
}
