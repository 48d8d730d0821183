package io.tyto.ingest;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.ingest.feed.Feeds;
import io.tyto.ingest.log.Membership;
import io.tyto.ingest.partition.Alarms;
import io.tyto.ingest.partition.FollowedPartition;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.ingest.partition.PartitionView;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.catalog.CatalogState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps what this process owns near to what is suggested to it, where several processes share a
/// folder: claims what comes, seals and hands over what goes, and follows the rest.
///
/// One thread does all of it, so no partition is ever between two states for two callers. What was
/// claimed by another process although it is suggested to this one is claimed again after growing
/// pauses: one of the two learns meanwhile that it is suggested no more.
///
/// Thread-safe. Lifetime: from {@link #start} to {@link #close}, which hands everything over; after
/// it the feeds and the partitions are closed.
final class Ownership implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Ownership.class.getName());

  /// Between two looks for newer manifests and catalog versions.
  private static final long LOOK_MILLIS = 1_000;

  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /// For the seal of a group's partitions that go; what is not sealed by then, the next owner reads
  /// again from its log.
  private static final long SEAL_SECONDS = 20;

  /// Longest time for which a group waits for what it takes from this process.
  private static final long HAND_OVER_SECONDS = 30;

  private static final String FOLLOW_ALARM = "follow";

  private final String node;
  private final CollectionDirectory directory;
  private final Partitions partitions;
  private final Feeds feeds;
  private final TailReplicas tails;
  private final LogSources sources;
  private final Alarms alarms;
  private final Runnable onCatalog;
  private final Map<Integer, Share> shares = new ConcurrentHashMap<>();
  private final Semaphore due = new Semaphore(0);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition turned = lock.newCondition();
  private final Thread thread = Thread.ofPlatform().daemon().name("ownership").unstarted(this::run);
  private volatile boolean isClosed;

  /// Owns nothing and has no place in any group until it comes back.
  private volatile boolean isWithdrawn;

  private long seenCatalog;

  /// What was told of a failure that goes on, by what failed.
  private final Map<String, String> failures = new HashMap<>();

  /// This process's place among those that share a group of collections.
  private static final class Share {
    private final Set<String> topics;
    private final Map<Integer, Pause> pauses = new HashMap<>();
    private volatile Set<Integer> suggested = Set.of();
    private volatile boolean isLeft;
    private @Nullable Membership membership;

    private Share(Set<String> topics) {
      this.topics = topics;
    }

    private @Nullable String problem() {
      return membership == null ? null : membership.problem();
    }

    private void leave() {
      isLeft = true;
      if (membership != null) {
        membership.close();
      }
    }
  }

  /// Before a partition is claimed again.
  private record Pause(long nanos, long since) {
    boolean isOver() {
      return System.nanoTime() - since >= nanos;
    }

    static Pause after(@Nullable Pause before) {
      long nanos =
          before == null ? FIRST_PAUSE_NANOS : Math.min(2 * before.nanos(), LAST_PAUSE_NANOS);
      return new Pause(nanos, System.nanoTime());
    }
  }

  /// @param node name of this process among them
  /// @param onCatalog makes the process use a catalog that others changed
  Ownership(
      String node,
      CollectionDirectory directory,
      Partitions partitions,
      Feeds feeds,
      TailReplicas tails,
      LogSources sources,
      Alarms alarms,
      Runnable onCatalog) {
    this.node = node;
    this.directory = directory;
    this.partitions = partitions;
    this.feeds = feeds;
    this.tails = tails;
    this.sources = sources;
    this.alarms = alarms;
    this.onCatalog = onCatalog;
    this.seenCatalog = directory.catalogVersion();
  }

  void start() {
    thread.start();
  }

  /// Looks now: collections may have come.
  void lookSoon() {
    due.release();
  }

  /// Seals and hands over everything, then leaves the groups; begins with it and returns.
  void withdraw() {
    isWithdrawn = true;
    lookSoon();
  }

  /// Joins the groups again.
  void comeBack() {
    isWithdrawn = false;
    lookSoon();
  }

  /// Whether one process has to own all partitions of a group; false as long as that is not known.
  boolean isOfOne(int groupId) {
    return feeds.isSpread(groupId).orElse(false);
  }

  private void run() {
    try {
      while (!isClosed) {
        turn();
        if (due.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
          due.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void turn() throws InterruptedException {
    attempt("catalog", this::takeCatalog);
    for (CatalogState.Group group : directory.state().groups().values()) {
      if (!partitions.isOpen(group.id())) {
        continue;
      }
      attempt("owners of " + group.name(), () -> join(group));
      attempt(FOLLOW_ALARM + " " + group.name(), () -> settle(group.id()));
      attempt("leave " + group.name(), () -> leaveIfWithdrawn(group.id()));
    }
    lock.lock();
    try {
      turned.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private interface Step {
    void run() throws InterruptedException;
  }

  /// A failure is shown and tried again at the next look: the thread must not end.
  private void attempt(String what, Step step) throws InterruptedException {
    try {
      step.run();
      alarms.clear(what);
      failures.remove(what);
    } catch (RuntimeException | Error e) {
      String failure = what + ": " + e.getMessage();
      if (!failure.equals(failures.put(what, failure))) {
        LOG.log(WARNING, what + " failed; it is tried again", e);
      }
      alarms.raise(what, failure);
    }
  }

  private void takeCatalog() {
    directory.refresh();
    long version = directory.catalogVersion();
    if (version != seenCatalog) {
      onCatalog.run();
      seenCatalog = version;
    }
  }

  /// Takes a place for a group that has none, or reads other topics than before. Who reads no
  /// topics owns nothing.
  private void join(CatalogState.Group group) {
    if (!sources.areRead() || isWithdrawn) {
      return;
    }
    Set<String> topics = topicsOf(group.id());
    Share share = shares.get(group.id());
    if (share != null && !share.topics.equals(topics)) {
      share.leave();
      shares.remove(group.id());
      share = null;
    }
    if (share == null && !topics.isEmpty()) {
      Share joined = new Share(topics);
      joined.membership =
          sources
              .of(Feed.Kind.KAFKA)
              .join(group.name(), node, topics, now -> suggested(group.id(), joined, now));
      shares.put(group.id(), joined);
    } else if (share != null && share.problem() != null) {
      throw new TytoException(ErrorCode.LOG_UNAVAILABLE, String.valueOf(share.problem()));
    }
  }

  /// Not before what was owned is sealed: those who take it begin from there.
  private void leaveIfWithdrawn(int groupId) {
    Share share = shares.get(groupId);
    if (isWithdrawn && share != null && ownedOf(groupId).isEmpty()) {
      share.leave();
      shares.remove(groupId);
    }
  }

  private Set<String> topicsOf(int groupId) {
    Set<String> topics = new TreeSet<>();
    for (TableSchema schema : directory.all()) {
      Feed feed = schema.config().source().feed();
      if (feed != null && schema.groupId() == groupId) {
        topics.add(feed.topic());
      }
    }
    return topics;
  }

  /// Called by the membership: returns once what is suggested no more is handed over.
  private void suggested(int groupId, Share share, Set<Integer> now) {
    Set<Integer> before = share.suggested;
    share.suggested = now;
    due.release();
    if (now.containsAll(before)) {
      return;
    }
    long left = TimeUnit.SECONDS.toNanos(HAND_OVER_SECONDS);
    lock.lock();
    try {
      while (!isClosed
          && !share.isLeft
          && left > 0
          && !wanted(groupId, share).containsAll(ownedOf(groupId))) {
        left = turned.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private Set<Integer> ownedOf(int groupId) {
    Set<Integer> owned = new TreeSet<>();
    for (PartitionView view : partitions.viewsOf(groupId)) {
      if (view instanceof Partition) {
        owned.add(view.id().partition());
      }
    }
    return owned;
  }

  /// What of a group this process should own. Where a log feeds several partitions, one process
  /// reads all logs for all of them.
  private Set<Integer> wanted(int groupId, Share share) {
    Set<Integer> suggested = share.suggested;
    Optional<Boolean> isSpread = feeds.isSpread(groupId);
    if (isSpread.isEmpty()) {
      return Set.of();
    }
    Set<Integer> wanted = new TreeSet<>();
    for (PartitionView view : partitions.viewsOf(groupId)) {
      int number = view.id().partition();
      if (suggested.contains(isSpread.get() ? 0 : number)) {
        wanted.add(number);
      }
    }
    return wanted;
  }

  private void settle(int groupId) throws InterruptedException {
    Share share = shares.get(groupId);
    Set<Integer> wanted =
        share == null || isClosed || isWithdrawn ? Set.of() : wanted(groupId, share);
    List<Partition> leaving = new ArrayList<>();
    for (PartitionView view : partitions.viewsOf(groupId)) {
      if (view instanceof Partition owned
          && (owned.isFenced()
              || partitions.isLeaving(owned)
              || !wanted.contains(owned.id().partition()))) {
        leaving.add(owned);
      }
    }
    handOver(groupId, leaving, share);
    boolean isMore = false;
    for (PartitionView view : partitions.viewsOf(groupId)) {
      if (view instanceof FollowedPartition followed) {
        followed.refresh();
        isMore |= share != null && wanted.contains(view.id().partition()) && claim(followed, share);
      }
    }
    if (share != null) {
      share.pauses.keySet().retainAll(wanted);
    }
    tails.settle(groupId);
    partitions.dropStandIns(groupId);
    if (isMore) {
      feeds.lookSoon(groupId);
    }
  }

  /// Seals what is there, all at a time, and follows it from then on.
  private void handOver(int groupId, List<Partition> leaving, @Nullable Share share)
      throws InterruptedException {
    if (leaving.isEmpty()) {
      return;
    }
    leaving.forEach(partitions::leave);
    feeds.letGo(groupId);
    Map<PartitionId, CompletableFuture<Void>> seals = new HashMap<>();
    for (Partition partition : leaving) {
      if (partition.isFenced()) {
        pause(share, partition.id());
      } else {
        seals.put(partition.id(), seal(partition));
      }
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SEAL_SECONDS);
    for (var entry : seals.entrySet()) {
      try {
        entry.getValue().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (ExecutionException | TimeoutException | CancellationException e) {
        LOG.log(
            WARNING,
            "partition {0} is handed over unsealed; its next owner reads the rest again: {1}",
            entry.getKey(),
            e);
      }
    }
    for (Partition partition : leaving) {
      partitions.follow(partition);
      LOG.log(INFO, "partition {0} is followed from now on", partition.id());
    }
  }

  private static void pause(@Nullable Share share, PartitionId id) {
    if (share != null) {
      share.pauses.put(id.partition(), Pause.after(share.pauses.get(id.partition())));
    }
  }

  private static CompletableFuture<Void> seal(Partition partition) {
    try {
      return partition.flush();
    } catch (TytoException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /// Returns whether the partition is owned now.
  private boolean claim(FollowedPartition followed, Share share) {
    PartitionId id = followed.id();
    Pause pause = share.pauses.get(id.partition());
    if (pause != null && !pause.isOver()) {
      return false;
    }
    try {
      partitions.claim(followed);
      LOG.log(INFO, "partition {0} is owned from now on, before by ''{1}''", id, followed.owner());
      return true;
    } catch (TytoException e) {
      pause(share, id);
      if (e.code() != ErrorCode.FENCED) {
        throw e;
      }
      LOG.log(INFO, "partition {0} was claimed by another process: {1}", id, e.getMessage());
      return false;
    }
  }

  /// Seals and hands over everything, then leaves the groups.
  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    due.release();
    try {
      thread.join();
      for (CatalogState.Group group : directory.state().groups().values()) {
        attempt("hand over " + group.name(), () -> settle(group.id()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lock.lock();
    try {
      turned.signalAll();
    } finally {
      lock.unlock();
    }
    shares.values().forEach(Share::leave);
  }
}
