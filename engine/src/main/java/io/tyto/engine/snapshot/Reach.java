package io.tyto.engine.snapshot;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How far the logs of partitions are in a snapshot's rows. Immutable.
///
/// @param next by partition and log, an offset below which every record is in the rows, or was
///   found to be none of them
public record Reach(Map<Integer, Map<String, Long>> next) {
  public static final Reach NONE = new Reach(Map.of());

  public Reach {
    Map<Integer, Map<String, Long>> copy = new HashMap<>();
    next.forEach((partition, logs) -> copy.put(partition, Map.copyOf(logs)));
    next = Map.copyOf(copy);
  }

  /// By log; null: the partition is not among them.
  public @Nullable Map<String, Long> of(int partition) {
    return next.get(partition);
  }
}
