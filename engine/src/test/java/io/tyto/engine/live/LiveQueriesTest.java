package io.tyto.engine.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.LiveQuery;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.LiveUpdate;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who is told what, and how often it is computed; the looks are made by hand.
final class LiveQueriesTest {
  private static final Duration EVERY = Duration.ofHours(1);
  private static final int SECONDS = 20;

  private final FakeRows rows = new FakeRows();
  private volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private long looks;
  private final LiveQueries live = open(500, 5_000);

  private LiveQueries open(int queries, int followers) {
    LiveOptions options =
        new LiveOptions(
            queries, followers, 1, 1, Duration.ofDays(1), Duration.ofSeconds(30), 1 << 20);
    return new LiveQueries(
        rows::aggregate, rows::snapshot, options, QueryGate.OPEN, () -> now, false);
  }

  @AfterEach
  void close() {
    live.close();
  }

  @Test
  void fiftyFollowersShareOneComputation() throws Exception {
    List<Told> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(follow(query("q", true)));
    }
    for (Told told : all) {
      assertEquals(List.of(1L, 2L), told.next().values());
    }
    assertEquals(1, rows.computed.get());
    rows.put(5, 2);
    lookWhenDue();
    for (Told told : all) {
      assertEquals(List.of(5L, 2L), told.next().values());
    }
    assertEquals(2, rows.computed.get());
    assertEquals(new LiveQueries.Load(1, 50, 0, 2), live.load());
  }

  @Test
  void nothingIsComputedWhileTheSnapshotIsTheSame() throws Exception {
    Told told = follow(query("q", true));
    told.next();
    for (int i = 0; i < 10; i++) {
      lookWhenDue();
    }
    assertEquals(1, rows.computed.get());
    assertNull(told.now());
  }

  @Test
  void aChangeWaitsUntilItIsDue() throws Exception {
    Told told = follow(query("q", true));
    told.next();
    rows.put(3, 3);
    live.tick(System.nanoTime());
    settle();
    assertEquals(1, rows.computed.get());
    lookWhenDue();
    assertEquals(List.of(3L, 3L), told.next().values());
  }

  @Test
  void aRangeMovesWithTheClockWhereNoRowsArrive() throws Exception {
    LiveQuery query = query("q", true);
    LiveQuery lastHour =
        new LiveQuery(
            at ->
                query
                    .at()
                    .apply(at)
                    .withTimes(new TimeInterval(at.minusSeconds(3_600), at), null, null),
            EVERY,
            true,
            QueryBounds.NONE);
    Told told = follow(lastHour);
    told.next();
    lookWhenDue();
    assertEquals(1, rows.computed.get());
    now = now.plusSeconds(60);
    Told second = follow(lastHour);
    assertEquals(1, live.load().queries());
    lookWhenDue();
    assertEquals(2, rows.computed.get());
    assertEquals(now, rows.asked.range().to());
    assertEquals(1, second.next().update.sequence());
  }

  @Test
  void anEqualAnswerIsToldToThoseOnlyWhoAskForIt() throws Exception {
    Told onChange = follow(query("q", true));
    Told always = follow(query("q", false));
    onChange.next();
    always.next();
    rows.put(1, 2); // another snapshot, the same rows
    lookWhenDue();
    assertEquals(2, rows.computed.get());
    Told.Got again = always.next();
    assertEquals(2, again.update.sequence());
    assertEquals(0, again.update.changedRows());
    assertNull(onChange.now());
    lookWhenDue();
    assertEquals(3, always.next().update.sequence());
    assertEquals(2, rows.computed.get());
  }

  @Test
  void aSlowFollowerGetsTheNewestAndHoldsUpNobody() throws Exception {
    Told quick = follow(query("q", true));
    Told slow = follow(query("q", true), false);
    slow.following.request();
    assertEquals(1, slow.next().update.sequence());
    quick.next();
    for (int i = 10; i < 20; i++) {
      rows.put(i, 2);
      lookWhenDue();
      assertEquals(List.of((long) i, 2L), quick.next().values());
    }
    assertNull(slow.now());
    slow.following.request();
    Told.Got newest = slow.next();
    assertEquals(List.of(19L, 2L), newest.values());
    assertEquals(11, newest.update.sequence());
    assertEquals(2, newest.update.changedRows()); // of versions it did not see it can be all
    assertNull(slow.now());
  }

  @Test
  void changedRowsAreThoseThatDiffer() throws Exception {
    Told told = follow(query("q", true));
    assertEquals(2, told.next().update.changedRows());
    rows.put(1, 7);
    lookWhenDue();
    assertEquals(1, told.next().update.changedRows());
    rows.put(1, 7, 8);
    lookWhenDue();
    assertEquals(1, told.next().update.changedRows());
    rows.put(1);
    lookWhenDue();
    assertEquals(0, told.next().update.changedRows());
  }

  @Test
  void aFailureIsToldOnceAndTriedAgain() throws Exception {
    rows.failure = new TytoException(ErrorCode.NUMERIC_OVERFLOW, "too much");
    Told told = follow(query("q", true));
    assertEquals(ErrorCode.NUMERIC_OVERFLOW, told.next().failure.code());
    lookWhenDue();
    assertEquals(2, rows.computed.get());
    assertNull(told.now());
    rows.failure = null;
    lookWhenDue();
    assertEquals(List.of(1L, 2L), told.next().values());
  }

  @Test
  void differentQuestionsAreDifferentComputations() throws Exception {
    follow(query("a", true)).next();
    follow(query("b", true)).next();
    follow(new LiveQuery(query("a", true).at(), Duration.ofHours(2), true, QueryBounds.NONE))
        .next();
    assertEquals(3, live.load().queries());
    assertEquals(3, rows.computed.get());
  }

  @Test
  void callersWithOtherRowsFollowQuestionsOfTheirOwn() throws Exception {
    List<Told> all = new ArrayList<>();
    for (List<String> tenants : List.of(List.of("a", "b"), List.of("a, b"), List.of("a, b"))) {
      Told told = new Told();
      told.following = live.follow(query("q", true), caller(tenants), told);
      told.following.request();
      all.add(told);
    }
    assertEquals(2, live.load().queries());
    for (Told told : all) {
      told.next();
    }
    assertEquals(2, rows.computed.get());
  }

  @Test
  void whatEndsBeforeItsTurnIsNotComputed() throws Exception {
    rows.gate = new CountDownLatch(1);
    follow(query("slow", true));
    assertTrue(rows.started.await(SECONDS, TimeUnit.SECONDS));
    for (int i = 0; i < 100; i++) {
      follow(query("q" + i, true)).following.close();
    }
    Told last = follow(query("last", true));
    rows.gate.countDown();
    last.next();
    settle();
    assertEquals(2, rows.computed.get());
    assertEquals(2, live.load().queries());
  }

  @Test
  void oneCallerHoldsUpNoOther() throws Exception {
    rows.gate = new CountDownLatch(1);
    follow(query("slow", true));
    assertTrue(rows.started.await(SECONDS, TimeUnit.SECONDS));
    follow(query("slower", true));
    CountDownLatch gate = rows.gate;
    rows.gate = null;
    Told other = new Told();
    other.following = live.follow(query("q", true), caller(List.of("a")), other);
    other.following.request();
    assertEquals(List.of(1L, 2L), other.next().values());
    gate.countDown();
  }

  @Test
  void aFieldThatIsHiddenIsNotToldAnyMore() throws Exception {
    Caller caller = caller(List.of());
    Told told = new Told();
    told.following = live.follow(query("q", true), caller, told);
    told.isQuick = true;
    told.following.request();
    told.next();
    rows.policy =
        new EventConfig.Policy(
            "default", "play", Map.of(), Map.of("country", Set.of("finance")), 0);
    // Of the same rows: the rules alone are new.
    lookWhenDue();
    TytoException hidden = told.next().failure;
    assertEquals(ErrorCode.FORBIDDEN, hidden.code());
    assertTrue(hidden.getMessage().contains("fields:finance"), hidden.getMessage());
    rows.put(7, 8);
    lookWhenDue();
    assertEquals(1, rows.computed.get());
    rows.policy = EventConfig.Policy.of("play");
    lookWhenDue();
    assertEquals(List.of(7L, 8L), told.next().values());
  }

  private static Caller caller(List<String> tenants) {
    Access access = Access.of(List.of(Scope.parse("query:play")), Map.of("tenant", tenants));
    return new Caller("k", Caller.Kind.KEY, "test", "default", access, "default");
  }

  @Test
  void whatNobodyFollowsIsForgottenAndCancelled() throws Exception {
    rows.gate = new CountDownLatch(1);
    Told told = follow(query("q", true));
    assertTrue(rows.started.await(SECONDS, TimeUnit.SECONDS));
    told.following.close();
    told.following.close();
    assertEquals(0, live.load().queries());
    assertEquals(0, live.load().followers());
    assertTrue(rows.context.isCancelled());
    rows.gate.countDown();
    settle();
    assertNull(told.now());
  }

  @Test
  void thereIsRoomForSoManyOnly() throws Exception {
    try (LiveQueries small = open(2, 3)) {
      for (String name : List.of("a", "b", "b")) {
        small.follow(query(name, true), Caller.SYSTEM, new Told());
      }
      TytoException followers =
          assertThrows(
              TytoException.class, () -> small.follow(query("a", true), Caller.SYSTEM, new Told()));
      assertEquals(ErrorCode.OVERLOADED, followers.code());
      assertTrue(followers.getMessage().startsWith("3 subscriptions"), followers.getMessage());
    }
    try (LiveQueries small = open(1, 3)) {
      small.follow(query("a", true), Caller.SYSTEM, new Told());
      TytoException queries =
          assertThrows(
              TytoException.class, () -> small.follow(query("b", true), Caller.SYSTEM, new Told()));
      assertTrue(queries.getMessage().startsWith("1 different"), queries.getMessage());
    }
  }

  @Test
  void closingEndsAll() throws Exception {
    Told told = follow(query("q", true));
    told.next();
    live.close();
    assertEquals(ErrorCode.DRAINING, told.next().failure.code());
  }

  private Told follow(LiveQuery query) {
    return follow(query, true);
  }

  private Told follow(LiveQuery query, boolean isQuick) {
    Told told = new Told();
    told.following = live.follow(query, Caller.SYSTEM, told);
    told.isQuick = isQuick;
    if (isQuick) {
      told.following.request();
    }
    return told;
  }

  private void lookWhenDue() throws InterruptedException {
    settle();
    looks++;
    live.tick(System.nanoTime() + 2 * looks * EVERY.toNanos());
    settle();
  }

  /// One piece of work of a caller runs at a time, and they come in order.
  private void settle() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    live.execute(Caller.SYSTEM, done::countDown);
    assertTrue(done.await(SECONDS, TimeUnit.SECONDS));
  }

  private static LiveQuery query(String identity, boolean onlyOnChange) {
    AggregateQuery question =
        new AggregateQuery(
            "play",
            TimeInterval.ALL_TIME,
            null,
            List.of(new GroupKey.Dimension("country")),
            List.of(new Measure.Count()),
            null,
            List.of(),
            null,
            null,
            false,
            null,
            null,
            AggregateQuery.Wants.ROWS,
            100,
            0,
            null,
            identity);
    return new LiveQuery(_ -> question, EVERY, onlyOnChange, QueryBounds.NONE);
  }

  /// Notes what it is told, and asks for more.
  private static final class Told implements Listener<LiveUpdate> {
    record Got(@Nullable LiveUpdate update, @Nullable TytoException failure) {
      List<Object> values() {
        ResultColumn counts = update.answer().measures().getFirst();
        List<Object> values = new ArrayList<>();
        for (int row = 0; row < counts.size(); row++) {
          values.add(counts.value(row));
        }
        return values;
      }
    }

    private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();
    private volatile Following following;
    private volatile boolean isQuick;

    Got next() throws InterruptedException {
      Got next = got.poll(SECONDS, TimeUnit.SECONDS);
      assertTrue(next != null, "nothing was told");
      return next;
    }

    @Nullable Got now() {
      return got.poll();
    }

    @Override
    public void next(LiveUpdate update) {
      got.add(new Got(update, null));
      if (isQuick) {
        following.request();
      }
    }

    @Override
    public void failed(TytoException cause) {
      got.add(new Got(null, cause));
      following.request();
    }

    @Override
    public void ended(@Nullable TytoException cause) {
      got.add(new Got(null, cause));
    }
  }

  /// A group a value, each counted so often.
  private static final class FakeRows {
    private final AtomicInteger computed = new AtomicInteger();
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile long[] counts = {1, 2};
    private volatile int version;
    private volatile EventConfig.Policy policy = EventConfig.Policy.of("play");
    private volatile @Nullable TytoException failure;
    private volatile @Nullable CountDownLatch gate;
    private volatile AggregateQuery asked;
    private volatile QueryContext context;

    void put(long... newCounts) {
      counts = newCounts;
      version++;
    }

    TableSnapshot snapshot(String collection) {
      List<ColumnSpec> columns =
          List.of(
              new ColumnSpec(
                  SystemColumns.FIRST_USER_ID,
                  "country",
                  "country",
                  ColumnType.STRING,
                  ColumnSpec.Role.AUTO,
                  null,
                  null,
                  null,
                  null,
                  Map.of()));
      EventConfig config = EventConfig.of(collection, columns).policy(policy).build();
      TableSchema schema = new TableSchema(1, 1, 1, collection, 1, columns, config);
      return new TableSnapshot(schema, "s" + version, List.of(), () -> {});
    }

    AggregateResult aggregate(AggregateQuery query, QueryContext running) {
      asked = query;
      context = running;
      computed.incrementAndGet();
      started.countDown();
      await(gate);
      if (failure != null) {
        throw failure;
      }
      long[] values = counts.clone();
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < values.length; i++) {
        ids.add("group " + i);
      }
      return new AggregateResult(
          values.length,
          List.of(new ResultColumn.Objects(ids.toArray())),
          List.of(new ResultColumn.Longs(values, new BitSet())),
          ids,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          0,
          List.of(),
          List.of(),
          values.length,
          false,
          null,
          new QueryMeta(
              running.queryId(),
              "segments",
              0,
              0,
              0,
              0,
              0,
              null,
              "s" + version,
              false,
              List.of(),
              List.of()),
          new QueryPlan(null, List.of(), List.of(), 0));
    }

    private static void await(@Nullable CountDownLatch latch) {
      try {
        assertTrue(latch == null || latch.await(SECONDS, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
