package io.tyto.cluster.simulate;

/// What a question costs the node that asks the others.
final class Asking {
  /// Opening, its bounds, the scan, closing.
  private static final int CALLS = 4;

  private Asking() {}

  /// Milliseconds of one thread until it is known who has which partition: each member says what it
  /// owns.
  static double lookMillis(Scenario scenario) {
    double members = scenario.machines().nodes() * scenario.cost(Cost.MEMBER_NANOS);
    double owned = scenario.layout().partitions() * scenario.cost(Cost.OWNED_NANOS);
    return (members + owned) * 1e-6;
  }

  /// Milliseconds of cores for calls and merging.
  static double mergeMillis(Scenario scenario, QueryKind kind, int width) {
    double calls = width * CALLS * scenario.cost(Cost.CALL_MICROS) * 1e-3;
    double groups = (double) width * kind.groupsSent();
    return calls + groups * scenario.cost(Cost.MERGE_NANOS) * 1e-6;
  }

  /// Cores busy with asking, of all nodes together.
  static double cores(Scenario scenario, int width) {
    double cores = 0;
    for (QueryKind kind : QueryKind.values()) {
      double millis = lookMillis(scenario) + mergeMillis(scenario, kind, width);
      cores += scenario.load().rate(kind) * millis * 1e-3;
    }
    return cores;
  }
}
