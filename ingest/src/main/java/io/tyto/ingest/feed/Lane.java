package io.tyto.ingest.feed;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.ingest.partition.LogTarget;
import io.tyto.ingest.partition.TailReplica;
import io.tyto.store.catalog.CatalogState.BoundLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One log of a topic on its way to the partitions of one group: where it is read from, and who
/// gets what. Immutable.
///
/// @param number of the log within its topic
/// @param logId what manifests call it
/// @param bound as the catalog has it
/// @param partitionCount of the group
/// @param owned those of them that this process owns, or those whose tails it replicates, by number
/// @param keys how keys choose among all
record Lane(
    int number,
    String logId,
    BoundLog bound,
    int partitionCount,
    Map<Integer, ? extends LogTarget> owned,
    KeyPlacement keys) {

  /// A partition, and the offset from which the log is its.
  record Target(LogTarget partition, long start) {
    /// Everything below it was committed by the partition, or was never its.
    long committed(String logId) {
      return partition.knows(logId) ? partition.committedNext(logId) : start;
    }
  }

  /// With the partitions alone that the log feeds, so that lanes are equal where they read alike.
  Lane {
    owned =
        bound.spreadFrom() != BoundLog.NEVER
            ? Map.copyOf(owned)
            : owned.containsKey(number) ? Map.of(number, owned.get(number)) : Map.of();
  }

  /// Whether this process owns every partition that the log feeds; only then it reads the log.
  boolean isOurs() {
    return owned.size() == (isSpread() ? partitionCount : 1);
  }

  /// Whether what is read is shown here and committed by others.
  boolean isReplica() {
    return owned.values().stream().anyMatch(TailReplica.class::isInstance);
  }

  boolean isSpread() {
    return bound.spreadFrom() != BoundLog.NEVER;
  }

  long spreadFrom() {
    return bound.spreadFrom();
  }

  /// Where reading begins: where the partition stands that is furthest behind.
  long firstOffset() {
    long first = Long.MAX_VALUE;
    for (Target target : allTargets()) {
      first = Math.min(first, target.committed(logId));
    }
    return first;
  }

  /// For records below {@link #spreadFrom}.
  Spread alignedSpread() {
    return new Spread(keys, partitionCount, number);
  }

  /// For records from {@link #spreadFrom} on.
  Spread keyedSpread() {
    return new Spread(keys, partitionCount, -1);
  }

  List<Target> targets(Spread spread) {
    return spread.isAligned() ? List.of(own()) : spreadTargets();
  }

  List<Target> allTargets() {
    return isSpread() ? spreadTargets() : List.of(own());
  }

  private Target own() {
    return new Target(partition(number), bound.start());
  }

  private LogTarget partition(int which) {
    return Objects.requireNonNull(owned.get(which), "a lane that is not ours is not read");
  }

  private List<Target> spreadTargets() {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < partitionCount; i++) {
      boolean isOwn = i == number;
      targets.add(
          new Target(
              partition(i), isOwn ? bound.start() : Math.max(bound.start(), bound.spreadFrom())));
    }
    return targets;
  }
}
