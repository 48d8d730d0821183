package io.tyto.engine;

import static io.tyto.engine.plan.Query.count;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.plan.GameTable;
import io.tyto.engine.plan.Query;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.SnapshotChoice;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.RecordsResult;
import io.tyto.model.schema.EventConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Which rows a question may read: of which snapshot, how many, how old, and which part of them.
class QueryBoundsTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_122L);
  private static final int ROWS = 4_000;

  private final GameTable table = new GameTable();
  private final Random random = new Random(SEED);
  private Instant now = Instant.parse("2026-03-10T00:00:00Z");
  private @Nullable Long lagMillis;
  private EventConfig.@Nullable Policy policy;
  private int openSnapshots;
  private final LocalQueryService service =
      new LocalQueryService(
          this::snapshot, EngineOptions.defaults().withWorkers(2).withClock(() -> now));

  QueryBoundsTest() {
    add(ROWS);
  }

  private void add(int rows) {
    for (int i = 0; i < rows; i++) {
      Instant at = Instant.parse("2026-03-01T00:00:00Z").plusSeconds(table.events().size());
      table.add(Map.of("ts", at, "server", (long) random.nextInt(50)));
    }
  }

  /// Split into tail and segments in another way each time.
  private TableSnapshot snapshot(String collection) {
    GameTable now = policy == null ? table : table.with(policy);
    TableSnapshot snapshot = now.snapshot(3, random);
    openSnapshots++;
    return new TableSnapshot(
        snapshot.schema(),
        "of " + table.events().size(),
        snapshot.sources(),
        new TableSnapshot.Facts(0, lagMillis, Reach.NONE, Reach.NONE),
        () -> openSnapshots--);
  }

  @AfterEach
  void everySnapshotIsReleased() {
    service.close();
    assertEquals(0, openSnapshots);
  }

  private static QueryContext context(QueryBounds bounds) {
    return new QueryContext("q", Duration.ofSeconds(30), 64 << 20).within(bounds);
  }

  private AggregateResult ask(Query query) {
    return service.aggregate(query.build(), context(QueryBounds.NONE));
  }

  private static long rows(AggregateResult result) {
    return ((Number) result.measures().getFirst().value(0)).longValue();
  }

  private void assertRefused(ErrorCode code, String words, Query query, QueryBounds bounds) {
    TytoException e =
        assertThrows(TytoException.class, () -> service.aggregate(query.build(), context(bounds)));
    assertEquals(code, e.code());
    assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
  }

  @Test
  void anEarlierSnapshotIsReadAsLongAsItIsKept() {
    String first = ask(Query.of(count()).snapshot(null, true)).meta().snapshot();
    add(500);
    assertEquals(ROWS + 500, rows(ask(Query.of(count()))));
    now = now.plus(Duration.ofMinutes(14));
    // Asking for it keeps it for as long again.
    AggregateResult again = ask(Query.of(count()).snapshot(first, true));
    assertEquals(ROWS, rows(again));
    assertEquals(first, again.meta().snapshot());
    now = now.plus(Duration.ofMinutes(14));
    assertEquals(ROWS, rows(ask(Query.of(count()).snapshot(first, false))));
    now = now.plus(Duration.ofMinutes(2));
    assertRefused(
        ErrorCode.SNAPSHOT_GONE,
        "15 minutes",
        Query.of(count()).snapshot(first, false),
        QueryBounds.NONE);
  }

  @Test
  void whatNobodyAskedToKeepIsGoneWithTheNextRows() {
    String first = ask(Query.of(count())).meta().snapshot();
    assertEquals(ROWS, rows(ask(Query.of(count()).snapshot(first, false)))); // still the newest
    add(1);
    assertRefused(
        ErrorCode.SNAPSHOT_GONE, first, Query.of(count()).snapshot(first, true), QueryBounds.NONE);
  }

  @Test
  void aSnapshotOfOlderRulesIsNotReadAnyMore() {
    String first = ask(Query.of(count()).snapshot(null, true)).meta().snapshot();
    RecordsResult page = service.records(page(null), context(QueryBounds.NONE));
    String after = page.cursors().getLast();
    add(1);
    assertEquals(ROWS, rows(ask(Query.of(count()).snapshot(first, true))));
    service.records(page(after), context(QueryBounds.NONE));
    policy = new EventConfig.Policy("default", "game", Map.of("server", "server"), Map.of(), 0);
    assertGone(first, after);
    policy =
        new EventConfig.Policy("default", "game", Map.of(), Map.of("country", Set.of("pii")), 0);
    assertGone(first, after);
    policy = new EventConfig.Policy("acme", "game", Map.of(), Map.of(), 0);
    assertGone(first, after);
  }

  private void assertGone(String snapshot, String cursor) {
    // Again, as an answer would keep it for as long once more.
    for (int i = 0; i < 2; i++) {
      assertRefused(
          ErrorCode.SNAPSHOT_GONE,
          snapshot,
          Query.of(count()).snapshot(snapshot, true),
          QueryBounds.NONE);
      TytoException expired =
          assertThrows(
              TytoException.class, () -> service.records(page(cursor), context(QueryBounds.NONE)));
      assertEquals(ErrorCode.CURSOR_EXPIRED, expired.code());
    }
  }

  private static RecordsQuery page(@Nullable String after) {
    return new RecordsQuery(
        "game",
        TimeInterval.ALL_TIME,
        null,
        List.of(new RecordsQuery.Order("ts", Direction.DESC)),
        List.of("country"),
        10,
        0,
        false,
        after,
        null,
        false,
        "test");
  }

  /// Each of the sources is small, and all together they are not.
  @Test
  void manySmallSourcesAreAScan() {
    add(70_000);
    List<Estimate> asked = new ArrayList<>();
    QueryGate gate =
        (_, estimate) -> {
          asked.add(estimate);
          return QueryGate.Pass.FREE;
        };
    service.aggregate(
        Query.of(count()).build(),
        new QueryContext("q", Duration.ofSeconds(30), 64 << 20, Caller.SYSTEM, gate));
    assertEquals(List.of(Estimate.Lane.SCAN), asked.stream().map(Estimate::lane).toList());
    try (TableSnapshot snapshot = snapshot("game")) {
      snapshot.sources().forEach(source -> assertTrue(source.rowCount() <= 1 << 16));
    }
  }

  @Test
  void recordsAreReadFromTheSnapshotOfAnAggregate() {
    String first = ask(Query.of(count()).snapshot(null, true)).meta().snapshot();
    add(10);
    RecordsResult records =
        service.records(
            records(null, new SnapshotChoice(first, false), true), context(QueryBounds.NONE));
    assertEquals((long) ROWS, records.totalCount());
  }

  private static RecordsQuery records(
      @Nullable Filter where, SnapshotChoice snapshot, boolean wantsTotal) {
    return new RecordsQuery(
        "game",
        TimeInterval.ALL_TIME,
        where,
        List.of(new RecordsQuery.Order("ts", Direction.DESC)),
        List.of(),
        wantsTotal ? 10 : ROWS,
        0,
        false,
        null,
        null,
        wantsTotal,
        "test",
        snapshot);
  }

  @Test
  void moreRowsThanAllowedAreNotRead() {
    QueryBounds few = new QueryBounds(null, ROWS - 1L, null);
    assertRefused(ErrorCode.SCAN_LIMIT_EXCEEDED, "3,999", Query.of(count()), few);
    QueryBounds enough = new QueryBounds(null, (long) ROWS, null);
    assertEquals(ROWS, rows(service.aggregate(Query.of(count()).build(), context(enough))));
    TytoException e =
        assertThrows(
            TytoException.class,
            () -> service.records(records(null, SnapshotChoice.NEWEST, true), context(few)));
    assertEquals(ErrorCode.SCAN_LIMIT_EXCEEDED, e.code());
  }

  @Test
  void rowsThatAreTooOldAreRefused() {
    // The newest row is of 01:06:39 on the first.
    now = Instant.parse("2026-03-01T01:10:00Z");
    Query query = Query.of(count());
    QueryBounds hour = new QueryBounds(null, null, Duration.ofHours(1));
    assertEquals(ROWS, rows(service.aggregate(query.build(), context(hour))));
    assertRefused(
        ErrorCode.STALE, "01:06:39", query, new QueryBounds(null, null, Duration.ofMinutes(3)));
    lagMillis = 4_000_000L;
    assertRefused(ErrorCode.STALE, "trail", query, hour);
  }

  @Test
  void aSampleOfRowsIsTheSameHoweverTheyAreStored() {
    Set<String> tenth = sample(0.1);
    assertEquals(tenth, sample(0.1));
    assertTrue(tenth.size() > ROWS / 20 && tenth.size() < ROWS / 5, SEED + ": " + tenth.size());
    Set<String> half = sample(0.5);
    assertTrue(half.containsAll(tenth), "seed " + SEED);
    assertTrue(half.size() > ROWS / 3 && half.size() < 2 * ROWS / 3, SEED + ": " + half.size());
    assertEquals(ROWS, sample(1).size());
    assertEquals(half.size(), rows(ask(Query.of(count()).where(new Filter.Sampled(0.5)))));
    assertEquals(
        ROWS - half.size(),
        rows(ask(Query.of(count()).where(new Filter.Not(new Filter.Sampled(0.5))))));
  }

  private Set<String> sample(double rate) {
    RecordsResult records =
        service.records(
            records(new Filter.Sampled(rate), SnapshotChoice.NEWEST, false),
            context(QueryBounds.NONE));
    return new HashSet<>(records.ids());
  }
}
