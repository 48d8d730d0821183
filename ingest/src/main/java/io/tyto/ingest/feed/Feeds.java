package io.tyto.ingest.feed;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.FeedState;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// All logs outside that the collections of a node read. Thread-safe.
///
/// Lifetime: reads from {@link #refresh} on, until {@link #close}; close it before the partitions.
public final class Feeds implements AutoCloseable {
  /// Rows on their way into segments take at most this part of the heap.
  private static final int HEAP_SHARE = 3;

  private final FeedHost host;
  private final Map<TopicFeed.Key, TopicFeed> feeds = new LinkedHashMap<>();

  /// The same, for threads that must not wait.
  private volatile Map<TopicFeed.Key, TopicFeed> known = Map.of();

  private final boolean isReading;
  private boolean isClosed;

  /// @param isReading false: topics are left alone
  public Feeds(FeedHost host, boolean isReading) {
    this.host = host;
    this.isReading = isReading;
  }

  /// Takes over the collections as they are now: reads topics that are new, no longer those that
  /// nobody names, and decodes by the newest schemas.
  public synchronized void refresh() {
    if (isClosed || !isReading) {
      return;
    }
    Set<TopicFeed.Key> wanted = new HashSet<>();
    for (TableSchema schema : host.collections()) {
      Feed feed = schema.config().source().feed();
      if (feed != null) {
        wanted.add(new TopicFeed.Key(schema.groupId(), feed.kind(), feed.topic()));
      }
    }
    feeds.keySet().stream()
        .filter(key -> !wanted.contains(key))
        .toList()
        .forEach(key -> Objects.requireNonNull(feeds.remove(key)).close());
    feeds.values().forEach(TopicFeed::takeOverSchemas);
    List<TopicFeed> fresh = new ArrayList<>();
    for (TopicFeed.Key key : wanted) {
      if (!feeds.containsKey(key)) {
        TopicFeed feed = new TopicFeed(host, key, this::unitBytes, one -> known.get(one));
        feeds.put(key, feed);
        fresh.add(feed);
      }
    }
    // Before any of them reads: one may have to wait for another.
    known = Map.copyOf(feeds);
    fresh.forEach(TopicFeed::start);
  }

  /// Looks at the topics of a group now: this process owns more of its partitions than before.
  public synchronized void lookSoon(int groupId) {
    of(groupId).forEach(TopicFeed::lookSoon);
  }

  /// Stops reading for partitions of a group that this process does not own any more; returns when
  /// nothing more is handed to them.
  public synchronized void letGo(int groupId) {
    of(groupId).forEach(TopicFeed::letGo);
  }

  /// Whether one process must own all partitions of the group, because some log feeds several of
  /// them; empty as long as that is not known.
  public synchronized Optional<Boolean> isSpread(int groupId) {
    Optional<Boolean> known = Optional.empty();
    for (TopicFeed feed : of(groupId)) {
      Boolean one = feed.isSpread();
      if (one != null) {
        known = Optional.of(one || known.orElse(false));
      }
    }
    return known;
  }

  /// The partitions of a group whose tails are replicated here, and shown as far as their logs
  /// reached when that began.
  public Set<Integer> replicated(int groupId) {
    Set<Integer> partitions = null;
    for (TopicFeed feed : known.values()) {
      if (feed.key().groupId() != groupId) {
        continue;
      }
      Set<Integer> some = feed.replicated();
      if (partitions == null) {
        partitions = new TreeSet<>(some);
      } else {
        partitions.retainAll(some);
      }
    }
    return partitions == null ? Set.of() : partitions;
  }

  private List<TopicFeed> of(int groupId) {
    return feeds.values().stream().filter(feed -> feed.key().groupId() == groupId).toList();
  }

  public synchronized List<FeedStatus> status() {
    return feeds.values().stream().flatMap(feed -> feed.status().stream()).toList();
  }

  /// What does not go on, in words.
  public synchronized List<String> alarms() {
    List<String> alarms = new ArrayList<>();
    for (FeedStatus status : status()) {
      String problem = status.problem();
      if (problem != null && !alarms.contains(problem)) {
        alarms.add((status.state() == FeedState.HALTED ? "halted: " : "") + problem);
      }
      if (status.misplaced() > 0) {
        alarms.add(
            "%s/%d: %,d records came in another partition than their key's. Producers choose otherwise than source.kafka.partitioner says; entities may be counted in two partitions. Set `partitioner: none`"
                .formatted(status.topic(), status.partition(), status.misplaced()));
      }
    }
    feeds.values().forEach(feed -> alarms.addAll(feed.replicaProblems()));
    return alarms;
  }

  /// See {@link io.tyto.model.port.AdminService#acceptFeed}.
  public synchronized List<String> accept(String topic, int partition) {
    List<String> accepted = new ArrayList<>();
    for (TopicFeed feed : feeds.values()) {
      if (feed.key().topic().equals(topic)) {
        accepted.addAll(feed.accept(partition));
      }
    }
    if (accepted.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "nothing of the topic '%s' waits for a decision; `tyto status` tells what does"
              .formatted(topic));
    }
    return accepted;
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    feeds.values().forEach(TopicFeed::close);
    feeds.clear();
  }

  /// What a partition may hold in columns before it is sealed: each has one part that is sealed and
  /// one that is filled.
  private long unitBytes() {
    long budget = Runtime.getRuntime().maxMemory() / HEAP_SHARE;
    int partitions =
        host.catalog().groups().values().stream().mapToInt(group -> group.partitions()).sum();
    return budget / (2L * Math.max(1, partitions));
  }
}
