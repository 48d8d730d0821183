package io.tyto.engine.behaviour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.FunnelResult;
import io.tyto.testkit.duckdb.DuckDb;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random funnels against DuckDB, which walks every attempt of every user event by event.
class FunnelRandomTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int TABLES = 6;
  private static final int QUERIES = 12;
  private static final int DAYS = 10;

  @TempDir Path folder;

  @Test
  void noAnswerDiffersFromTheOracles() throws Exception {
    System.out.printf("FunnelRandomTest: seed %d%n", SEED);
    long entities = 0;
    for (int t = 0; t < TABLES * SCALE; t++) {
      long seed = SEED + t * 7_919L;
      Random random = new Random(seed);
      int users = 1 + random.nextInt(120);
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
    assertTrue(entities > 1_000, "hardly anything was asked: " + entities);
  }

  private static long compare(
      LocalQueryService engine, DuckDb oracle, VisitTable table, Random random, String where)
      throws Exception {
    List<Wanted> wanted = new ArrayList<>();
    for (int step = 0; step < 1 + random.nextInt(4); step++) {
      wanted.add(Wanted.any(random));
    }
    TimeInterval range = table.range(random);
    Duration window = Duration.ofMinutes(1 + random.nextInt(random.nextBoolean() ? 600 : 20_000));
    boolean isStrict = random.nextBoolean();
    boolean byCountry = random.nextBoolean();
    FunnelQuery query =
        new FunnelQuery(
            wanted.stream().map(step -> step.in(range)).toList(),
            window,
            isStrict,
            byCountry ? "country" : null,
            100,
            true);
    FunnelResult found =
        engine.funnel(query, new QueryContext("q", Duration.ofSeconds(60), 64 << 20));
    String sql = sql(wanted, range, window, isStrict, byCountry);
    // Where an event may be of two steps, a strict attempt can reach a step twice.
    boolean hasMedians = !isStrict || wanted.size() < 3;
    List<List<@Nullable Object>> rows = oracle.query(sql);
    assertEquals(
        expected(rows, wanted.size(), byCountry, hasMedians),
        text(found, byCountry, hasMedians),
        where + "\n" + query + "\n" + sql);
    return found.steps().getFirst().entities();
  }

  private static String text(FunnelResult found, boolean byCountry, boolean hasMedians) {
    List<String> lines = new ArrayList<>();
    if (byCountry) {
      long entities = 0;
      for (FunnelResult.Group group : found.groups()) {
        lines.add(group.value() + " " + steps(group.steps(), hasMedians));
        entities += group.steps().getFirst().entities();
      }
      assertEquals(entities, found.steps().getFirst().entities());
      assertEquals(lines.size(), found.groupCount());
    } else {
      lines.add(steps(found.steps(), hasMedians));
    }
    return String.join("\n", lines);
  }

  private static String steps(List<FunnelResult.Step> steps, boolean hasMedians) {
    StringBuilder text = new StringBuilder();
    for (FunnelResult.Step step : steps) {
      text.append(step.entities()).append(' ');
      text.append(hasMedians ? step.medianSeconds() : "").append("; ");
    }
    return text.toString();
  }

  private static String expected(
      List<List<@Nullable Object>> rows, int steps, boolean byCountry, boolean hasMedians) {
    List<String> lines = new ArrayList<>();
    for (List<@Nullable Object> row : rows) {
      StringBuilder text = new StringBuilder(byCountry ? row.getFirst() + " " : "");
      for (int step = 0; step < steps; step++) {
        text.append(row.get(1 + 2 * step)).append(' ');
        Object median = row.get(2 + 2 * step);
        text.append(
                !hasMedians ? "" : median == null ? "null" : ((Number) median).doubleValue() / 1e6)
            .append("; ");
      }
      lines.add(text.toString());
    }
    if (rows.isEmpty() && !byCountry) {
      lines.add((hasMedians ? "0 null; " : "0 ; ").repeat(steps));
    }
    return String.join("\n", lines);
  }

  /// Every attempt is a walk from event to event that takes or leaves each.
  private static String sql(
      List<Wanted> wanted,
      TimeInterval range,
      Duration window,
      boolean isStrict,
      boolean byCountry) {
    List<String> bits = new ArrayList<>();
    for (int step = 0; step < wanted.size(); step++) {
      Instant to = range.to() == null || step == 0 ? range.to() : range.to().plus(window);
      bits.add(
          "case when %s then %d else 0 end"
              .formatted(wanted.get(step).sqlIn(range, to), 1 << step));
    }
    String inWindow = "epoch_us(n.ts) - epoch_us(w.started) <= " + window.toNanos() / 1_000;
    StringBuilder sql =
        new StringBuilder(
            """
            with recursive e as (
              select *, (%s)::int as mask from t where user_id is not null),
            m as (
              select *, row_number() over (
                  partition by user_id order by ts, mask & -mask, mask, seq) as pos
              from e where mask > 0),
            w(user_id, pos, level, start, started) as (
              select user_id, pos, 1, pos, ts from m where mask & 1 = 1
              union
              select w.user_id, n.pos, w.level + takes, w.start, w.started
              from w join m n on n.user_id = w.user_id and n.pos = w.pos + 1
                cross join (values (0), (1)) c(takes)
              where (takes = 1 and (n.mask >> w.level) & 1 = 1 and %s)
                or (takes = 0 and %s)),
            first_there as (
              select user_id, start, level, min(pos) as pos from w group by all),
            a0 as (
              select user_id, level as depth, start as p0 from first_there
              qualify row_number() over (
                partition by user_id order by level desc, pos, start desc) = 1),
            """
                .formatted(
                    String.join(" + ", bits),
                    inWindow,
                    isStrict ? "(n.mask >> (w.level - 1)) & 1 = 1" : "true"));
    for (int step = 1; step < wanted.size(); step++) {
      sql.append(
          "a%1$d as (select a.*, (select min(n.pos) from m n where n.user_id = a.user_id and n.pos > a.p%2$d and (n.mask >> %1$d) & 1 = 1) as p%1$d from a%2$d a),\n"
              .formatted(step, step - 1));
    }
    int last = wanted.size() - 1;
    List<String> cells = new ArrayList<>();
    for (int step = 0; step < wanted.size(); step++) {
      cells.add("count(*) filter (depth > " + step + ")");
      cells.add(
          step == 0
              ? "null"
              : "median(epoch_us(t%d) - epoch_us(t%d)) filter (depth > %d)"
                  .formatted(step, step - 1, step));
    }
    List<String> times = new ArrayList<>();
    for (int step = 0; step < wanted.size(); step++) {
      times.add(
          "(select ts from m where m.user_id = a.user_id and m.pos = a.p%1$d) as t%1$d"
              .formatted(step));
    }
    sql.append(
        """
        k as (
          select a.*, %s, (select country from m where m.user_id = a.user_id and m.pos = a.p0) as country
          from a%d a)
        select %s, %s from k %s
        """
            .formatted(
                String.join(", ", times),
                last,
                byCountry ? "country" : "0",
                String.join(", ", cells),
                byCountry
                    ? "group by country order by count(*) desc, country nulls last"
                    : "having count(*) > 0"));
    return Objects.requireNonNull(sql.toString());
  }
}
