package io.tyto.engine.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.testkit.duckdb.DuckDb;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random cohorts against DuckDB's set operations: how many there are, and what a filter by them
/// leaves of either collection.
class CohortRandomTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int TABLES = 5;
  private static final int QUERIES = 10;
  private static final int DAYS = 12;

  @TempDir Path folder;

  /// @param sql a query for the ids of its users
  private record Asked(Cohort cohort, String sql) {}

  @Test
  void noAnswerDiffersFromTheOracles() throws Exception {
    System.out.printf("CohortRandomTest: seed %d%n", SEED);
    long entities = 0;
    for (int t = 0; t < TABLES * SCALE; t++) {
      long seed = SEED + t * 7_919L;
      Random random = new Random(seed);
      int users = 1 + random.nextInt(100);
      try (VisitTable table =
              new VisitTable(40 + random.nextInt(900), users, DAYS, random, folder);
          DuckDb oracle = table.oracle();
          LocalQueryService engine =
              new LocalQueryService(table, EngineOptions.defaults().withWorkers(2))) {
        for (int q = 0; q < QUERIES; q++) {
          entities += compare(engine, oracle, table, random, "seed " + seed + ", query " + q);
        }
      }
    }
    assertTrue(entities > 300, "hardly anybody was found: " + entities);
  }

  private static QueryContext context() {
    return new QueryContext("q", Duration.ofSeconds(60), 64 << 20);
  }

  private static long number(DuckDb oracle, String sql) throws Exception {
    return ((Number) Objects.requireNonNull(oracle.query(sql).getFirst().getFirst())).longValue();
  }

  private static long compare(
      LocalQueryService engine, DuckDb oracle, VisitTable table, Random random, String where)
      throws Exception {
    Asked asked = random(table, random, 3);
    String label = where + "\n" + asked;
    long entities = number(oracle, "select count(*) from (" + asked.sql() + ")");
    assertEquals(entities, engine.cohort(asked.cohort(), context()).entities(), label);
    String collection = random.nextBoolean() ? "visit" : "buy";
    boolean isIn = random.nextBoolean();
    Filter in = new Filter.InCohort(asked.cohort(), null);
    Filter filter = isIn ? in : new Filter.Not(in);
    String sql =
        "coll = '%s' and user_id is not null and user_id %s (%s)"
            .formatted(collection, isIn ? "in" : "not in", asked.sql());
    if (random.nextBoolean()) {
      filter =
          new Filter.Or(List.of(new Filter.Compare("country", Filter.Op.EQ, "de", false), filter));
      sql = "coll = '" + collection + "' and (country = 'de' or " + sql + ")";
    }
    long expected = number(oracle, "select count(*) from t where " + sql);
    assertEquals(expected, rows(engine, collection, filter), label + "\n" + sql);
    assertEquals(expected, records(engine, collection, filter), label + "\n" + sql);
    return entities;
  }

  private static long rows(LocalQueryService engine, String collection, Filter filter) {
    AggregateQuery query =
        new AggregateQuery(
            collection,
            TimeInterval.ALL_TIME,
            filter,
            List.of(),
            List.of(new Measure.Count()),
            null,
            List.of(),
            null,
            null,
            false,
            null,
            null,
            AggregateQuery.Wants.ROWS,
            1,
            0,
            null,
            "");
    return (Long)
        Objects.requireNonNull(engine.aggregate(query, context()).measures().getFirst().value(0));
  }

  private static long records(LocalQueryService engine, String collection, Filter filter) {
    RecordsQuery query =
        new RecordsQuery(
            collection,
            TimeInterval.ALL_TIME,
            filter,
            List.of(new RecordsQuery.Order("ts", Direction.DESC)),
            List.of("ts"),
            5,
            0,
            false,
            null,
            null,
            true,
            "");
    return Objects.requireNonNull(engine.records(query, context()).totalCount());
  }

  private static Asked random(VisitTable table, Random random, int depth) {
    int kind = depth == 0 ? 0 : random.nextInt(4);
    if (kind < 2) {
      Wanted wanted = Wanted.any(random);
      TimeInterval range = table.range(random);
      int atLeast = 1 + random.nextInt(3);
      return new Asked(
          new Cohort.Did(wanted.in(range), atLeast),
          "select user_id from t where user_id is not null and %s group by user_id having count(*) >= %d"
              .formatted(wanted.sqlIn(range, range.to()), atLeast));
    }
    List<Asked> parts = new ArrayList<>();
    for (int part = 0; part < 2; part++) {
      parts.add(random(table, random, depth - 1));
    }
    List<Cohort> cohorts = parts.stream().map(Asked::cohort).toList();
    String first = "(" + parts.getFirst().sql() + ")";
    String second = "(" + parts.getLast().sql() + ")";
    if (kind == 2) {
      return new Asked(new Cohort.Any(cohorts), first + " union " + second);
    }
    return random.nextBoolean()
        ? new Asked(new Cohort.All(cohorts, List.of()), first + " intersect " + second)
        : new Asked(
            new Cohort.All(cohorts.subList(0, 1), cohorts.subList(1, 2)),
            first + " except " + second);
  }

  @Test
  void limitsHold() throws Exception {
    Random random = new Random(SEED);
    try (VisitTable table = new VisitTable(500, 20, DAYS, random, folder);
        LocalQueryService engine =
            new LocalQueryService(table, EngineOptions.defaults().withWorkers(2))) {
      EventFilter all = new EventFilter("visit", TimeInterval.ALL_TIME, null);
      Cohort many =
          new Cohort.Any(Collections.nCopies(EventFilter.MAX_KINDS + 1, new Cohort.Did(all, 1)));
      assertEquals(
          ErrorCode.BAD_USER_INPUT,
          assertThrows(TytoException.class, () -> engine.cohort(many, context())).code());
      List<Filter> filters = new ArrayList<>();
      for (int atLeast = 1; atLeast <= 9; atLeast++) {
        filters.add(new Filter.InCohort(new Cohort.Did(all, atLeast), null));
      }
      assertEquals(
          ErrorCode.BAD_USER_INPUT,
          assertThrows(TytoException.class, () -> rows(engine, "buy", new Filter.And(filters)))
              .code());
      QueryContext poor = new QueryContext("q", Duration.ofSeconds(60), 1 << 10);
      assertEquals(
          ErrorCode.MEMORY_LIMIT_EXCEEDED,
          assertThrows(TytoException.class, () -> engine.cohort(new Cohort.Did(all, 1), poor))
              .code());
    }
  }
}
