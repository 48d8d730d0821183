package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.CollectionInfo;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.RecordsResult;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.EventConfig;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a caller is answered whom a policy keeps to some rows is what a table would answer that has
/// no others: with cubes or without, whatever is asked.
@NullUnmarked // null is a value here like any other
class RowPolicyTest {
  private static final long SEED = Long.getLong("test.seed", 31_337L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int TABLES = 12;
  private static final int QUERIES = 50;
  private static final EventConfig.Policy BY_SERVER =
      new EventConfig.Policy("default", "game", Map.of("server", "server"), Map.of(), 0);

  @TempDir Path folder;

  private static Caller caller(List<String> servers, String... scopes) {
    List<Scope> granted = new ArrayList<>();
    for (String scope : scopes) {
      granted.add(Scope.parse(scope));
    }
    Access access = Access.of(granted, servers.isEmpty() ? Map.of() : Map.of("server", servers));
    return new Caller("k1", Caller.Kind.KEY, "test", "default", access, "default");
  }

  private static QueryContext context(Caller caller) {
    return new QueryContext("q", Duration.ofMinutes(1), 256 << 20, caller, QueryGate.OPEN);
  }

  private static LocalQueryService service(TableSnapshot snapshot) {
    return new LocalQueryService(_ -> snapshot.retain(), EngineOptions.defaults().withWorkers(2));
  }

  @Test
  void answersAreThoseOfATableOfTheCallersRows() throws IOException {
    int different = 0;
    for (int t = 0; t < TABLES * SCALE; t++) {
      long seed = SEED + t * 1_000_003L;
      Random random = new Random(seed);
      GameTable all = GameTable.cubed(20 + random.nextInt(180), random).with(BY_SERVER);
      Set<Long> own = random.nextBoolean() ? Set.of(1L) : Set.of(2L, 7L);
      GameTable theirs = all.only(event -> owns(own, event));
      Caller caller = caller(own.stream().map(String::valueOf).toList(), "query:game");
      try (TableSnapshot whole = all.snapshot(1 + random.nextInt(3), random, folder);
          TableSnapshot part = theirs.snapshot(1 + random.nextInt(3), random, folder);
          LocalQueryService guarded = service(whole);
          LocalQueryService plain = service(part)) {
        RandomQueries queries = new RandomQueries(random);
        for (int q = 0; q < QUERIES; q++) {
          AggregateQuery query = queries.aggregate();
          String what = "-Dtest.seed=" + seed + " query " + q + ": " + query;
          AggregateResult expected = plain.aggregate(query, context(Caller.SYSTEM));
          AggregateResult actual = guarded.aggregate(query, context(caller));
          assertSame(cells(expected), cells(actual), what);
          AggregateResult unguarded = guarded.aggregate(query, context(Caller.SYSTEM));
          different += isSame(cells(unguarded), cells(actual)) ? 0 : 1;
          assertTellsNoVolumes(actual);
        }
      }
    }
    assertTrue(different > TABLES * QUERIES / 2, "only " + different + " answers were guarded");
  }

  private static boolean owns(Set<Long> own, GameTable.Event event) {
    return event.value("server") instanceof Long server && own.contains(server);
  }

  private static void assertTellsNoVolumes(AggregateResult result) {
    assertEquals(0, result.meta().rowsScanned());
    assertEquals(0, result.meta().bytesScanned());
    assertNull(result.meta().watermark());
    result.plan().parts().forEach(part -> assertEquals(0, part.rows()));
  }

  /// Tables that differ in rows of others alone, and by few of them, as between two looks.
  @Test
  void whatIsCountedDoesNotTellOfOthersRows() {
    GameTable few = GameTable.random(1_100, new Random(SEED)).with(BY_SERVER);
    GameTable more = GameTable.random(2_000, new Random(SEED)).with(BY_SERVER);
    Caller own = caller(List.of("1"), "query:game", "records:game");
    assertEquals(counted(few, own), counted(more, own));
    assertNotEquals(counted(few, Caller.SYSTEM), counted(more, Caller.SYSTEM));
    try (TableSnapshot snapshot = few.snapshot(2, new Random(SEED));
        LocalQueryService service = service(snapshot)) {
      for (int most : List.of(1, 1_099, 1_100, 1_500, 2_047)) {
        TytoException refused =
            assertThrows(TytoException.class, () -> count(service, own, rows(most)), "" + most);
        assertEquals(ErrorCode.SCAN_LIMIT_EXCEEDED, refused.code());
        assertFalse(
            String.valueOf(refused.getMessage()).contains("read 1,100"), refused.getMessage());
      }
      count(service, own, rows(2_048));
      count(service, Caller.SYSTEM, rows(1_100));
    }
  }

  /// What gates and accounts are told.
  private static List<Object> counted(GameTable table, Caller caller) {
    List<Object> told = new ArrayList<>();
    QueryGate gate =
        (context, estimate) -> {
          told.add(estimate);
          return new QueryGate.Pass() {
            @Override
            public void more(Estimate another) {
              told.add(another);
            }

            @Override
            public void leave(double cost) {
              told.add(cost);
            }
          };
        };
    QueryContext context = new QueryContext("q", Duration.ofMinutes(1), 256 << 20, caller, gate);
    try (TableSnapshot snapshot = table.snapshot(2, new Random(SEED));
        LocalQueryService service = service(snapshot)) {
      service.aggregate(everything(), context);
    }
    told.add(context.rowsScanned());
    return told;
  }

  private static AggregateQuery everything() {
    return AggregateQuery.totals(
        "game", null, List.of(new Measure.Column("server", Measure.Function.SUM)));
  }

  private static void count(LocalQueryService service, Caller caller, QueryBounds bounds) {
    service.aggregate(everything(), context(caller).within(bounds));
  }

  private static QueryBounds rows(long most) {
    return new QueryBounds(null, most, null);
  }

  @Test
  void whenOthersEventsCameIsNotTold() {
    GameTable table = GameTable.random(300, new Random(SEED)).with(BY_SERVER);
    QueryBounds fresh = new QueryBounds(null, null, Duration.ofDays(365_000));
    try (TableSnapshot snapshot = table.snapshot(2, new Random(SEED));
        LocalQueryService service = service(snapshot)) {
      TytoException refused =
          assertThrows(
              TytoException.class, () -> count(service, caller(List.of("1"), "query:game"), fresh));
      assertEquals(ErrorCode.FORBIDDEN, refused.code());
      count(service, caller(List.of(), "query:game", "rows:game"), fresh);
    }
  }

  @Test
  void whatIsKeptForOneIsNotAnsweredToAnother() {
    GameTable table = GameTable.random(300, new Random(SEED)).with(BY_SERVER);
    AggregateQuery count = AggregateQuery.totals("game", null, List.of(new Measure.Count()));
    try (TableSnapshot snapshot = table.snapshot(2, new Random(SEED));
        LocalQueryService service = service(snapshot)) {
      List<AggregateResult> answers = new ArrayList<>();
      for (Caller caller :
          List.of(
              Caller.SYSTEM,
              caller(List.of("1"), "query:game"),
              caller(List.of("2"), "query:game"),
              caller(List.of("1"), "query:game"),
              caller(List.of(), "query:game", "rows:game"))) {
        answers.add(service.aggregate(count, context(caller)));
      }
      assertEquals(300L, answers.get(0).measures().getFirst().value(0));
      assertEquals(
          table.only(event -> owns(Set.of(1L), event)).events().size(),
          ((Long) answers.get(1).measures().getFirst().value(0)).intValue());
      assertEquals(
          table.only(event -> owns(Set.of(2L), event)).events().size(),
          ((Long) answers.get(2).measures().getFirst().value(0)).intValue());
      assertEquals(cells(answers.get(1)), cells(answers.get(3)));
      assertEquals(QueryMeta.Cache.HIT, answers.get(3).meta().cache());
      assertEquals(QueryMeta.Cache.HIT, answers.get(4).meta().cache());
      assertEquals(300L, answers.get(4).measures().getFirst().value(0));
    }
  }

  @Test
  void recordsValuesAndInfoKnowOfNoOtherRows() throws IOException {
    Random random = new Random(SEED);
    GameTable all = GameTable.random(500, random).with(BY_SERVER);
    Set<Long> own = Set.of(7L, 40L);
    GameTable theirs = all.only(event -> owns(own, event));
    Caller caller = caller(List.of("7", "40"), "query:game", "records:game");
    try (TableSnapshot whole = all.snapshot(2, random, folder);
        TableSnapshot part = theirs.snapshot(2, random, folder);
        LocalQueryService guarded = service(whole);
        LocalQueryService plain = service(part)) {
      ValuesQuery values = new ValuesQuery("game", "country", null, TimeInterval.ALL_TIME, 100);
      assertEquals(
          plain.values(values, context(Caller.SYSTEM)), guarded.values(values, context(caller)));
      RecordsResult expected = plain.records(records(), context(Caller.SYSTEM));
      RecordsResult actual = guarded.records(records(), context(caller));
      assertEquals(expected.ids(), actual.ids());
      assertEquals(expected.ids(), streamed(guarded, caller));
      assertEquals((long) theirs.events().size(), actual.totalCount());
      CollectionInfo info = guarded.info("game", context(caller));
      assertEquals(theirs.events().size(), info.rowCount());
      assertEquals(plain.info("game", context(Caller.SYSTEM)).firstEvent(), info.firstEvent());
      assertEquals(plain.info("game", context(Caller.SYSTEM)).lastEvent(), info.lastEvent());
      info.columns().forEach(column -> assertNull(column.max()));
    }
  }

  private static List<String> streamed(LocalQueryService service, Caller caller) {
    List<String> ids = new ArrayList<>();
    try (RecordStream stream = service.stream(records(false), context(caller))) {
      for (RecordRows rows = stream.next(); rows != null; rows = stream.next()) {
        ids.addAll(rows.ids());
      }
    }
    return ids;
  }

  private static RecordsQuery records() {
    return records(true);
  }

  private static RecordsQuery records(boolean wantsTotal) {
    return new RecordsQuery(
        "game",
        TimeInterval.ALL_TIME,
        null,
        List.of(new RecordsQuery.Order("_received", Direction.ASC)),
        List.of("server", "country"),
        1_000,
        0,
        false,
        null,
        null,
        wantsTotal,
        "records");
  }

  @Test
  void whatNoScopeAllowsIsDenied() {
    GameTable table = GameTable.random(10, new Random(SEED)).with(BY_SERVER);
    try (TableSnapshot snapshot = table.snapshot(1, new Random(SEED));
        LocalQueryService service = service(snapshot)) {
      assertRefused(ErrorCode.FORBIDDEN, service, caller(List.of(), "records:game"));
      assertRefused(ErrorCode.FORBIDDEN, service, caller(List.of("no number"), "records:game"));
      assertRefused(ErrorCode.FORBIDDEN, service, caller(List.of("1"), "query:game"));
      assertRefused(ErrorCode.UNKNOWN_COLLECTION, service, caller(List.of("1"), "records:other"));
      assertRefused(ErrorCode.UNKNOWN_COLLECTION, service, caller(List.of("1"), "fields:pii"));
      Caller elsewhere = new Caller("k2", Caller.Kind.KEY, "test", "acme", Access.ALL, "default");
      assertRefused(ErrorCode.UNKNOWN_COLLECTION, service, elsewhere);
      Caller unrestricted = caller(List.of(), "records:game", "rows:game");
      assertEquals(10L, service.records(records(), context(unrestricted)).totalCount());
    }
  }

  private static void assertRefused(ErrorCode code, LocalQueryService service, Caller caller) {
    TytoException refusal =
        assertThrows(TytoException.class, () -> service.records(records(), context(caller)));
    assertEquals(code, refusal.code(), refusal.getMessage());
    TytoException ofStream =
        assertThrows(TytoException.class, () -> service.stream(records(false), context(caller)));
    assertEquals(code, ofStream.code(), ofStream.getMessage());
  }

  /// All that a caller is told but how it was found.
  private static List<Object> cells(AggregateResult result) {
    List<Object> all = new ArrayList<>();
    all.add(result.rowCount());
    all.add(result.groupCount());
    all.add(result.hasNextPage());
    all.add(result.ids());
    List.of(
            result.keys(),
            result.measures(),
            result.previous(),
            result.totals(),
            result.previousTotals(),
            result.others(),
            result.othersKeys(),
            result.othersMeasures())
        .forEach(columns -> columns.forEach(column -> all.add(values(column))));
    return all;
  }

  private static @Nullable List<@Nullable Object> values(@Nullable ResultColumn column) {
    if (column == null) {
      return null;
    }
    List<@Nullable Object> values = new ArrayList<>();
    for (int row = 0; row < column.size(); row++) {
      values.add(column.value(row));
    }
    return values;
  }

  private static void assertSame(Object expected, Object actual, String what) {
    if (!isSame(expected, actual)) {
      assertEquals(expected, actual, what);
    }
  }

  private static boolean isSame(@Nullable Object expected, @Nullable Object actual) {
    if (expected instanceof List<?> left && actual instanceof List<?> right) {
      for (int i = 0; i < left.size() && left.size() == right.size(); i++) {
        if (!isSame(left.get(i), right.get(i))) {
          return false;
        }
      }
      return left.size() == right.size();
    }
    if (expected instanceof Double left && actual instanceof Double right) {
      return left.equals(right) || Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left));
    }
    if (expected instanceof BigDecimal left && actual instanceof BigDecimal right) {
      return left.compareTo(right) == 0;
    }
    return expected == null ? actual == null : expected.equals(actual);
  }
}
