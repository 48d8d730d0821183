package io.tyto.ingest.feed;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.ingest.partition.Partition;
import io.tyto.store.catalog.CatalogState.BoundLog;
import java.util.ArrayList;
import java.util.List;

/// One log of a topic on its way to the partitions of one group: where it is read from, and who
/// gets what. Immutable.
///
/// @param number of the log within its topic
/// @param logId what manifests call it
/// @param bound as the catalog has it
/// @param partitions of the group, by number
/// @param keys how keys choose among them
record Lane(
    int number, String logId, BoundLog bound, List<Partition> partitions, KeyPlacement keys) {

  /// A partition, and the offset from which the log is its.
  record Target(Partition partition, long start) {
    /// Everything below it was committed by the partition, or was never its.
    long committed(String logId) {
      return partition.knows(logId) ? partition.committedNext(logId) : start;
    }
  }

  long spreadFrom() {
    return bound.spreadFrom();
  }

  /// Where reading begins: where the partition stands that is furthest behind.
  long firstOffset() {
    return allTargets().stream()
        .mapToLong(target -> target.committed(logId))
        .min()
        .orElse(bound.start());
  }

  /// For records below {@link #spreadFrom}.
  Spread alignedSpread() {
    return new Spread(keys, partitions.size(), number);
  }

  /// For records from {@link #spreadFrom} on.
  Spread keyedSpread() {
    return new Spread(keys, partitions.size(), -1);
  }

  List<Target> targets(Spread spread) {
    return spread.isAligned() ? List.of(own()) : spreadTargets();
  }

  List<Target> allTargets() {
    return bound.spreadFrom() == BoundLog.NEVER ? List.of(own()) : spreadTargets();
  }

  private Target own() {
    return new Target(partitions.get(number), bound.start());
  }

  private List<Target> spreadTargets() {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < partitions.size(); i++) {
      boolean isOwn = i == number;
      targets.add(
          new Target(
              partitions.get(i),
              isOwn ? bound.start() : Math.max(bound.start(), bound.spreadFrom())));
    }
    return targets;
  }
}
