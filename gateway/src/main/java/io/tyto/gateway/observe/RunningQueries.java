package io.tyto.gateway.observe;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RunningQuery;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The operations that run now, for people who want to know and to end them. Thread-safe.
///
/// An operation that waits for its turn runs too. Subscriptions do not: what they cost is computed
/// once for all that follow the same.
public final class RunningQueries {
  /// Far more than may run or wait.
  static final int MAX_RUNNING = 10_000;

  private static final int MAX_COLLECTIONS = 16;

  private final Map<String, Entry> byId = new ConcurrentHashMap<>();
  private final Clock clock;

  public RunningQueries(Clock clock) {
    this.clock = clock;
  }

  /// An operation under way. Thread-safe.
  ///
  /// *Lifetime*: listed until closed.
  public final class Entry implements AutoCloseable {
    private final QueryContext context;
    private final @Nullable String requestId;
    private final String what;
    private final Supplier<String> hash;
    private final Instant started = clock.instant();
    private final long startedNanos = System.nanoTime();
    private final Set<String> collections = new ConcurrentSkipListSet<>();
    private volatile String lane = "";

    private Entry(
        QueryContext context, @Nullable String requestId, String what, Supplier<String> hash) {
      this.context = context;
      this.requestId = requestId;
      this.what = what;
      this.hash = hash;
    }

    QueryContext context() {
      return context;
    }

    @Nullable String requestId() {
      return requestId;
    }

    String what() {
      return what;
    }

    List<String> collections() {
      return List.copyOf(collections);
    }

    long runningNanos() {
      return System.nanoTime() - startedNanos;
    }

    private boolean isSeenBy(Caller caller) {
      return caller.oversees(context.caller());
    }

    private RunningQuery told() {
      return new RunningQuery(
          context.queryId(),
          requestId,
          context.caller().id(),
          what,
          hash.get(),
          collections(),
          lane,
          started,
          runningNanos() / 1_000_000,
          context.rowsScanned(),
          context.cost(),
          context.isCancelled());
    }

    @Override
    public void close() {
      byId.remove(context.queryId(), this);
    }
  }

  /// Lists an operation; OVERLOADED where more run than can be.
  ///
  /// @param hash of its text, asked for when somebody looks
  Entry enter(
      QueryContext context, @Nullable String requestId, String what, Supplier<String> hash) {
    if (byId.size() >= MAX_RUNNING) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "%d operations are under way; come back shortly".formatted(MAX_RUNNING));
    }
    Entry entry = new Entry(context, requestId, what, hash);
    byId.put(context.queryId(), entry);
    return entry;
  }

  /// Notes what an operation asks; of one that is not listed nothing.
  void asks(QueryContext context, String collection) {
    Entry entry = byId.get(context.queryId());
    if (entry != null && entry.collections.size() < MAX_COLLECTIONS) {
      entry.collections.add(collection);
    }
  }

  /// The same of the kind of work it is.
  void entersLane(QueryContext context, Estimate.Lane lane) {
    Entry entry = byId.get(context.queryId());
    if (entry != null) {
      entry.lane = lane.name().toLowerCase(Locale.ROOT);
    }
  }

  /// Empty where nothing was planned yet, or nothing is listed.
  String laneOf(QueryContext context) {
    Entry entry = byId.get(context.queryId());
    return entry == null ? "" : entry.lane;
  }

  int size() {
    return byId.size();
  }

  /// What the caller may cancel, the oldest first: see {@link Caller#oversees}.
  public List<RunningQuery> running(Caller caller) {
    List<RunningQuery> running = new ArrayList<>();
    for (Entry entry : byId.values()) {
      if (entry.isSeenBy(caller)) {
        running.add(entry.told());
      }
    }
    running.sort(Comparator.comparing(RunningQuery::started).thenComparing(RunningQuery::id));
    return running;
  }

  /// Cancels what runs under the id of a query or of a request; false where there is none that the
  /// caller may cancel, whether or not there is one of somebody else's.
  public boolean cancel(String id, Caller caller) {
    boolean isAny = false;
    for (Entry entry : byId.values()) {
      boolean isMeant = id.equals(entry.context.queryId()) || id.equals(entry.requestId);
      if (isMeant && entry.isSeenBy(caller)) {
        entry.context.cancel();
        isAny = true;
      }
    }
    return isAny;
  }
}
