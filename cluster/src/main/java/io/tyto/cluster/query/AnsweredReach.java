package io.tyto.cluster.query;

import io.tyto.engine.snapshot.Reach;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// How far the logs of partitions were in what this process answered, so that no later answer lies
/// behind: a partition may be answered by another node than before, which has not read as far yet.
///
/// Thread-safe. Memory: an entry for each log that feeds a partition. What was not answered again
/// for a while is forgotten: a log may be gone for good, and nobody would ever be as far again.
final class AnsweredReach {
  private static final System.Logger LOG = System.getLogger(AnsweredReach.class.getName());
  private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Map<PartitionOf, Map<String, Seen>> logs = new ConcurrentHashMap<>();

  private record Seen(long next, long atNanos) {
    Seen later(Seen other) {
      return new Seen(Math.max(next, other.next), Math.max(atNanos, other.atNanos));
    }
  }

  /// Whether rows of a partition lie behind what was answered.
  boolean isAhead(PartitionOf partition, Reach reach) {
    Map<String, Long> now = reach.of(partition.partition());
    Map<String, Seen> answered = logs.get(partition);
    if (now == null || answered == null) {
      return false;
    }
    long time = System.nanoTime();
    answered.values().removeIf(seen -> time - seen.atNanos > KEPT_NANOS);
    for (Map.Entry<String, Seen> each : answered.entrySet()) {
      long next = now.getOrDefault(each.getKey(), 0L);
      if (next < each.getValue().next) {
        LOG.log(
            System.Logger.Level.DEBUG,
            "partition {0}: log {1} is read up to {2}, and {3} was answered before",
            partition,
            each.getKey(),
            next,
            each.getValue().next);
        return true;
      }
    }
    return false;
  }

  /// An answer is given of these rows.
  void note(int group, Reach reach) {
    long time = System.nanoTime();
    reach
        .next()
        .forEach((partition, now) -> {
          Map<String, Seen> answered =
              logs.computeIfAbsent(
                  new PartitionOf(group, partition), _ -> new ConcurrentHashMap<>());
          now.forEach((id, next) -> answered.merge(id, new Seen(next, time), Seen::later));
        });
  }
}
