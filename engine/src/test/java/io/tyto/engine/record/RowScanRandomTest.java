package io.tyto.engine.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.engine.record.RowScan.RowPosition;
import io.tyto.engine.scan.NaiveFilter;
import io.tyto.engine.scan.NaiveMeasures;
import io.tyto.engine.scan.RandomFilters;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.TestTable;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Random record scans against a sort of all rows.
class RowScanRandomTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int ROUNDS = 30 * Integer.getInteger("test.scale", 1);
  private static final int QUERIES = 20;
  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(3);

  @AfterAll
  static void stop() {
    WORKERS.shutdown();
  }

  @Test
  void agreesWithASortOfAllRows() {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = SEED + round;
      RandomGenerator random = new Random(seed);
      int rows = round % 10 == 9 ? 6000 : 1 + random.nextInt(300);
      TestTable table = new TestTable(random, rows, 1 + random.nextInt(4));
      for (int query = 0; query < QUERIES; query++) {
        RowScan.Spec spec = spec(table, random);
        try {
          check(table, spec, 1 + random.nextInt(4));
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("round seed %d, query %d: %s".formatted(seed, query, spec), e);
        }
      }
    }
  }

  @Test
  void stopsWhenCancelled() {
    TestTable table = new TestTable(new Random(SEED), 500, 2);
    QueryContext query = new QueryContext("test", Duration.ofMinutes(1), 1 << 30);
    query.cancel();
    RowScan.Spec spec = spec(table, new Random(SEED));
    TytoException thrown =
        assertThrows(
            TytoException.class,
            () -> RowScan.run(spec, table.sources, new ScanContext(query, WORKERS, 2, 1)));
    assertEquals(ErrorCode.CANCELLED, thrown.code());
  }

  @Test
  void aDeepOffsetDiesByItsMemoryBudget() {
    TestTable table = new TestTable(new Random(SEED), 6000, 2);
    RowScan.Spec deep =
        new RowScan.Spec(
            table.schema,
            TimeInterval.ALL_TIME,
            null,
            List.of(),
            List.of(),
            false,
            null,
            5000,
            10,
            false);
    QueryContext query = new QueryContext("test", Duration.ofMinutes(1), 1 << 16);
    TytoException thrown =
        assertThrows(
            TytoException.class,
            () -> RowScan.run(deep, table.sources, new ScanContext(query, WORKERS, 2, 1)));
    assertEquals(ErrorCode.MEMORY_LIMIT_EXCEEDED, thrown.code());
  }

  private static RowScan.Spec spec(TestTable table, RandomGenerator random) {
    RandomFilters filters = new RandomFilters(table, random);
    List<RecordsQuery.Order> orders = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      ColumnSpec column = table.columns.get(random.nextInt(table.columns.size()));
      if (!column.type().isList() && !column.type().equals(ColumnType.JSON)) {
        Direction direction = Direction.values()[random.nextInt(4)];
        orders.add(new RecordsQuery.Order(column.name(), direction));
      }
    }
    RowPosition anchor = null;
    if (random.nextInt(3) == 0) {
      int[] place = table.places.get(random.nextInt(table.places.size()));
      anchor = new RowPosition(place[0], place[1]);
    }
    List<String> columns = table.columns.stream().map(ColumnSpec::name).toList();
    return new RowScan.Spec(
        table.schema,
        filters.range(),
        filters.maybe(),
        orders,
        columns.subList(0, random.nextInt(columns.size())),
        random.nextBoolean(),
        anchor,
        random.nextInt(3) == 0 ? random.nextInt(30) : 0,
        random.nextInt(40),
        random.nextBoolean());
  }

  private static void check(TestTable table, RowScan.Spec spec, int parallelism) {
    ScanContext context =
        new ScanContext(
            new QueryContext("test", Duration.ofMinutes(1), 1 << 30), WORKERS, parallelism, 42);
    RowScan.Rows rows = RowScan.run(spec, table.sources, context);

    Comparator<Integer> order = order(table, spec);
    List<Integer> passing = passing(table, spec);
    List<Integer> sorted = new ArrayList<>(passing);
    sorted.sort(spec.backward() ? order.reversed() : order);
    RowPosition anchor = spec.anchor();
    if (anchor != null) {
      int at = placeOf(table, anchor);
      sorted.removeIf(
          row -> spec.backward() ? order.compare(row, at) >= 0 : order.compare(row, at) <= 0);
    }
    int from = Math.min(spec.skip(), sorted.size());
    int to = Math.min(from + spec.limit(), sorted.size());
    List<Integer> expected = new ArrayList<>(sorted.subList(from, to));
    if (spec.backward()) {
      Collections.reverse(expected);
    }
    assertEquals(expected, rows.positions().stream().map(p -> placeOf(table, p)).toList(), "rows");
    assertEquals(sorted.size() > to, rows.hasMore(), "hasMore");
    assertEquals(spec.wantsTotal() ? passing.size() : -1, rows.total(), "total");
    checkCells(table, spec, rows, expected);
  }

  private static void checkCells(
      TestTable table, RowScan.Spec spec, RowScan.Rows rows, List<Integer> expected) {
    for (int i = 0; i < expected.size(); i++) {
      @Nullable Object[] row = table.rows.get(expected.get(i));
      assertEquals((Long) row[1], rows.identities().get(i).offset());
      for (int column = 0; column < spec.columns().size(); column++) {
        ColumnSpec spec1 = table.column(spec.columns().get(column));
        Object cell = row[table.position(spec1.name())];
        assertEquals(
            logical(spec1.type(), cell), rows.columns().get(column).value(i), spec1.name());
      }
    }
  }

  private static @Nullable Object logical(ColumnType type, @Nullable Object cell) {
    if (cell instanceof List<?> list) {
      List<@Nullable Object> values = new ArrayList<>();
      list.forEach(value -> values.add(NaiveFilter.logical(type.element(), value)));
      return values;
    }
    return NaiveFilter.logical(type.element(), cell);
  }

  private static int placeOf(TestTable table, RowPosition position) {
    for (int i = 0; i < table.places.size(); i++) {
      int[] place = table.places.get(i);
      if (place[0] == position.source() && place[1] == position.row()) {
        return i;
      }
    }
    throw new AssertionError("no row " + position);
  }

  private static List<Integer> passing(TestTable table, RowScan.Spec spec) {
    NaiveFilter filter = new NaiveFilter(table);
    TimeInterval range = spec.range();
    List<Integer> passing = new ArrayList<>();
    for (int i = 0; i < table.rows.size(); i++) {
      if (filter.passes(spec.where(), range, table.rows.get(i))) {
        passing.add(i);
      }
    }
    return passing;
  }

  private static Comparator<Integer> order(TestTable table, RowScan.Spec spec) {
    NaiveMeasures measures = new NaiveMeasures(table);
    return (left, right) -> {
      @Nullable Object[] leftRow = table.rows.get(left);
      @Nullable Object[] rightRow = table.rows.get(right);
      for (RecordsQuery.Order key : spec.orderBy()) {
        int position = table.position(key.column());
        int order =
            compare(
                table.column(key.column()).type().element(),
                key.direction(),
                leftRow[position],
                rightRow[position]);
        if (order != 0) {
          return order;
        }
      }
      return measures.compareIdentity(
          new NaiveMeasures.Member(left, leftRow), new NaiveMeasures.Member(right, rightRow));
    };
  }

  private static int compare(
      ColumnType.Scalar type, Direction direction, @Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      int order = Boolean.compare(left == null, right == null);
      return direction.nullsFirst() ? -order : order;
    }
    int order =
        NaiveFilter.compare(
            type, NaiveFilter.logical(type, left), NaiveFilter.logical(type, right), false);
    return direction.descending() ? -order : order;
  }
}
