package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.BinKey;
import io.tyto.model.result.ResultColumn;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Thousands of random queries against the row-at-a-time reference, over random splits of the same
/// rows into segments and tails.
@NullUnmarked // null is a value here like any other
class AggregateRandomTest {
  private static final long SEED = Long.getLong("test.seed", 4_711L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int TABLES = 15;
  private static final int SPLITS_PER_TABLE = 4;
  private static final int QUERIES_PER_SPLIT = 35;

  /// One of so many queries is asked of several nodes as well.
  private static final int SHARED_EVERY = 3;

  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(2);

  private static final AtomicInteger SERVED_BY_CUBES = new AtomicInteger();

  @AfterAll
  static void stopWorkers() {
    WORKERS.shutdownNow();
  }

  @Test
  void agreesWithTheReference(@TempDir Path folder) throws IOException {
    check(GameTable::random, folder);
  }

  @Test
  void agreesWhereSomeRowsAreOlderThanTheTypesOfTheirColumns(@TempDir Path folder)
      throws IOException {
    check(GameTable::evolved, folder);
  }

  @Test
  void agreesWhereSegmentsKeepCells(@TempDir Path folder) throws IOException {
    SERVED_BY_CUBES.set(0);
    check(GameTable::cubed, folder);
    assertTrue(SERVED_BY_CUBES.get() > 20 * SCALE, SERVED_BY_CUBES + " answers from cubes");
  }

  private static void check(BiFunction<Integer, Random, GameTable> tables, Path folder)
      throws IOException {
    for (int t = 0; t < TABLES * SCALE; t++) {
      long seed = SEED + t * 1_000_003L;
      Random random = new Random(seed);
      int rows = random.nextInt(10) == 0 ? 0 : 20 + random.nextInt(180);
      GameTable table = tables.apply(rows, random);
      for (int split = 0; split < SPLITS_PER_TABLE; split++) {
        try (TableSnapshot snapshot = table.snapshot(1 + random.nextInt(4), random, folder)) {
          check(table, snapshot, random, "-Dtest.seed=" + seed + " split " + split);
        }
      }
    }
  }

  private static void check(GameTable table, TableSnapshot snapshot, Random random, String where) {
    RandomQueries queries = new RandomQueries(random);
    for (int q = 0; q < QUERIES_PER_SPLIT; q++) {
      AggregateQuery query = queries.aggregate();
      try {
        check(table, query, snapshot, random.nextLong());
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(where + " query " + q + ": " + query, e);
      }
    }
  }

  private static void check(
      GameTable table, AggregateQuery query, TableSnapshot snapshot, long hashSeed) {
    ReferenceEngine.Answer expected = ReferenceEngine.answer(table, query);
    AggregateResult actual = run(query, snapshot, hashSeed);
    SERVED_BY_CUBES.addAndGet(actual.plan().cube() == null ? 0 : 1);
    check(table, query, expected, actual);
    if (hashSeed % SHARED_EVERY != 0) {
      return;
    }
    try {
      check(table, query, expected, runShared(query, snapshot, hashSeed));
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("on several nodes", e);
    }
  }

  private static void check(
      GameTable table,
      AggregateQuery query,
      ReferenceEngine.Answer expected,
      AggregateResult actual) {
    assertEquals(expected.groupCount(), actual.groupCount(), "groups");
    assertEquals(expected.hasNextPage(), actual.hasNextPage(), "hasNextPage");
    assertEquals(expected.rows().size(), actual.rowCount(), "rows");
    for (int row = 0; row < expected.rows().size(); row++) {
      ReferenceEngine.Row wanted = expected.rows().get(row);
      String what = "row " + row + " " + wanted.key();
      for (int k = 0; k < query.groupBy().size(); k++) {
        Object key = shown(table, query, k, wanted.key().get(k));
        assertSame(key, actual.keys().get(k).value(row), what + " key " + k);
      }
      assertSame(wanted.values(), row(actual.measures(), row), what);
      if (query.compareTo() != null) {
        assertSame(wanted.previousValues(), row(actual.previous(), row), what + " previous");
      }
    }
    if (query.wants().totals()) {
      assertSame(expected.totals(), row(actual.totals(), 0), "totals");
    }
    if (query.others()) {
      assertSame(expected.others(), row(actual.others(), 0), "others");
    }
    if (query.wants().othersRows()) {
      assertEquals(expected.othersRows().size(), actual.othersRowCount(), "rows of others");
      for (int row = 0; row < actual.othersRowCount(); row++) {
        assertSame(
            expected.othersRows().get(row).values(),
            row(actual.othersMeasures(), row),
            "others row " + row);
      }
    }
  }

  private static AggregateResult run(AggregateQuery query, TableSnapshot snapshot, long seed) {
    ScanContext context = context(seed);
    return run(query, GroupSource.of(snapshot, context), context);
  }

  private static AggregateResult runShared(
      AggregateQuery query, TableSnapshot snapshot, long seed) {
    ScanContext context = context(seed);
    Random random = new Random(seed);
    Fleet fleet = new Fleet(snapshot, 1 + random.nextInt(3), random);
    return run(query, GroupSource.of(fleet.shared(), context), context);
  }

  private static ScanContext context(long seed) {
    QueryContext context = new QueryContext("test", Duration.ofMinutes(1), 1L << 30);
    return new ScanContext(context, WORKERS, 2, seed);
  }

  private static AggregateResult run(
      AggregateQuery query, GroupSource source, ScanContext context) {
    return AggregateRunner.run(query, null, source, new PlanLimits(1_000_000, 10_000_000), context);
  }

  private static @Nullable Object shown(
      GameTable table, AggregateQuery query, int position, @Nullable Object key) {
    if (key == null) {
      return null;
    }
    return switch (query.groupBy().get(position)) {
      case GroupKey.Dimension _ -> key;
      case GroupKey.TimeBucket _ ->
          ReferenceEngine.axis(table, query, position).bucket((Integer) key);
      case GroupKey.Bins(_, Double width, var edges) -> {
        int number = ((Long) key).intValue();
        yield width != null
            ? new BinKey((long) key * width, ((long) key + 1) * width)
            : new BinKey(
                number == 0 ? null : edges.get(number - 1),
                number == edges.size() ? null : edges.get(number));
      }
    };
  }

  private static List<@Nullable Object> row(List<ResultColumn> columns, int row) {
    List<@Nullable Object> values = new ArrayList<>();
    columns.forEach(column -> values.add(column.value(row)));
    return values;
  }

  private static void assertSame(@Nullable Object expected, @Nullable Object actual, String what) {
    if (!isSame(expected, actual)) {
      throw new AssertionError(what + ": expected " + expected + " but got " + actual);
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
