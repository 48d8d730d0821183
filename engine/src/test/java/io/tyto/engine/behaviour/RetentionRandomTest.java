package io.tyto.engine.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.RetentionResult;
import io.tyto.testkit.duckdb.DuckDb;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random retention grids against DuckDB, over weeks in which Berlin and Sao Paulo change their
/// clocks, the latter at midnight.
class RetentionRandomTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int TABLES = 5;
  private static final int QUERIES = 10;
  private static final int DAYS = 50;
  private static final List<String> ZONES =
      List.of("UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe");

  @TempDir Path folder;

  @Test
  void noAnswerDiffersFromTheOracles() throws Exception {
    System.out.printf("RetentionRandomTest: seed %d%n", SEED);
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
    assertTrue(entities > 500, "hardly anything was asked: " + entities);
  }

  private static long compare(
      LocalQueryService engine, DuckDb oracle, VisitTable table, Random random, String where)
      throws Exception {
    Wanted first = Wanted.any(random);
    Wanted returning = Wanted.any(random);
    TimeInterval range = table.range(random);
    Granularity granularity =
        List.of(Granularity.DAY, Granularity.WEEK, Granularity.MONTH).get(random.nextInt(3));
    ZoneId zone = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
    int periods = random.nextInt(8);
    RetentionQuery query =
        new RetentionQuery(
            first.in(range), returning.in(range), granularity, zone, DayOfWeek.MONDAY, periods);
    RetentionResult found =
        engine.retention(query, new QueryContext("q", Duration.ofSeconds(60), 64 << 20));
    String sql = sql(first, returning, range, granularity, zone, periods);
    TreeMap<String, String> expected = new TreeMap<>();
    for (List<@Nullable Object> row : oracle.query(sql)) {
      expected.put(String.valueOf(row.getFirst()), row.subList(1, row.size()).toString());
    }
    TreeMap<String, String> actual = new TreeMap<>();
    long entities = 0;
    for (RetentionResult.Cohort cohort : found.cohorts()) {
      assertEquals(periods + 1, cohort.returned().size());
      if (cohort.entities() > 0) {
        actual.put(
            cohort.period().start().toLocalDate().toString(),
            "[" + cohort.entities() + ", " + cohort.returned().toString().substring(1));
        entities += cohort.entities();
      }
    }
    assertEquals(expected, actual, where + "\n" + query + "\n" + sql);
    return entities;
  }

  private static String sql(
      Wanted first,
      Wanted returning,
      TimeInterval range,
      Granularity granularity,
      ZoneId zone,
      int periods) {
    String unit = granularity.name().toLowerCase(java.util.Locale.ROOT);
    StringBuilder cells = new StringBuilder();
    for (int period = 0; period <= periods; period++) {
      cells.append(", count(distinct user_id) filter (period = " + period + ")");
    }
    return """
    with f as (
      select user_id, min(ts) as began, date_trunc('%1$s', %2$s) as cohort
      from t where user_id is not null and %3$s group by user_id),
    r as (
      select f.*, case when t.ts > began
          then date_diff('%1$s', cohort, date_trunc('%1$s', %4$s)) end as period
      from f left join t on t.user_id = f.user_id and %5$s)
    select cohort::date::varchar, count(distinct user_id)%6$s from r group by cohort
    """
        .formatted(
            unit,
            local("min(ts)", zone),
            first.sqlIn(range, range.to()),
            local("t.ts", zone),
            returning.sqlIn(TimeInterval.ALL_TIME, null),
            cells);
  }

  static String local(String time, ZoneId zone) {
    return "((" + time + ")::timestamptz at time zone '" + zone + "')";
  }
}
