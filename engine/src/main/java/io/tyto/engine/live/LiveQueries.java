package io.tyto.engine.live;

import io.tyto.engine.measure.Columns;
import io.tyto.engine.measure.FilterCheck;
import io.tyto.engine.record.EventScan;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.result.EventsUpdate;
import io.tyto.model.result.LiveUpdate;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Follows queries over the snapshots of one process.
///
/// A few times a second it looks which collections have changed. A query that is due, and whose
/// snapshot or times have changed, is computed once for all who follow it; a query at rest costs
/// nothing but that look.
///
/// *Thread-safety*: safe. *Lifetime*: {@link #close} ends all that is followed; close it before the
/// services it asks.
public final class LiveQueries implements LiveService, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LiveQueries.class.getName());

  private final SharedQuery.Aggregates aggregates;
  private final SnapshotProvider snapshots;
  private final LiveOptions options;
  private final QueryGate gate;
  private final InstantSource clock;
  private final CallerTurns turns;
  private final ScheduledExecutorService ticker;
  private final AtomicLong computations = new AtomicLong();
  private final long hashSeed = new SecureRandom().nextLong();

  // Guarded by this.
  private final Map<SharedQuery.Key, SharedQuery> shared = new HashMap<>();
  private final Set<EventFollower> eventFollowers = new HashSet<>();
  private int followers;
  private boolean isClosed;

  /// How much is followed now.
  ///
  /// @param queries different ones
  /// @param computations since the start
  /// @param eventFollowers who follow raw events
  public record Load(int queries, int followers, int eventFollowers, long computations) {}

  /// @param clock what ranges such as the last 15 minutes call now
  /// @param gate lets computations begin; of those that several follow, as the one who came first
  public LiveQueries(
      QueryService queries,
      SnapshotProvider snapshots,
      LiveOptions options,
      QueryGate gate,
      InstantSource clock) {
    this(queries::aggregate, snapshots, options, gate, clock, true);
  }

  /// @param isTicking false: only {@link #tick} looks
  LiveQueries(
      SharedQuery.Aggregates aggregates,
      SnapshotProvider snapshots,
      LiveOptions options,
      QueryGate gate,
      InstantSource clock,
      boolean isTicking) {
    this.aggregates = aggregates;
    this.snapshots = snapshots;
    this.options = options;
    this.gate = gate;
    this.clock = clock;
    this.turns = new CallerTurns(options.atOnce());
    this.ticker =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("tyto-live-tick").factory());
    if (isTicking) {
      long every = options.checkEvery().toMillis();
      ticker.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public Following follow(LiveQuery query, Caller caller, Listener<LiveUpdate> listener) {
    SharedQuery.Key key = SharedQuery.Key.of(query, caller, now());
    SharedQuery question;
    Follower follower;
    synchronized (this) {
      requireRoom(followers, options.maxFollowers(), "subscriptions to aggregates");
      question = shared.get(key);
      if (question == null) {
        requireRoom(shared.size(), options.maxQueries(), "different aggregates");
        question = new SharedQuery(key, query, caller, aggregates, this);
        shared.put(key, question);
      }
      follower = question.add(query.onlyOnChange(), listener);
      followers++;
    }
    question.look(System.nanoTime(), this::standing);
    return follower;
  }

  @Override
  public Following events(EventsQuery query, Caller caller, Listener<EventsUpdate> listener) {
    QueryContext context = newContext("begin of events " + UUID.randomUUID(), caller);
    EventFollower follower;
    try (TableSnapshot snapshot = snapshot(query.collection())) {
      Guard.rows(caller, Verb.RECORDS, snapshot.schema());
      Filter where = query.where();
      if (where != null) {
        new FilterCheck(new Columns(snapshot.schema())).check(where);
      }
      requireShown(NamedColumns.of(query), caller);
      int collection = snapshot.schema().collectionId();
      String given = query.fromOffset();
      EventOffset begin =
          given == null
              ? new EventOffset(collection, now(), end(snapshot, context))
              : EventOffset.decode(given, collection, now());
      follower = new EventFollower(query, caller, begin, given == null, this, listener);
    }
    synchronized (this) {
      requireRoom(eventFollowers.size(), options.maxEventFollowers(), "subscriptions to events");
      eventFollowers.add(follower);
    }
    return follower;
  }

  private Map<EventScan.Place, Long> end(TableSnapshot snapshot, QueryContext context) {
    try (ScanContext scan = scanContext(context)) {
      return EventScan.end(snapshot.schema(), snapshot.sources(), scan);
    }
  }

  private void requireRoom(int now, int most, String what) {
    if (isClosed) {
      throw new TytoException(ErrorCode.DRAINING, "the server is stopping");
    }
    if (now >= most) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "%d %s are followed already, which is as many as this server follows; come back later"
              .formatted(now, what));
    }
  }

  public synchronized Load load() {
    return new Load(shared.size(), followers, eventFollowers.size(), computations.get());
  }

  Instant now() {
    return clock.instant();
  }

  void computed() {
    computations.incrementAndGet();
  }

  /// Has it done when it is the caller's turn.
  void execute(Caller caller, Runnable work) {
    turns.execute(caller, work);
  }

  /// Nobody waits any more for what {@link #execute} was given; it may have begun.
  void takeBack(Caller caller, Runnable work) {
    turns.takeBack(caller, work);
  }

  /// Has something told, which waits for nothing.
  void tell(Runnable telling) {
    turns.executeNow(telling);
  }

  /// FORBIDDEN where a field that is read is not there for the caller any more.
  ///
  /// @param columns by collection
  void requireShown(Map<String, Set<String>> columns, Caller caller) {
    columns.forEach((collection, names) -> {
      try (TableSnapshot snapshot = snapshot(collection)) {
        Guard.requireShown(caller, snapshot.schema(), names);
      }
    });
  }

  /// The newest rows of a collection; the caller closes it.
  TableSnapshot snapshot(String collection) {
    return snapshots.snapshot(collection);
  }

  QueryContext newContext(String queryId, Caller caller) {
    return new QueryContext(queryId, options.timeout(), options.memoryBytes(), caller, gate);
  }

  /// Events are few and behind zone maps, so that one thread reads them. The caller closes it.
  ScanContext scanContext(QueryContext context) {
    return new ScanContext(context, turns.threads(), 1, hashSeed);
  }

  synchronized void leave(EventFollower follower) {
    eventFollowers.remove(follower);
  }

  void leave(SharedQuery question, Follower follower) {
    synchronized (this) {
      followers--;
      if (question.remove(follower)) {
        return;
      }
      shared.remove(question.key());
    }
    question.cancel();
  }

  private void look() {
    try {
      tick(System.nanoTime());
    } catch (RuntimeException e) {
      // Thrown on, it would be the last look.
      LOG.log(System.Logger.Level.ERROR, "looking after live queries failed", e);
    }
  }

  /// Has everything computed that is due and has changed.
  void tick(long nowNanos) {
    Map<String, @Nullable Standing> known = new HashMap<>();
    Function<String, @Nullable Standing> standingOf =
        collection -> {
          if (!known.containsKey(collection)) {
            known.put(collection, standing(collection));
          }
          return known.get(collection);
        };
    all().forEach(question -> question.look(nowNanos, standingOf));
    allEvents().forEach(follower -> follower.look(standingOf));
  }

  private synchronized List<EventFollower> allEvents() {
    return new ArrayList<>(eventFollowers);
  }

  private synchronized List<SharedQuery> all() {
    return new ArrayList<>(shared.values());
  }

  /// Null where there is none: computing will tell why.
  @Nullable Standing standing(String collection) {
    try (TableSnapshot snapshot = snapshots.snapshot(collection)) {
      return Standing.of(snapshot);
    } catch (RuntimeException e) {
      // Told by computing, and no reason to look after no other.
      return null;
    }
  }

  @Override
  public void close() {
    List<SharedQuery> open;
    synchronized (this) {
      isClosed = true;
      open = all();
      shared.clear();
      followers = 0;
    }
    ticker.shutdownNow();
    TytoException cause = new TytoException(ErrorCode.DRAINING, "the server is stopping");
    open.forEach(question -> question.end(cause));
    allEvents().forEach(follower -> follower.end(cause));
    turns.close();
  }
}
