package io.tyto.engine.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.plan.GameTable;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.RowSource;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.result.EventsUpdate;
import io.tyto.model.schema.EventConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What following events takes, of which rows, and where it ends.
final class EventFollowerTest {
  private static final int SECONDS = 20;
  private static final int PARTS = 40;
  private static final int ROWS_OF_PART = 50;
  private static final int ROWS = PARTS * ROWS_OF_PART;
  private static final Caller CALLER =
      new Caller(
          "k",
          Caller.Kind.KEY,
          "test",
          "default",
          Access.of(List.of(Scope.parse("records:*")), Map.of()),
          "default");

  /// Of tails and segments always the segment.
  private static final Random SEGMENTS =
      new Random(1) {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean nextBoolean() {
          return false;
        }
      };

  @TempDir Path folder;

  private final GameTable all = new GameTable();
  private final List<TableSnapshot> stored = new ArrayList<>();
  private final List<RowSource> sources = new CopyOnWriteArrayList<>();
  private final AtomicLong rowsAsked = new AtomicLong();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger();
  private volatile long mostRows = Long.MAX_VALUE;
  private volatile Instant now = GameTable.START.plusSeconds(60);
  private volatile EventConfig.Policy policy = EventConfig.Policy.of("game");

  private final LiveQueries live =
      new LiveQueries(
          (query, context) -> {
            throw new IllegalStateException("not asked here");
          },
          this::snapshot,
          new LiveOptions(10, 10, 10, 1, Duration.ofDays(1), Duration.ofSeconds(30), 1 << 24),
          this::enter,
          () -> now,
          false);

  /// Parts that follow each other, as those of a log do.
  @BeforeEach
  void store() {
    for (int part = 0; part < PARTS; part++) {
      add(ROWS_OF_PART);
    }
  }

  private void add(int rows) {
    int from = all.events().size();
    for (int i = 0; i < rows; i++) {
      all.add(Map.of("ts", GameTable.START, "server", (long) (from + i)));
    }
    GameTable part = all.only(event -> event.offset() >= from);
    try {
      TableSnapshot snapshot = part.snapshot(1, SEGMENTS, folder);
      stored.add(snapshot);
      sources.addAll(snapshot.sources());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TableSnapshot snapshot(String collection) {
    return new TableSnapshot(
        new GameTable().with(policy).schema(),
        "of " + sources.size(),
        List.copyOf(sources),
        () -> {});
  }

  private QueryGate.Pass enter(QueryContext context, Estimate first) {
    assertEquals(CALLER, context.payer());
    ask(first);
    begun.incrementAndGet();
    return new QueryGate.Pass() {
      @Override
      public void more(Estimate estimate) {
        ask(estimate);
      }

      @Override
      public void leave(double cost) {
        left.incrementAndGet();
      }
    };
  }

  private void ask(Estimate estimate) {
    if (rowsAsked.addAndGet(estimate.rows()) > mostRows) {
      throw new TytoException(ErrorCode.RATE_LIMITED, "enough");
    }
  }

  @AfterEach
  void everyTurnIsGivenBack() {
    live.close();
    assertEquals(begun.get(), left.get());
    stored.forEach(TableSnapshot::close);
  }

  private static EventsQuery query(@Nullable Filter where, @Nullable String offset) {
    return new EventsQuery("game", where, List.of("server"), 1, offset, 10);
  }

  private String beginning() {
    return new EventOffset(snapshot("game").schema().collectionId(), now, Map.of()).encode();
  }

  private Told follow(EventsQuery query) {
    Told told = new Told();
    told.following = live.events(query, CALLER, told);
    told.following.request();
    return told;
  }

  /// From the first row to the last, ten at a time: a batch reads about what it tells.
  @Test
  void whoResumesIsChargedForWhatIsRead() throws Exception {
    Told told = follow(query(null, beginning()));
    List<Object> servers = new ArrayList<>();
    while (servers.size() < ROWS) {
      servers.addAll(told.next().servers());
    }
    for (int i = 0; i < ROWS; i++) {
      assertEquals((long) i, servers.get(i));
    }
    long most = (ROWS / 10) * 3L * ROWS_OF_PART;
    assertTrue(rowsAsked.get() >= ROWS && rowsAsked.get() <= most, rowsAsked + " rows");
    long before = rowsAsked.get();
    add(5);
    assertEquals(5, told.next().servers().size());
    assertTrue(rowsAsked.get() - before <= 5, "what was read is not read again");
  }

  @Test
  void whoBeginsAtTheEndPaysForNoRows() throws Exception {
    Told told = follow(query(null, null));
    assertEquals(0, rowsAsked.get());
    add(3);
    assertEquals(List.of((long) ROWS, ROWS + 1L, ROWS + 2L), told.next().servers());
  }

  @Test
  void itEndsWhereTheCallersLimitsDo() throws Exception {
    mostRows = ROWS / 2;
    // Which rows are chosen no zone map tells.
    Told told = follow(new EventsQuery("game", null, List.of("server"), 1e-12, beginning(), 10));
    assertEquals(ErrorCode.RATE_LIMITED, told.got().failure().code());
    assertEquals(0, live.load().eventFollowers());
  }

  @Test
  void whatArrivedLongAgoIsNotTold() throws Exception {
    now = GameTable.START.plus(EventFollower.OLDEST).plusSeconds(1);
    Told told = follow(query(null, beginning()));
    CountDownLatch isRead = new CountDownLatch(1);
    live.execute(CALLER, isRead::countDown);
    assertTrue(isRead.await(SECONDS, TimeUnit.SECONDS));
    add(1);
    assertEquals(List.of((long) ROWS), told.next().servers());
    assertEquals(1, rowsAsked.get(), "their zone maps rule out the others");
  }

  @Test
  void aFieldThatIsHiddenEndsIt() throws Exception {
    Told told = follow(query(null, null));
    policy =
        new EventConfig.Policy("default", "game", Map.of(), Map.of("server", Set.of("pii")), 0);
    assertEquals(ErrorCode.FORBIDDEN, told.got().failure().code());
    TytoException refused = assertThrows(TytoException.class, () -> follow(query(null, null)));
    assertEquals(ErrorCode.FORBIDDEN, refused.code());
  }

  private record Got(@Nullable EventsUpdate update, @Nullable TytoException failure) {
    List<Object> servers() {
      List<Object> values = new ArrayList<>();
      for (int row = 0; row < update.rowCount(); row++) {
        values.add(update.columns().getFirst().value(row));
      }
      return values;
    }
  }

  /// Notes what it is told, and asks for more.
  private final class Told implements Listener<EventsUpdate> {
    private final BlockingQueue<Got> got = new LinkedBlockingQueue<>();
    private volatile Following following;

    Got got() throws InterruptedException {
      Got next = null;
      for (int i = 0; next == null && i < SECONDS * 100; i++) {
        live.tick(System.nanoTime());
        next = got.poll(10, TimeUnit.MILLISECONDS);
      }
      assertTrue(next != null, "nothing was told");
      return next;
    }

    Got next() throws InterruptedException {
      Got next = got();
      assertTrue(next.failure() == null, () -> "ended: " + next.failure());
      return next;
    }

    @Override
    public void next(EventsUpdate update) {
      got.add(new Got(update, null));
      following.request();
    }

    @Override
    public void failed(TytoException cause) {
      got.add(new Got(null, cause));
    }

    @Override
    public void ended(@Nullable TytoException cause) {
      got.add(new Got(null, cause));
    }
  }
}
