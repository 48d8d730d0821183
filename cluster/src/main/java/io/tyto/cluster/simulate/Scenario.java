package io.tyto.cluster.simulate;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// What is simulated. Immutable; IllegalArgumentException, which says what was expected, for what
/// cannot be.
///
/// @param seed of keys, of latencies
public record Scenario(Machines machines, Layout layout, Load load, Costs costs, long seed) {
  static final int MAX_NODES = 10_000;
  static final int MAX_PARTITIONS_OF_GROUP = 1_024;
  static final int MAX_PARTITIONS = 65_536;
  static final int MAX_KEYS = 10_000_000;

  /// @param zones what fails together: node i is in zone i modulo this
  /// @param cores of a node, and so its other sizes
  /// @param networkMegabytes a second, each way
  /// @param diskMegabytes a second
  /// @param memoryGigabytes half of it heap
  public record Machines(
      int nodes,
      int zones,
      int cores,
      double networkMegabytes,
      double diskMegabytes,
      double diskTerabytes,
      double memoryGigabytes) {
    public Machines {
      require(nodes >= 2 && nodes <= MAX_NODES, "nodes", nodes, "2 to " + MAX_NODES);
      require(zones >= 1 && zones <= nodes, "zones", zones, "1 to the number of nodes");
      require(cores >= 1, "cores", cores, "at least 1");
      requirePositive("network", networkMegabytes);
      requirePositive("disk", diskMegabytes);
      requirePositive("disk size", diskTerabytes);
      requirePositive("memory", memoryGigabytes);
    }
  }

  /// @param groups of collections, each with one collection
  /// @param partitions of a group
  /// @param replicas nodes that keep a partition
  /// @param tails of these, how many read its newest events
  public record Layout(int groups, int partitions, int replicas, int tails) {
    public Layout {
      require(groups >= 1, "groups", groups, "at least 1");
      require(
          partitions >= 1 && partitions <= MAX_PARTITIONS_OF_GROUP,
          "partitions",
          partitions,
          "1 to " + MAX_PARTITIONS_OF_GROUP);
      require(
          (long) groups * partitions <= MAX_PARTITIONS,
          "groups times partitions",
          (long) groups * partitions,
          "at most " + MAX_PARTITIONS);
      require(replicas >= 1, "replicas", replicas, "at least 1");
      require(tails >= 1 && tails <= replicas, "tails", tails, "1 to the number of replicas");
    }

    /// Partitions of all groups are numbered through.
    int all() {
      return groups * partitions;
    }
  }

  /// @param bytesPerEvent as it is stored
  /// @param daysKept of rows
  /// @param skew s of Zipf's law over the keys of a group, which fall to partitions by chance; 0 is
  ///   none
  /// @param keys of a group
  /// @param mix how often each kind is asked, in any unit
  public record Load(
      double eventsPerDay,
      double bytesPerEvent,
      double daysKept,
      double skew,
      int keys,
      double queriesPerSecond,
      Map<QueryKind, Double> mix) {
    public Load {
      requirePositive("events a day", eventsPerDay);
      requirePositive("bytes an event", bytesPerEvent);
      requirePositive("days", daysKept);
      require(skew >= 0 && skew <= 3, "skew", skew, "0 to 3");
      require(keys >= 1 && keys <= MAX_KEYS, "keys", keys, "1 to " + MAX_KEYS);
      require(queriesPerSecond >= 0, "queries a second", queriesPerSecond, "0 or more");
      Map<QueryKind, Double> copy = new EnumMap<>(QueryKind.class);
      copy.putAll(mix);
      mix = Collections.unmodifiableMap(copy);
      mix.forEach((kind, weight) -> require(weight >= 0, kind.label(), weight, "0 or more"));
      double sum = sum(mix);
      require(sum > 0, "the sum of the mix", sum, "more than 0");
    }

    double eventsPerSecond() {
      return eventsPerDay / 86_400;
    }

    double rowsKept() {
      return eventsPerDay * daysKept;
    }

    /// Questions of a kind a second.
    double rate(QueryKind kind) {
      return queriesPerSecond * mix.getOrDefault(kind, 0.0) / sum(mix);
    }

    private static double sum(Map<QueryKind, Double> mix) {
      return mix.values().stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  public Scenario {
    require(
        layout.replicas() <= machines.nodes(),
        "replicas",
        layout.replicas(),
        "at most the number of nodes");
  }

  double cost(Cost cost) {
    return costs.of(cost);
  }

  private static void require(boolean isRight, String what, Number is, String expected) {
    if (!isRight) {
      throw new IllegalArgumentException("%s: %s; expected is %s".formatted(what, is, expected));
    }
  }

  private static void requirePositive(String what, double is) {
    require(is > 0 && is < Double.POSITIVE_INFINITY, what, is, "a positive number");
  }
}
