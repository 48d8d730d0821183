package io.tyto.engine.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.SessionsResult;
import io.tyto.testkit.duckdb.DuckDb;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random questions about sessions against DuckDB.
class SessionsRandomTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int TABLES = 5;
  private static final int QUERIES = 10;
  private static final int DAYS = 12;
  private static final List<Double> QUANTILES = List.of(0.0, 0.5, 0.9, 1.0);

  @TempDir Path folder;

  @Test
  void noAnswerDiffersFromTheOracles() throws Exception {
    System.out.printf("SessionsRandomTest: seed %d%n", SEED);
    long sessions = 0;
    for (int t = 0; t < TABLES * SCALE; t++) {
      long seed = SEED + t * 7_919L;
      Random random = new Random(seed);
      int users = 1 + random.nextInt(60);
      try (VisitTable table =
              new VisitTable(40 + random.nextInt(900), users, DAYS, random, folder);
          DuckDb oracle = table.oracle();
          LocalQueryService engine =
              new LocalQueryService(table, EngineOptions.defaults().withWorkers(2))) {
        for (int q = 0; q < QUERIES; q++) {
          sessions += compare(engine, oracle, table, random, "seed " + seed + ", query " + q);
        }
      }
    }
    assertTrue(sessions > 1_000, "hardly anything was asked: " + sessions);
  }

  private static long compare(
      LocalQueryService engine, DuckDb oracle, VisitTable table, Random random, String where)
      throws Exception {
    List<Wanted> wanted = new ArrayList<>();
    for (int kind = 0; kind < 1 + random.nextInt(3); kind++) {
      wanted.add(Wanted.any(random));
    }
    TimeInterval range = table.range(random);
    List<EventFilter> events = wanted.stream().map(each -> each.in(range)).toList();
    SessionsQuery query =
        new SessionsQuery(
            events,
            Duration.ofMinutes(1 + random.nextInt(5_000)),
            random.nextBoolean()
                ? null
                : List.of(Granularity.DAY, Granularity.WEEK, Granularity.MONTH)
                    .get(random.nextInt(3)),
            ZoneId.of(random.nextBoolean() ? "Europe/Berlin" : "America/Sao_Paulo"),
            DayOfWeek.MONDAY,
            random.nextBoolean()
                ? null
                : new SessionsQuery.Breakdown(events.getLast().collection(), "country"),
            QUANTILES,
            10_000);
    SessionsResult found =
        engine.sessions(query, new QueryContext("q", Duration.ofSeconds(60), 64 << 20));
    String sessions = sessions(wanted, range, query);
    String label = where + "\n" + query + "\n" + sessions;
    List<List<@Nullable Object>> total = oracle.query(sessions + " select " + cells() + " from g");
    assertEquals(List.of(line(total.getFirst(), 0)), List.of(line(found.total())), label);
    List<String> groups = new ArrayList<>();
    for (SessionsResult.Group group : found.groups()) {
      String start = group.period() == null ? "-" : group.period().start().toLocalDate().toString();
      groups.add(start + " " + group.value() + " " + line(group.stats()));
    }
    List<String> expected = new ArrayList<>();
    if (query.granularity() != null || query.breakdown() != null) {
      String grouped =
          sessions
              + " select bucket, value, "
              + cells()
              + " from g group by bucket, value order by bucket, count(*) desc, value nulls last";
      for (List<@Nullable Object> row : oracle.query(grouped)) {
        expected.add(
            (row.getFirst() == null ? "-" : row.getFirst())
                + " "
                + row.get(1)
                + " "
                + line(row, 2));
      }
    }
    assertEquals(String.join("\n", expected), String.join("\n", groups), label);
    return found.total().sessions();
  }

  private static String line(SessionsResult.Stats stats) {
    StringBuilder line = new StringBuilder();
    line.append(stats.entities()).append(' ').append(stats.sessions()).append(' ');
    line.append(stats.events()).append(' ').append(number(stats.averageSeconds()));
    stats.quantileSeconds().forEach(seconds -> line.append(' ').append(number(seconds)));
    return line.toString();
  }

  private static String line(List<@Nullable Object> row, int from) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      Object cell = row.get(from + i);
      line.append(cell == null ? "0" : cell.toString()).append(' ');
    }
    for (int i = 3; i < 4 + QUANTILES.size(); i++) {
      Object cell = row.get(from + i);
      line.append(number(cell == null ? null : ((Number) cell).doubleValue() / 1e6)).append(' ');
    }
    return line.toString().strip();
  }

  private static String number(@Nullable Double value) {
    return value == null ? "null" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static String cells() {
    StringBuilder cells =
        new StringBuilder("count(distinct user_id), count(*), sum(n)::bigint, avg(len)");
    QUANTILES.forEach(q -> cells.append(", quantile_cont(len, ").append(q).append(")"));
    return cells.toString();
  }

  /// The sessions as `g`.
  private static String sessions(List<Wanted> wanted, TimeInterval range, SessionsQuery query) {
    List<String> bits = new ArrayList<>();
    for (int kind = 0; kind < wanted.size(); kind++) {
      bits.add(
          "case when %s then %d else 0 end"
              .formatted(wanted.get(kind).sqlIn(range, range.to()), 1 << kind));
    }
    SessionsQuery.Breakdown breakdown = query.breakdown();
    return """
    with e as (select *, (%1$s)::int as mask from t where user_id is not null),
    m as (
      select *, row_number() over w as pos,
        coalesce(epoch_us(ts) - epoch_us(lag(ts) over w) <= %2$d, false) as goes_on
      from e where mask > 0
      window w as (partition by user_id order by ts, mask & -mask, mask, seq)),
    s as (
      select *, sum(case when goes_on then 0 else 1 end)
        over (partition by user_id order by pos rows unbounded preceding) as number from m),
    g as (
      select user_id, number, count(*) as n, epoch_us(max(ts)) - epoch_us(min(ts)) as len,
        %3$s as bucket, %4$s as value
      from s group by user_id, number)
    """
        .formatted(
            String.join(" + ", bits),
            query.gap().toNanos() / 1_000,
            query.granularity() == null
                ? "null"
                : "date_trunc('%s', %s)::date::varchar"
                    .formatted(
                        query.granularity().name().toLowerCase(Locale.ROOT),
                        RetentionRandomTest.local("min(ts)", query.zone())),
            breakdown == null
                ? "null"
                : "first(case when coll = '%s' then country end order by pos)"
                    .formatted(breakdown.collection()));
  }
}
