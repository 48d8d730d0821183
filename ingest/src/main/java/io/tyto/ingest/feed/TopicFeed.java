package io.tyto.ingest.feed;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.LogSource.Extent;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.partition.LogTarget;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.TailReplica;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.FeedState;
import io.tyto.model.port.AdminService.FeedStatus;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.catalog.CatalogState.BoundLog;
import io.tyto.store.catalog.CatalogState.FeedBinding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One topic as one group of collections reads it: its binding in the catalog, its readers, and a
/// thread that looks after them.
///
/// The thread binds the topic when it is first reached, measures lag, notices partitions that were
/// added and transactions that stay open, and tells the source's own tools how far is committed.
/// Thread-safe.
final class TopicFeed implements Runnable, JoinWait.Origin, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TopicFeed.class.getName());

  private static final long LOOK_MILLIS = 1_000;
  private static final long LAST_PAUSE_MILLIS = 15_000;

  /// Looks between two times that offsets are told to the source.
  private static final int INFORM_EVERY = 5;

  /// Longer than a producer's usual transaction.
  private static final long OPEN_TRANSACTION_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final FeedHost host;
  private final Key key;
  private final LongSupplier unitBytes;
  private final Function<Key, @Nullable TopicFeed> others;
  private final Thread thread;

  /// A permit: look now.
  private final Semaphore due = new Semaphore(0);

  /// Guards which readers there are against partitions that come and go.
  private final Object reading = new Object();

  private final AtomicBoolean isReplacementAccepted = new AtomicBoolean();

  private volatile List<FeedReader> readers = List.of();

  /// Those that read for tails of partitions that others own.
  private volatile List<FeedReader> replicating = List.of();

  private volatile List<Extent> extents = List.of();
  private volatile @Nullable String problem;
  private volatile boolean isHalted;
  private volatile boolean isClosed;

  /// Whether one log feeds several partitions; null: not known yet.
  private volatile @Nullable Boolean isSpread;

  private volatile Watch[] watches = {};
  private int looks;

  /// Where readers were stopped for a binding that is not stored yet, by log: they have handed on
  /// everything below it.
  private final Map<Integer, Long> stoodAt = new HashMap<>();

  /// What tells one feed from another.
  record Key(int groupId, Feed.Kind kind, String topic) {
    String binding() {
      return FeedBinding.keyOf(groupId, kind.name().toLowerCase(Locale.ROOT), topic);
    }
  }

  /// What was seen of a log at the last looks.
  private static final class Watch {
    private long position = -1;
    private long movedNanos = System.nanoTime();
    private long openSinceNanos;
    private volatile @Nullable String warning;
  }

  /// @param others the feeds of the node, null where there is none; answers without waiting
  TopicFeed(
      FeedHost host, Key key, LongSupplier unitBytes, Function<Key, @Nullable TopicFeed> others) {
    this.others = others;
    this.host = host;
    this.key = key;
    this.unitBytes = unitBytes;
    this.thread = Thread.ofPlatform().daemon().name("topic-" + key.topic()).unstarted(this);
  }

  void start() {
    thread.start();
  }

  Key key() {
    return key;
  }

  /// Decodes by the newest schemas from the next block on.
  void takeOverSchemas() {
    readers.forEach(reader -> reader.use(newDecoder(reader.lane())));
    replicating.forEach(reader -> reader.use(newDecoder(reader.lane())));
  }

  @Override
  public void run() {
    long pause = LOOK_MILLIS;
    try {
      do {
        try {
          turn();
          problem = null;
          pause = LOOK_MILLIS;
        } catch (TytoException e) {
          note(e);
          pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
        } catch (RuntimeException e) {
          LOG.log(WARNING, "looking after " + key.topic() + " failed", e);
          problem = key.topic() + ": " + e;
          pause = LAST_PAUSE_MILLIS;
        }
        if (due.tryAcquire(pause, TimeUnit.MILLISECONDS)) {
          due.drainPermits();
        }
      } while (!isClosed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stopAll();
  }

  private void stopAll() {
    synchronized (reading) {
      readers.forEach(FeedReader::stop);
      replicating.forEach(FeedReader::stop);
    }
  }

  private void note(TytoException failure) {
    if (problem == null) {
      LOG.log(WARNING, "{0}: {1}", key.topic(), failure.getMessage());
    }
    isHalted = failure.code() == ErrorCode.TOPIC_REPLACED;
    problem =
        key.topic()
            + ": "
            + failure.getMessage()
            + (isHalted
                ? ". To read the new topic from its beginning: tyto feeds accept " + key.topic()
                : "");
  }

  private void turn() {
    LogSource source = host.source(key.kind());
    Topic now = source.describe(key.topic());
    FeedBinding known = host.catalog().bindings().get(key.binding());
    if (known != null
        && !known.incarnation().equals(now.incarnation())
        && !isReplacementAccepted.getAndSet(false)) {
      throw new TytoException(
          ErrorCode.TOPIC_REPLACED,
          "it was deleted and made again (id %s, read so far %s)"
              .formatted(now.incarnation(), known.incarnation()));
    }
    isHalted = false;
    FeedBinding wanted = bindingOf(source, now, known);
    List<TableSchema> before = sharing();
    takeUp(source, now, wanted);
    replicate(source, now, wanted);
    // Behind the readers: until it is known, the status says that the topic is starting.
    isSpread = isSpread(now, wanted);
    if (!sharing().equals(before)) {
      // A config was applied while readers were being started.
      takeOverSchemas();
    }
    look(source, now);
  }

  /// The binding that holds for the topic as it is now.
  private FeedBinding bindingOf(LogSource source, Topic now, @Nullable FeedBinding known) {
    if (known == null || !known.incarnation().equals(now.incarnation())) {
      return host.bind(known, newBinding(source, now, known != null));
    }
    // Where all logs stand is known to nobody but who owns all partitions. Until this process does,
    // or another has bound it, the logs that are known are read as they were.
    return known.logs().size() >= now.partitions() || !isAllOwned()
        ? known
        : host.bind(known, grown(now, known));
  }

  private boolean isAllOwned() {
    return host.ownedOf(key.groupId()).size() == group().partitions();
  }

  /// The other topics that bring what events of this one are joined with.
  private List<JoinWait.Awaited> awaited() {
    Map<Key, Long> patience = new HashMap<>();
    for (TableSchema schema : schemas()) {
      for (Join.OfEvents join : Join.withEvents(schema.config())) {
        Key source = join.patience().isZero() ? null : keyOf(join.from());
        if (source != null && !source.equals(key)) {
          patience.merge(source, join.patience().toNanos(), Math::max);
        }
      }
    }
    List<JoinWait.Awaited> awaited = new ArrayList<>();
    patience.forEach((source, nanos) -> {
      TopicFeed feed = others.apply(source);
      if (feed != null) {
        awaited.add(new JoinWait.Awaited(feed, nanos));
      }
    });
    return awaited;
  }

  @Override
  public boolean isTakenUp(Set<Integer> partitions) {
    Set<Integer> missing = new HashSet<>(partitions);
    readers.forEach(reader -> missing.removeAll(reader.partitions()));
    return missing.isEmpty() || problem != null || isClosed;
  }

  @Override
  public List<FeedReader> sources() {
    return readers;
  }

  /// The topic that brings a collection's events; null where they are sent to the server.
  private @Nullable Key keyOf(String collection) {
    for (TableSchema schema : host.collections()) {
      Feed feed = schema.config().source().feed();
      if (feed != null && schema.name().equals(collection)) {
        return new Key(schema.groupId(), feed.kind(), feed.topic());
      }
    }
    return null;
  }

  private static boolean isSpread(Topic now, FeedBinding bound) {
    return bound.logs().size() < now.partitions()
        || bound.logs().stream().anyMatch(log -> log.spreadFrom() != BoundLog.NEVER);
  }

  /// Whether one process must own all partitions of the group, because a log feeds several; null as
  /// long as that is not known.
  @Nullable Boolean isSpread() {
    return isSpread;
  }

  /// Looks at the topic now: partitions have come.
  void lookSoon() {
    due.release();
  }

  /// Stops reading for partitions that this process does not own any more; returns when nothing
  /// more is handed to them.
  void letGo() {
    synchronized (reading) {
      Map<Integer, Partition> owned = host.ownedOf(key.groupId());
      List<FeedReader> kept = new ArrayList<>();
      for (FeedReader reader : readers) {
        if (owned.values().containsAll(reader.lane().owned().values())) {
          kept.add(reader);
        } else {
          reader.stop();
        }
      }
      readers = List.copyOf(kept);
    }
  }

  private FeedBinding newBinding(LogSource source, Topic now, boolean isReplacement) {
    Feed feed = Objects.requireNonNull(schemas().getFirst().config().source().feed());
    List<Extent> reach = source.extents(now);
    boolean isAligned = isAligned(now, feed);
    List<BoundLog> logs = new ArrayList<>();
    for (int i = 0; i < now.partitions(); i++) {
      long start =
          isReplacement
              ? reach.get(i).beginning()
              : switch (feed.start()) {
                case Feed.Start.Earliest _ -> reach.get(i).beginning();
                case Feed.Start.Latest _ -> reach.get(i).stableEnd();
                case Feed.Start.At(Instant time) -> source.offsetAt(now, i, time);
              };
      logs.add(new BoundLog(start, isAligned ? BoundLog.NEVER : start));
    }
    return bindingTo(now, logs);
  }

  /// Partitions that were added send keys to other partitions than before, so from where the
  /// readers stand now on every record is placed by its key. New logs are read from their
  /// beginning, whatever the topic's start was: nothing of them was ever seen.
  private FeedBinding grown(Topic now, FeedBinding known) {
    LOG.log(
        WARNING,
        "{0} has {1} partitions, before {2}: its records are placed by their keys from now on",
        now.name(),
        now.partitions(),
        known.logs().size());
    Map<Integer, FeedReader> standing = standing();
    synchronized (reading) {
      readers = List.of();
      standing.values().forEach(FeedReader::stop);
    }
    List<BoundLog> logs = new ArrayList<>(known.logs());
    List<Lane> lanes = lanes(now, known, host.ownedOf(key.groupId()));
    standing.forEach((number, reader) -> stoodAt.put(number, reader.progress().position()));
    for (int i = 0; i < logs.size(); i++) {
      Long stood = stoodAt.get(i);
      long position = stood == null ? lanes.get(i).firstOffset() : stood;
      BoundLog log = logs.get(i);
      logs.set(i, new BoundLog(log.start(), Math.min(log.spreadFrom(), position)));
    }
    while (logs.size() < now.partitions()) {
      logs.add(new BoundLog(0, 0));
    }
    return bindingTo(now, logs);
  }

  private FeedBinding bindingTo(Topic now, List<BoundLog> logs) {
    return new FeedBinding(
        key.groupId(),
        key.kind().name().toLowerCase(Locale.ROOT),
        now.name(),
        now.incarnation(),
        logs);
  }

  /// Whether the topic's partitions can be those of the group.
  private boolean isAligned(Topic now, Feed feed) {
    CatalogState.Group group = group();
    boolean hasKeys = schemas().stream().anyMatch(schema -> schema.config().entity() != null);
    return now.partitions() == group.partitions()
        && feed.partitioner() != Feed.Partitioner.NONE
        && (!hasKeys
            || KeyPlacement.named(group.placement()).text().equals(textOf(feed.partitioner())));
  }

  private static String textOf(Feed.Partitioner partitioner) {
    return partitioner.name().toLowerCase(Locale.ROOT);
  }

  /// Reads the logs whose partitions this process owns, and no others.
  private void takeUp(LogSource source, Topic now, FeedBinding wanted) {
    synchronized (reading) {
      stoodAt.clear();
      List<Lane> lanes =
          lanes(now, wanted, host.ownedOf(key.groupId())).stream().filter(Lane::isOurs).toList();
      Map<Integer, FeedReader> standing = standing();
      List<FeedReader> kept =
          readers.stream().filter(reader -> lanes.contains(reader.lane())).toList();
      readers.stream().filter(reader -> !kept.contains(reader)).forEach(FeedReader::stop);
      Watch[] watched = Arrays.copyOf(watches, now.partitions());
      List<FeedReader> all = new ArrayList<>();
      List<FeedReader> started = new ArrayList<>();
      for (Lane lane : lanes) {
        FeedReader reader = standing.get(lane.number());
        if (reader == null || !kept.contains(reader)) {
          watched[lane.number()] = new Watch();
          reader =
              new FeedReader(host, source, now, lane, newDecoder(lane), unitBytes, this::awaited);
          started.add(reader);
        }
        all.add(reader);
      }
      watches = watched;
      readers = List.copyOf(all);
      started.forEach(FeedReader::start);
      if (!started.isEmpty()) {
        LOG.log(
            INFO,
            "reading {0}: {1} of {2} logs, {3}",
            now.name(),
            all.size(),
            wanted.logs().size(),
            isSpread(now, wanted)
                ? "every record for the partition of its key"
                : "each for one partition");
      }
    }
  }

  /// Reads the logs of partitions whose tails are replicated here, where each feeds one alone.
  private void replicate(LogSource source, Topic now, FeedBinding wanted) {
    synchronized (reading) {
      List<Lane> lanes =
          isSpread(now, wanted)
              ? List.of()
              : lanes(now, wanted, host.replicasOf(key.groupId())).stream()
                  .filter(Lane::isOurs)
                  .toList();
      List<FeedReader> all = new ArrayList<>();
      for (FeedReader reader : replicating) {
        if (lanes.contains(reader.lane())) {
          all.add(reader);
        } else {
          reader.stop();
        }
      }
      List<FeedReader> started = new ArrayList<>();
      for (Lane lane : lanes) {
        if (all.stream().noneMatch(reader -> reader.lane().equals(lane))) {
          started.add(
              new FeedReader(host, source, now, lane, newDecoder(lane), unitBytes, List::of));
        }
      }
      all.addAll(started);
      replicating = List.copyOf(all);
      started.forEach(FeedReader::start);
    }
  }

  /// The partitions whose tails are shown as far as their logs reached when their reading began.
  Set<Integer> replicated() {
    Set<Integer> partitions = new HashSet<>();
    for (FeedReader reader : replicating) {
      Lane lane = reader.lane();
      for (LogTarget target : lane.owned().values()) {
        if (target instanceof TailReplica replica && replica.isCaughtUp(lane.logId())) {
          partitions.add(lane.number());
        }
      }
    }
    return partitions;
  }

  /// What keeps tails from being replicated, in words.
  List<String> replicaProblems() {
    List<String> problems = new ArrayList<>();
    for (FeedReader reader : replicating) {
      String why = reader.progress().problem();
      if (why != null) {
        problems.add("tail replica: " + why);
      }
    }
    return problems;
  }

  private Map<Integer, FeedReader> standing() {
    Map<Integer, FeedReader> byLane = new HashMap<>();
    readers.forEach(reader -> byLane.put(reader.lane().number(), reader));
    return byLane;
  }

  private List<Lane> lanes(Topic now, FeedBinding bound, Map<Integer, ? extends LogTarget> owned) {
    CatalogState.Group group = group();
    KeyPlacement keys = KeyPlacement.named(group.placement());
    LogSource source = host.source(key.kind());
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < bound.logs().size(); i++) {
      lanes.add(
          new Lane(i, source.logId(now, i), bound.logs().get(i), group.partitions(), owned, keys));
    }
    return lanes;
  }

  private FeedDecoder newDecoder(Lane lane) {
    EventDecoders decoders =
        new EventDecoders(sharing(), key.groupId(), host.context(), host.decoders());
    return new FeedDecoder(
        decoders, key.topic(), lane.number(), lane.logId(), host.context(), host.keys());
  }

  private CatalogState.Group group() {
    return Objects.requireNonNull(host.catalog().groups().get(key.groupId()));
  }

  private List<TableSchema> sharing() {
    return EventDecoders.sharing(host.collections(), key.kind(), key.topic());
  }

  /// Those of this group.
  private List<TableSchema> schemas() {
    return sharing().stream().filter(schema -> schema.groupId() == key.groupId()).toList();
  }

  private void look(LogSource source, Topic now) {
    List<Extent> reach = source.extents(now);
    extents = reach;
    long time = System.nanoTime();
    for (FeedReader reader : readers) {
      watch(reader, reach.get(reader.lane().number()), time);
    }
    for (FeedReader reader : replicating) {
      Lane lane = reader.lane();
      for (LogTarget target : lane.owned().values()) {
        if (target instanceof TailReplica replica) {
          replica.expect(lane.logId(), lane.bound().start(), reach.get(lane.number()).stableEnd());
        }
      }
    }
    if (++looks % INFORM_EVERY == 0) {
      inform(source, now);
    }
  }

  private void watch(FeedReader reader, Extent extent, long time) {
    Watch watch = watches[reader.lane().number()];
    long position = reader.progress().applied();
    if (position != watch.position || position >= extent.stableEnd()) {
      watch.position = position;
      watch.movedNanos = time;
    }
    boolean isOpen = position >= extent.stableEnd() && extent.end() > extent.stableEnd();
    watch.openSinceNanos =
        !isOpen ? 0 : watch.openSinceNanos == 0 ? time | 1 : watch.openSinceNanos;
    String name = key.topic() + "/" + reader.lane().number();
    if (time - watch.movedNanos > STUCK_NANOS) {
      watch.warning =
          "%s is stuck at offset %d, although the log goes on to %d"
              .formatted(name, position, extent.stableEnd());
    } else if (isOpen && time - watch.openSinceNanos > OPEN_TRANSACTION_NANOS) {
      watch.warning =
          "%s waits at offset %d for a producer's open transaction; %d records behind it wait too"
              .formatted(name, extent.stableEnd(), extent.end() - extent.stableEnd());
    } else {
      watch.warning = null;
    }
  }

  private void inform(LogSource source, Topic now) {
    long[] next = new long[now.partitions()];
    Arrays.fill(next, -1);
    for (FeedReader reader : readers) {
      next[reader.lane().number()] = reader.lane().firstOffset();
    }
    source.inform(now, next);
  }

  /// Lets what stands still go on; says what was accepted.
  List<String> accept(int partition) {
    List<String> accepted = new ArrayList<>();
    for (FeedReader reader : readers) {
      if (partition < 0 || reader.lane().number() == partition) {
        String decision = reader.accept();
        if (decision != null) {
          accepted.add(decision);
        }
      }
    }
    if (accepted.isEmpty() && isReplaced()) {
      isReplacementAccepted.set(true);
      accepted.add(key.topic() + " is read from the beginning of its new incarnation");
    }
    return accepted;
  }

  /// A reader may have halted for what it met first, such as an end below where it stood, so the
  /// topic itself is asked.
  private boolean isReplaced() {
    FeedBinding read = host.catalog().bindings().get(key.binding());
    return read != null
        && !host.source(key.kind()).describe(key.topic()).incarnation().equals(read.incarnation());
  }

  List<FeedStatus> status() {
    List<String> collections = schemas().stream().map(TableSchema::name).toList();
    List<FeedReader> now = readers;
    if (now.isEmpty() && isSpread != null && problem == null) {
      // Others own all its partitions.
      return List.of();
    }
    if (now.isEmpty()) {
      return List.of(
          new FeedStatus(
              collections,
              key.topic(),
              0,
              isHalted
                  ? FeedState.HALTED
                  : problem == null ? FeedState.STARTING : FeedState.WAITING,
              -1,
              -1,
              -1,
              -1,
              0,
              0,
              0,
              problem));
    }
    return now.stream().map(reader -> status(collections, reader)).toList();
  }

  private FeedStatus status(List<String> collections, FeedReader reader) {
    Progress progress = reader.progress();
    int number = reader.lane().number();
    List<Extent> reach = extents;
    long lag =
        number < reach.size()
            ? Math.max(0, reach.get(number).stableEnd() - progress.applied())
            : -1;
    long lagMillis =
        lag == 0
            ? 0
            : progress.lastEventMicros() == 0
                ? -1
                : Math.max(0, host.context().clock().millis() - progress.lastEventMicros() / 1_000);
    String why = progress.problem();
    Watch[] watched = watches;
    if (why == null && number < watched.length) {
      why = watched[number].warning;
    }
    why = why == null ? progress.lost() : why;
    return new FeedStatus(
        collections,
        key.topic(),
        number,
        progress.state(),
        progress.applied(),
        reader.lane().firstOffset(),
        lag,
        lagMillis,
        progress.events(),
        progress.refused(),
        progress.misplaced(),
        why == null ? problem : why);
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stopAll();
  }
}
