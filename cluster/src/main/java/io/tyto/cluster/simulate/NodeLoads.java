package io.tyto.cluster.simulate;

import java.util.HashSet;
import java.util.Set;

/// What each node holds and does. Immutable; arrays are by node and not to be written.
///
/// @param partitions held
/// @param owned partitions whose events it takes first
/// @param bytes on its disk
/// @param unsealedBytes of the tails it reads, halfway between two commits
/// @param received bytes a second of events
/// @param ingestCores busy with taking events and compacting
/// @param queryCores busy with questions: its own rows, and its share of asking others
record NodeLoads(
    double[] partitions,
    double[] owned,
    double[] bytes,
    double[] unsealedBytes,
    double[] received,
    double[] ingestCores,
    double[] queryCores) {

  /// @param nodes numbers of nodes are below
  static NodeLoads of(Scenario scenario, PartitionLoads loads, Holdings holdings, int nodes) {
    NodeLoads all =
        new NodeLoads(
            new double[nodes],
            new double[nodes],
            new double[nodes],
            new double[nodes],
            new double[nodes],
            new double[nodes],
            new double[nodes]);
    for (int partition = 0; partition < loads.count(); partition++) {
      int[] holders = holdings.of(partition);
      for (int i = 0; i < holders.length; i++) {
        all.hold(scenario, loads, partition, holders[i], i);
      }
      all.answer(scenario, loads, partition, holders[0]);
    }
    return all;
  }

  private void hold(Scenario scenario, PartitionLoads loads, int partition, int node, int place) {
    partitions[node]++;
    bytes[node] += loads.bytes(partition);
    if (place >= scenario.layout().tails()) {
      return;
    }
    double rate = loads.rate(partition);
    received[node] += rate * scenario.cost(Cost.EVENT_BYTES);
    ingestCores[node] += rate / scenario.cost(Cost.INGEST_ROWS);
    unsealedBytes[node] +=
        rate == 0 ? 0 : rate * loads.sealSeconds(partition) / 2 * scenario.cost(Cost.TAIL_BYTES);
    if (place == 0) {
      owned[node]++;
      ingestCores[node] += rate * scenario.cost(Cost.COMPACT_NANOS) * 1e-9;
    }
  }

  /// A question goes to one group, each as often as another.
  private void answer(Scenario scenario, PartitionLoads loads, int partition, int node) {
    for (QueryKind kind : QueryKind.values()) {
      double rate = scenario.load().rate(kind) / scenario.layout().groups();
      queryCores[node] += rate * loads.querySeconds(partition, kind);
    }
  }

  /// Of its cores, by node.
  double[] use(Scenario scenario, double askingCores) {
    double[] use = new double[bytes.length];
    for (int node = 0; node < use.length; node++) {
      use[node] =
          (ingestCores[node] + queryCores[node] + askingCores) / scenario.machines().cores();
    }
    return use;
  }

  /// Nodes that take events of a group.
  static int width(Scenario scenario, Holdings holdings, int group) {
    Set<Integer> owners = new HashSet<>();
    int first = group * scenario.layout().partitions();
    for (int i = 0; i < scenario.layout().partitions(); i++) {
      owners.add(holdings.of(first + i)[0]);
    }
    return owners.size();
  }
}
