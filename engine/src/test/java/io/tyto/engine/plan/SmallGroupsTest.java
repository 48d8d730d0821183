package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.AggregateQuery.Order;
import io.tyto.model.query.AggregateQuery.Wants;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.CountedValue;
import io.tyto.model.schema.EventConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/// Callers who may not read rows are told of groups that enough stand behind, and can take no
/// difference that tells of fewer.
@NullUnmarked // null is a value here like any other
final class SmallGroupsTest {
  private static final long SEED = Long.getLong("test.seed", 4_711L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int TABLES = 20;
  private static final int QUERIES = 20;
  private static final int LEAST = 4;
  private static final EventConfig.Policy OF_FOUR =
      new EventConfig.Policy("default", "game", Map.of(), Map.of(), LEAST);
  private static final Measure ROWS = new Measure.Count();
  private static final Measure DEVICES =
      new Measure.Column("device", Measure.Function.COUNT_DISTINCT_EXACT);
  private static final Caller ANALYST = caller("query:game");
  private static final Caller READER = caller("query:game", "records:game");

  private static Caller caller(String... scopes) {
    Access access = Access.of(Arrays.stream(scopes).map(Scope::parse).toList(), Map.of());
    return new Caller("k", Caller.Kind.KEY, "test", "default", access, "default");
  }

  private static QueryContext context(Caller caller) {
    return new QueryContext("q", Duration.ofMinutes(1), 256 << 20, caller, QueryGate.OPEN);
  }

  private static LocalQueryService service(TableSnapshot snapshot) {
    return new LocalQueryService(_ -> snapshot.retain(), EngineOptions.defaults().withWorkers(2));
  }

  private static AggregateQuery query(
      List<GroupKey> keys, List<Measure> measures, Filter where, Having having, boolean totals) {
    return new AggregateQuery(
        "game",
        TimeInterval.ALL_TIME,
        where,
        keys,
        measures,
        having,
        List.of(new Order.ByMeasure(ROWS, Direction.DESC, AggregateQuery.Basis.CURRENT)),
        null,
        null,
        false,
        null,
        null,
        new Wants(totals, false, false, true, false),
        10_000,
        0,
        null,
        "small");
  }

  private static AggregateQuery by(String... columns) {
    List<GroupKey> keys = new ArrayList<>();
    for (String column : columns) {
      keys.add(new GroupKey.Dimension(column));
    }
    return query(keys, List.of(ROWS), null, null, false);
  }

  /// Key -> rows.
  private static Map<List<Object>, Long> rows(AggregateResult result) {
    Map<List<Object>, Long> rows = new HashMap<>();
    for (int row = 0; row < result.rowCount(); row++) {
      List<Object> key = new ArrayList<>();
      for (int i = 0; i < result.keys().size(); i++) {
        key.add(result.keys().get(i).value(row));
      }
      rows.put(key, ((Number) result.measures().getFirst().value(row)).longValue());
    }
    return rows;
  }

  private static List<Object> tuple(List<Object> key, int subset) {
    List<Object> tuple = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      if ((subset >>> i & 1) != 0) {
        tuple.add(key.get(i));
      }
    }
    return tuple;
  }

  @Test
  void noGroupAndNoDifferenceOfSumsIsThatOfFew() {
    int hidden = 0;
    for (int t = 0; t < TABLES * SCALE; t++) {
      long seed = SEED + t * 1_000_003L;
      Random random = new Random(seed);
      GameTable table = GameTable.random(20 + random.nextInt(200), random).with(OF_FOUR);
      try (TableSnapshot snapshot = table.snapshot(1 + random.nextInt(3), random);
          LocalQueryService queries = service(snapshot)) {
        for (int q = 0; q < QUERIES; q++) {
          List<String> columns = new ArrayList<>(List.of("country", "server", "ok", "day"));
          java.util.Collections.shuffle(columns, random);
          String[] keys = columns.subList(0, 1 + random.nextInt(3)).toArray(String[]::new);
          String what = "-Dtest.seed=" + seed + " query " + q + " by " + List.of(keys);
          // First as who may be told all: what is kept of it is not for others.
          Map<List<Object>, Long> all = rows(queries.aggregate(by(keys), context(READER)));
          AggregateResult answer = queries.aggregate(by(keys), context(ANALYST));
          Map<List<Object>, Long> told = rows(answer);
          assertEquals(told.size(), answer.groupCount(), what);
          hidden += all.size() - told.size();
          assertTellsOfMany(all, told, keys.length, what);
        }
      }
    }
    assertTrue(hidden > TABLES * QUERIES, "only " + hidden + " groups were left out");
  }

  private static void assertTellsOfMany(
      Map<List<Object>, Long> all, Map<List<Object>, Long> told, int keys, String what) {
    told.forEach((key, count) -> {
      assertTrue(count >= LEAST, what);
      assertEquals(all.get(key), count, what);
    });
    for (int subset = 0; subset < (1 << keys) - 1; subset++) {
      Map<List<Object>, Long> missing = new HashMap<>();
      Map<List<Object>, Boolean> isAnyTold = new HashMap<>();
      int of = subset;
      all.forEach((key, count) -> {
        missing.merge(tuple(key, of), told.containsKey(key) ? 0 : count, Long::sum);
        isAnyTold.merge(tuple(key, of), told.containsKey(key), Boolean::logicalOr);
      });
      missing.forEach((tuple, count) ->
          assertTrue(count == 0 || count >= LEAST || !isAnyTold.get(tuple), what + " " + tuple));
    }
  }

  @Test
  void entitiesCountWhereThereAreAny() {
    GameTable table =
        new GameTable()
            .with(config ->
                config.policy(OF_FOUR).entity(new EventConfig.Entity("device", "device")));
    for (int i = 0; i < 60; i++) {
      // Many rows of two devices in one country, few of many in another.
      String country = i < 40 ? "fr" : "de";
      long device = i < 40 ? i % 2 : i;
      table.add(
          Map.of(
              "ts", GameTable.START, "country", country, "device", new java.util.UUID(1, device)));
    }
    try (TableSnapshot snapshot = table.snapshot(1, new Random(SEED));
        LocalQueryService queries = service(snapshot)) {
      assertEquals(2, queries.aggregate(by("country"), context(READER)).rowCount());
      // The other one goes too: it and the total would tell of the two.
      assertEquals(0, queries.aggregate(by("country"), context(ANALYST)).rowCount());
      AggregateQuery total = query(List.of(), List.of(ROWS), null, null, true);
      assertEquals(60L, queries.aggregate(total, context(ANALYST)).totals().getFirst().value(0));
      Filter french = new Filter.Compare("country", Filter.Op.EQ, "fr", false);
      for (boolean totals : new boolean[] {true, false}) {
        assertRefused(queries, query(List.of(), List.of(ROWS), french, null, totals));
      }
      ValuesQuery values = new ValuesQuery("game", "country", null, TimeInterval.ALL_TIME, 10);
      assertEquals(List.of(), queries.values(values, context(ANALYST)));
      assertEquals(2, queries.values(values, context(READER)).size());
      assertRefused(
          queries,
          query(
              List.of(),
              List.of(ROWS),
              new Filter.Compare("device", Filter.Op.NE, new java.util.UUID(1, 0), false),
              null,
              true));
    }
  }

  @Test
  void whatNoGroupStandsBehindIsRefused() {
    GameTable table = GameTable.random(400, new Random(SEED)).with(OF_FOUR);
    Filter cheap = new Filter.Compare("server", Filter.Op.EQ, 1L, false);
    List<Measure> refused =
        List.of(
            new Measure.Column("server", Measure.Function.MIN),
            new Measure.Column("server", Measure.Function.MAX),
            new Measure.Column("server", Measure.Function.FIRST),
            new Measure.Column("server", Measure.Function.LAST),
            new Measure.Top("server", 3),
            new Measure.Only(ROWS, cheap),
            new Measure.Expr(ROWS, cheap, null, null),
            new Measure.Expr(ROWS, null, new Measure.Only(ROWS, cheap), null),
            new Measure.Quantiles(
                "server", List.of(0.5, 1.0), false, Measure.QuantileMethod.LINEAR));
    try (TableSnapshot snapshot = table.snapshot(2, new Random(SEED));
        LocalQueryService queries = service(snapshot)) {
      List<GroupKey> keys = List.of(new GroupKey.Dimension("country"));
      for (Measure measure : refused) {
        assertRefused(queries, query(keys, List.of(measure), null, null, false));
        Having having = new Having.Not(new Having.IsNull(measure));
        assertRefused(queries, query(keys, List.of(ROWS), null, having, false));
        queries.aggregate(query(keys, List.of(measure), null, null, false), context(READER));
      }
      assertRefused(queries, by("country", "server", "ok", "day", "host"));
      Having few = new Having.Compare(DEVICES, Filter.Op.LT, LEAST);
      AggregateResult small =
          queries.aggregate(query(keys, List.of(ROWS), null, few, false), context(ANALYST));
      rows(small).values().forEach(count -> assertTrue(count >= LEAST));
      assertEquals(0, queries.info("game", context(ANALYST)).rowCount());
      assertTrue(queries.info("game", context(READER)).rowCount() > 0);
      for (CountedValue value :
          queries.values(
              new ValuesQuery("game", "host", null, TimeInterval.ALL_TIME, 100),
              context(ANALYST))) {
        assertTrue(value.count() >= LEAST);
      }
    }
  }

  private static void assertRefused(LocalQueryService queries, AggregateQuery query) {
    TytoException refused =
        assertThrows(
            TytoException.class, () -> queries.aggregate(query, context(ANALYST)), query::toString);
    assertEquals(ErrorCode.FORBIDDEN, refused.code(), refused.getMessage());
    assertTrue(refused.getMessage().contains("records:game"), refused.getMessage());
  }
}
