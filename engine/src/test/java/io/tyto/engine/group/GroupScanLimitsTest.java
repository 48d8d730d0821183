package io.tyto.engine.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.TestTable;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Budgets, deadlines, repeatability and pruning of group scans.
class GroupScanLimitsTest {
  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(4);

  private final TestTable table = new TestTable(new Random(4), 20_000, 6);

  @AfterAll
  static void stop() {
    WORKERS.shutdown();
  }

  private static ScanContext context(QueryContext query, int parallelism) {
    return new ScanContext(query, WORKERS, parallelism, 42);
  }

  private static QueryContext query(long memoryBytes) {
    return new QueryContext("test", Duration.ofMinutes(1), memoryBytes);
  }

  private GroupScan.Spec spec(List<ScanKey> keys, Measure... measures) {
    List<StateSpec> states = new ArrayList<>();
    for (Measure measure : measures) {
      states.add(new StateSpec(measure, null));
    }
    return new GroupScan.Spec(table.schema, TimeInterval.ALL_TIME, null, keys, states);
  }

  @Test
  void sumsOfDoublesRepeatToTheBitWhateverTheParallelism() {
    // The squares of the greatest doubles are beyond doubles.
    Filter small = new Filter.Compare("double", Filter.Op.LT, 1e100, false);
    GroupScan.Spec spec =
        new GroupScan.Spec(
            table.schema,
            TimeInterval.ALL_TIME,
            small,
            List.of(new ScanKey.ColumnKey("string")),
            List.of(
                new StateSpec(new Measure.Column("double", Function.SUM), null),
                new StateSpec(new Measure.Column("double", Function.STDDEV), null)));
    List<Object> first = null;
    for (int round = 0; round < 12; round++) {
      Groups groups = GroupScan.run(spec, table.sources, context(query(1 << 30), 1 + round % 4));
      List<Object> answer = new ArrayList<>();
      for (int group = 0; group < groups.count(); group++) {
        answer.add(Double.doubleToLongBits(groups.state(0).asDouble(group)));
        answer.add(Double.doubleToLongBits(groups.state(1).asDouble(group)));
      }
      first = first == null ? answer : first;
      assertEquals(first, answer);
    }
  }

  @Test
  void aQueryThatNeedsTooMuchMemoryDiesAlone() {
    GroupScan.Spec spec =
        spec(
            List.of(new ScanKey.ColumnKey("ts"), new ScanKey.ColumnKey("long")),
            new Measure.Quantiles("long", List.of(0.5), true, Measure.QuantileMethod.LINEAR));
    TytoException thrown =
        assertThrows(
            TytoException.class,
            () -> GroupScan.run(spec, table.sources, context(query(200_000), 3)));
    assertEquals(ErrorCode.MEMORY_LIMIT_EXCEEDED, thrown.code());
    assertTrue(
        GroupScan.run(spec, table.sources, context(query(1 << 30), 3)).count() > 1000,
        "enough memory is enough");
  }

  @Test
  void theBestGroupsAreThoseOfAll() {
    ScanKey key = new ScanKey.ColumnKey("ts");
    Measure count = new Measure.Count();
    Measure most = new Measure.Column("int", Function.MAX);
    Groups all =
        GroupScan.run(spec(List.of(key), count, most), table.sources, context(query(1 << 30), 3));
    int leftOut = 0;
    for (int state = 0; state < 2; state++) {
      for (boolean isDescending : new boolean[] {true, false}) {
        GroupScan.Best best = new GroupScan.Best(state, isDescending, 7);
        Groups some =
            GroupScan.run(
                new GroupScan.Spec(
                    table.schema,
                    TimeInterval.ALL_TIME,
                    null,
                    List.of(key),
                    List.of(new StateSpec(count, null), new StateSpec(most, null)),
                    best),
                table.sources,
                context(query(1 << 30), 3));
        assertEquals(all.count(), some.total());
        leftOut += all.count() - some.count();
        List<Double> expected = values(all, state, isDescending);
        List<Double> found = values(some, state, isDescending);
        double last = expected.get(6);
        int end = expected.lastIndexOf(last) + 1;
        assertEquals(expected.subList(0, end), found);
      }
    }
    assertTrue(leftOut > 0, () -> all.count() + " groups are too few to pick from");
  }

  private static List<Double> values(Groups groups, int state, boolean isDescending) {
    List<Double> values = new ArrayList<>();
    for (int group = 0; group < groups.count(); group++) {
      if (!groups.state(state).isNull(group)) {
        values.add(groups.state(state).asDouble(group));
      }
    }
    values.sort(isDescending ? Comparator.reverseOrder() : Comparator.naturalOrder());
    return values;
  }

  @Test
  void memoryOfThreadsIsGivenBackWhenTheyMerge() {
    ScanContext context = context(query(1 << 30), 4);
    Groups groups =
        GroupScan.run(
            spec(List.of(new ScanKey.ColumnKey("ts")), new Measure.Count()),
            table.sources,
            context);
    assertTrue(
        context.memory().usedBytes() < 64L * groups.count() + 1_000_000,
        () -> context.memory().usedBytes() + " bytes");
  }

  @Test
  void deadlinesAndCancellationsStopAScan() {
    GroupScan.Spec spec = spec(List.of(), new Measure.Count());
    QueryContext late = new QueryContext("late", Duration.ofNanos(1), 1 << 30);
    TytoException timeout =
        assertThrows(
            TytoException.class, () -> GroupScan.run(spec, table.sources, context(late, 2)));
    assertEquals(ErrorCode.QUERY_TIMEOUT, timeout.code());
    QueryContext gone = query(1 << 30);
    gone.cancel();
    TytoException cancelled =
        assertThrows(
            TytoException.class, () -> GroupScan.run(spec, table.sources, context(gone, 2)));
    assertEquals(ErrorCode.CANCELLED, cancelled.code());
  }

  @Test
  void aClosedPoolLeavesTheWorkToTheCaller() {
    ExecutorService closed = Executors.newFixedThreadPool(1);
    closed.shutdown();
    Groups groups =
        GroupScan.run(
            spec(List.of(), new Measure.Count()),
            table.sources,
            new ScanContext(query(1 << 30), closed, 4, 1));
    assertEquals(20_000, groups.state(0).asLong(0));
  }

  @Test
  void blocksThatCannotMatchAreNotRead() {
    Filter.Compare none = new Filter.Compare("_offset", Filter.Op.LT, -5L, false);
    int zoned = 0;
    for (RowSource source : table.sources) {
      var reader = source.column(2);
      zoned += source.rowCount() > 0 && reader != null && reader.zone(0) != null ? 1 : 0;
    }
    GroupScan.Spec spec =
        new GroupScan.Spec(
            table.schema,
            TimeInterval.ALL_TIME,
            none,
            List.of(),
            List.of(new StateSpec(new Measure.Count(), null)));
    Groups groups = GroupScan.run(spec, table.sources, context(query(1 << 30), 2));
    assertEquals(0, groups.state(0).asLong(0));
    assertEquals(1, groups.count());
    assertTrue(groups.stats().sourcesPruned() >= zoned, "pruned " + groups.stats());
  }

  @Test
  void nothingScannedGivesOneEmptyGroupWithoutKeysAndNoneWithKeys() {
    Groups total =
        GroupScan.run(
            spec(
                List.of(),
                new Measure.Count(),
                new Measure.Column("double", Function.SUM),
                new Measure.Column("string", Function.MIN),
                new Measure.Top("string", 3)),
            List.of(),
            context(query(1 << 30), 2));
    assertEquals(1, total.count());
    assertEquals(0L, total.state(0).value(0));
    assertEquals(null, total.state(1).value(0));
    assertEquals(null, total.state(2).value(0));
    assertEquals(List.of(), total.state(3).value(0));
    Groups grouped =
        GroupScan.run(
            spec(List.of(new ScanKey.ColumnKey("string")), new Measure.Count()),
            List.of(),
            context(query(1 << 30), 2));
    assertEquals(0, grouped.count());
    assertEquals(ColumnType.STRING, table.column("string").type());
  }
}
