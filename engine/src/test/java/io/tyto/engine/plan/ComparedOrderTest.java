package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.model.query.AggregateQuery.Basis;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import io.tyto.testkit.duckdb.DuckDb;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Orders by what a compared period has, against DuckDB: with groups of one period only, sums that
/// are null or zero, and many that are equal.
class ComparedOrderTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_123L);
  private static final int TABLES = 12;
  private static final int SERVERS = 40;

  private final Random random = new Random(SEED);

  @Test
  void everyBasisBothWays() throws SQLException {
    for (int table = 0; table < TABLES; table++) {
      GameTable events = new GameTable();
      int rows = random.nextInt(1, 300);
      for (int i = 0; i < rows; i++) {
        events.add(event());
      }
      try (DuckDb duckDb =
              new DuckDb(
                  events.schema(), events.events().stream().map(GameTable.Event::values).toList());
          LocalQueryService service =
              new LocalQueryService(
                  _ -> events.snapshot(2, random), EngineOptions.defaults().withWorkers(2))) {
        for (Basis basis : Basis.values()) {
          for (Direction direction : Direction.values()) {
            assertEquals(
                expected(duckDb, basis, direction),
                answer(service, basis, direction),
                "seed %d, table %d, %s %s".formatted(SEED, table, basis, direction));
          }
        }
      }
    }
  }

  /// Of two weeks; small sums, so that many are equal, some zero and some of nothing.
  private Map<String, Object> event() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(
        "ts", Instant.parse("2026-03-01T00:00:00Z").plusSeconds(random.nextInt(14 * 86_400)));
    values.put("server", (long) random.nextInt(SERVERS));
    if (random.nextInt(4) > 0) {
      values.put("amount", BigDecimal.valueOf(random.nextInt(-2, 3)).setScale(2));
    }
    return values;
  }

  private static List<String> answer(LocalQueryService service, Basis basis, Direction direction) {
    Measure sum = new Measure.Column("amount", Function.SUM);
    AggregateResult result =
        service.aggregate(
            Query.of(sum)
                .range(Query.march(8, 15))
                .compareTo(Query.march(1, 8), Query.days(7))
                .by("server")
                .orderBy(sum, direction, basis)
                .build(),
            new QueryContext("q", Duration.ofSeconds(30), 64 << 20));
    List<String> servers = new ArrayList<>();
    for (int row = 0; row < result.rowCount(); row++) {
      servers.add(String.valueOf(result.keys().getFirst().value(row)));
    }
    return servers;
  }

  private static List<String> expected(DuckDb duckDb, Basis basis, Direction direction)
      throws SQLException {
    String by =
        switch (basis) {
          case CURRENT -> "now";
          case PREVIOUS -> "before";
          case DELTA -> "now - before";
          case DELTA_PCT -> "case when before = 0 then null else (now - before) / abs(before) end";
        };
    String order =
        (direction.descending() ? "desc" : "asc")
            + (direction.nullsFirst() ? " nulls first" : " nulls last");
    return duckDb
        .query(
            """
            with a as (select server, sum(amount)::double as now from t where ts >= '2026-03-08' and ts < '2026-03-15' group by server),
              b as (select server, sum(amount)::double as before from t where ts >= '2026-03-01' and ts < '2026-03-08' group by server)
            select coalesce(a.server, b.server) as server from a full join b on a.server = b.server
            order by %s %s, 1 limit 100
            """
                .formatted(by, order))
        .stream()
        .map(row -> String.valueOf(row.getFirst()))
        .toList();
  }
}
