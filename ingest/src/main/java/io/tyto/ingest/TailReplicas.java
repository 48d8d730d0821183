package io.tyto.ingest;

import io.tyto.ingest.feed.Feeds;
import io.tyto.ingest.partition.FollowedPartition;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.ingest.partition.PartitionView;
import io.tyto.ingest.partition.TailReplica;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.catalog.CatalogState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Keeps replicas of the tails that this process is wanted to replicate, of partitions that others
/// own.
///
/// A replica shows what its partition's owner would: so only of groups whose rows are a function of
/// one log alone. {@link #settle} is for the thread that claims and follows partitions; everything
/// else is thread-safe.
final class TailReplicas {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final CollectionDirectory directory;
  private final Partitions partitions;
  private final Feeds feeds;
  private final Map<PartitionId, Begun> begun = new HashMap<>();
  private volatile Map<Integer, Set<Integer>> wanted = Map.of();

  /// When a replica was begun, and how long it is left alone if it is of no use.
  private record Begun(long nanos, long pause) {}

  TailReplicas(CollectionDirectory directory, Partitions partitions, Feeds feeds) {
    this.directory = directory;
    this.partitions = partitions;
    this.feeds = feeds;
  }

  /// By group, the partitions to replicate from now on where others own them.
  void want(Map<Integer, List<Integer>> byGroup) {
    Map<Integer, Set<Integer>> copy = new HashMap<>();
    byGroup.forEach((group, numbers) -> copy.put(group, Set.copyOf(numbers)));
    wanted = Map.copyOf(copy);
  }

  /// By group, the partitions whose tails are replicated here, as far as their logs reached when
  /// that began.
  Map<Integer, List<Integer>> caughtUp() {
    Map<Integer, List<Integer>> tails = new TreeMap<>();
    wanted.forEach((group, _) -> {
      Set<Integer> followed =
          partitions.isOpen(group) ? partitions.replicasOf(group).keySet() : Set.of();
      List<Integer> shown =
          feeds.replicated(group).stream().filter(followed::contains).sorted().toList();
      if (!shown.isEmpty()) {
        tails.put(group, shown);
      }
    });
    return tails;
  }

  /// Why tails of a group cannot be replicated by anybody, in words; null where they can.
  @Nullable String obstacle(int groupId) {
    List<TableSchema> schemas =
        directory.all().stream().filter(schema -> schema.groupId() == groupId).toList();
    if (schemas.size() != 1) {
      return "%d collections share its entity, and the order between their events is the owner's alone"
          .formatted(schemas.size());
    }
    EventConfig config = schemas.getFirst().config();
    Feed feed = config.source().feed();
    if (feed == null || feed.kind() != Feed.Kind.KAFKA) {
      return config.collection() + " reads no topic of Kafka";
    }
    if (!config.lifetime().running().isEmpty()) {
      return config.collection() + " has fields with `state`, which the owner alone can fill";
    }
    if (!config.lifetime().anomalies().isEmpty()) {
      return config.collection() + " has `anomalies`, which the owner alone can tell";
    }
    if (!config.joins().isEmpty()) {
      return config.collection() + " has a `join`, which two nodes may fill differently";
    }
    return feeds.isSpread(groupId).orElse(false)
        ? "each log of topic %s feeds all its partitions, which one node reads for all"
            .formatted(feed.topic())
        : null;
  }

  /// Begins and ends replicas of a group.
  void settle(int groupId) {
    Set<Integer> numbers = wanted.getOrDefault(groupId, Set.of());
    boolean isPossible =
        !numbers.isEmpty()
            && feeds.isSpread(groupId).equals(Optional.of(false))
            && obstacle(groupId) == null;
    boolean isChanged = false;
    Set<PartitionId> replicated = new HashSet<>();
    for (PartitionView view : partitions.viewsOf(groupId)) {
      if (view instanceof FollowedPartition followed) {
        if (isPossible && numbers.contains(view.id().partition())) {
          replicated.add(view.id());
          isChanged |= begin(followed);
        } else if (followed.replica() != null) {
          followed.endReplica();
          isChanged = true;
        }
      }
    }
    begun.keySet().removeIf(id -> id.group() == groupId && !replicated.contains(id));
    if (isChanged) {
      feeds.lookSoon(groupId);
    }
  }

  /// One that is of no use any more is left for a while: what made it so may go on.
  private boolean begin(FollowedPartition followed) {
    TailReplica standing = followed.replica();
    Begun before = begun.get(followed.id());
    if (standing != null) {
      boolean isDue =
          standing.spoiled() != null
              && (before == null || System.nanoTime() - before.nanos() >= before.pause());
      if (!isDue) {
        return false;
      }
    }
    CatalogState.Group group = directory.group(followed.id().group());
    followed.replicate(group.entity() != null);
    long pause =
        before == null ? FIRST_PAUSE_NANOS : Math.min(2 * before.pause(), LAST_PAUSE_NANOS);
    begun.put(followed.id(), new Begun(System.nanoTime(), pause));
    return true;
  }

  /// The groups that are fed by topics and whose tails nobody can replicate: why, by group.
  Map<Integer, String> obstacles() {
    Map<Integer, String> found = new TreeMap<>();
    List<Integer> fed = new ArrayList<>();
    for (TableSchema schema : directory.all()) {
      if (schema.config().source().feed() != null && !fed.contains(schema.groupId())) {
        fed.add(schema.groupId());
      }
    }
    for (int group : fed) {
      String why = obstacle(group);
      if (why != null) {
        found.put(group, why);
      }
    }
    return found;
  }
}
