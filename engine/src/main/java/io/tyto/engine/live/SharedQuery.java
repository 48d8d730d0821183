package io.tyto.engine.live;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Listener;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.LiveUpdate;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One question with everybody who follows it: it is computed once, and told to each.
///
/// Thread-safe. Lifetime: from its first follower to its last.
final class SharedQuery {
  private static final System.Logger LOG = System.getLogger(SharedQuery.class.getName());

  /// A question is at work at most every other moment, however slow it is.
  private static final int REST = 2;

  /// What tells questions apart: everything but the times that move.
  ///
  /// @param kind of who asks; with `project` and `access` all that decides which rows they may see
  record Key(
      AggregateQuery question,
      Caller.Kind kind,
      String project,
      Access access,
      Duration every,
      QueryBounds bounds) {
    static Key of(LiveQuery query, Caller caller, Instant now) {
      // What stands in where is part of the identity, and cohorts in it have times.
      AggregateQuery question =
          query.at().apply(now).withTimes(TimeInterval.ALL_TIME, null, null).withWhere(null);
      return new Key(
          question,
          caller.kind(),
          caller.project(),
          caller.access(),
          query.every(),
          query.bounds());
    }
  }

  /// What computes it.
  interface Aggregates {
    AggregateResult aggregate(AggregateQuery query, QueryContext context);
  }

  /// What it answers now.
  ///
  /// @param result null where it failed
  /// @param version grows with every change of the answer
  /// @param changedRows rows that differ from the version before
  /// @param pulse grows whenever the answer was due, changed or not
  record State(
      @Nullable AggregateResult result,
      @Nullable TytoException failure,
      long version,
      int changedRows,
      long pulse) {
    static final State NONE = new State(null, null, 0, 0, 0);
  }

  private final Key key;
  private final Function<Instant, AggregateQuery> at;
  private final Caller caller;
  private final Aggregates aggregates;
  private final LiveQueries home;
  private final Supplier<Instant> clock;

  /// One and the same, so that it can be taken back.
  private final Runnable computing = this::compute;

  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
  private volatile State state = State.NONE;

  // The rest is guarded by this.
  private boolean isWorking;
  private boolean isEnded;
  private long dueNanos;
  private @Nullable Standing seen;
  private @Nullable AggregateQuery asked;
  private @Nullable QueryContext running;

  SharedQuery(Key key, LiveQuery query, Caller caller, Aggregates aggregates, LiveQueries home) {
    this.key = key;
    this.at = query.at();
    this.caller = caller;
    this.aggregates = aggregates;
    this.home = home;
    this.clock = home::now;
    this.dueNanos = System.nanoTime();
  }

  Key key() {
    return key;
  }

  String collection() {
    return key.question().collection();
  }

  Follower add(boolean onlyOnChange, Listener<LiveUpdate> listener) {
    Follower follower = new Follower(this, onlyOnChange, listener);
    followers.add(follower);
    return follower;
  }

  /// Whether anybody is left.
  boolean remove(Follower follower) {
    followers.remove(follower);
    return !followers.isEmpty();
  }

  State state() {
    return state;
  }

  LiveQueries home() {
    return home;
  }

  /// Nobody wants to know any more.
  void cancel() {
    synchronized (this) {
      isEnded = true;
      if (running != null) {
        running.cancel();
      }
    }
    home.takeBack(caller, computing);
  }

  void end(TytoException cause) {
    cancel();
    followers.forEach(follower -> follower.end(cause));
  }

  /// Looks whether there is something to do, and has it done.
  ///
  /// @param standingOf how a collection stands now, null where there is none
  void look(long nowNanos, Function<String, @Nullable Standing> standingOf) {
    Runnable work = work(nowNanos, standingOf);
    if (work != null) {
      home.execute(caller, work);
    }
  }

  private synchronized @Nullable Runnable work(
      long nowNanos, Function<String, @Nullable Standing> standingOf) {
    if (isWorking || isEnded || nowNanos - dueNanos < 0) {
      return null;
    }
    Standing now = seen == null ? null : standingOf.apply(collection());
    if (now == null || !now.equals(seen) || !Objects.equals(question(), asked)) {
      isWorking = true;
      return computing;
    }
    if (followers.stream().allMatch(Follower::onlyOnChange)) {
      return null;
    }
    State same = state;
    state =
        new State(
            same.result(), same.failure(), same.version(), same.changedRows(), same.pulse() + 1);
    dueNanos = nowNanos + key.every().toNanos();
    isWorking = true;
    return this::tell;
  }

  /// The question as of now; null where it cannot even be asked, which computing it will tell.
  private @Nullable AggregateQuery question() {
    try {
      return at.apply(clock.get());
    } catch (TytoException e) {
      return null;
    }
  }

  private void compute() {
    QueryContext context = begin();
    if (context == null) {
      return;
    }
    long started = System.nanoTime();
    // Before the rows are read: rules that come meanwhile are found to be new at the next look.
    Standing before = home.standing(collection());
    AggregateQuery question = null;
    AggregateResult result = null;
    TytoException failure = null;
    try {
      question = at.apply(clock.get());
      result = ask(question, context);
    } catch (TytoException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      // Whatever it is, followers wait for it.
      LOG.log(System.Logger.Level.ERROR, "a live query of " + collection() + " failed", e);
      failure = new TytoException(ErrorCode.INTERNAL, e.toString(), e);
    }
    home.computed();
    finish(started, question, before, result, failure);
    tell();
  }

  /// FORBIDDEN where a field that is read was hidden from the caller, before or meanwhile.
  private AggregateResult ask(AggregateQuery question, QueryContext context) {
    Map<String, Set<String>> columns = NamedColumns.of(question);
    home.requireShown(columns, caller);
    AggregateResult answer = aggregates.aggregate(question, context);
    home.requireShown(columns, caller);
    return answer;
  }

  /// Null where nobody waits for it any more.
  private synchronized @Nullable QueryContext begin() {
    if (isEnded) {
      return null;
    }
    QueryContext context =
        home.newContext("live " + UUID.randomUUID(), caller).within(key.bounds());
    running = context;
    return context;
  }

  private synchronized void finish(
      long started,
      @Nullable AggregateQuery question,
      @Nullable Standing standing,
      @Nullable AggregateResult result,
      @Nullable TytoException failure) {
    running = null;
    asked = question;
    // Without one it is computed again when it is due, whether rows arrive or not.
    seen = result == null || standing == null ? null : standing.with(result.meta().snapshot());
    State before = state;
    AggregateResult last = before.result();
    boolean isSame =
        result == null
            ? isSame(failure, before.failure())
            : last != null && AnswerChanges.areSame(last, result);
    long pulse = before.pulse() + 1;
    if (isSame) {
      // The newer one: its meta tells how it came about.
      state = new State(result, failure, before.version(), before.changedRows(), pulse);
    } else {
      int changed =
          result == null
              ? 0
              : last == null ? result.rowCount() : AnswerChanges.changedRows(last, result);
      state = new State(result, failure, before.version() + 1, changed, pulse);
    }
    long spent = System.nanoTime() - started;
    dueNanos = started + Math.max(key.every().toNanos(), REST * spent);
  }

  private static boolean isSame(@Nullable TytoException left, @Nullable TytoException right) {
    return left != null
        && right != null
        && left.code() == right.code()
        && Objects.equals(left.getMessage(), right.getMessage());
  }

  private void tell() {
    try {
      followers.forEach(Follower::tell);
    } finally {
      synchronized (this) {
        isWorking = false;
      }
    }
  }
}
