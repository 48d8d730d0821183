package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.behaviour.LongValues;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.measure.MeasureShape;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.MemoryBudget;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.StoppableSort;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/// What follows a scan may take as long as the scan: every step of it looks whether its query still
/// wants it.
class CancelledStepsTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);

  private final Random random = new Random(SEED);
  private final TableSnapshot snapshot = GameTable.random(500, random).snapshot(2, random);

  private static QueryContext running() {
    return new QueryContext("q", Duration.ofMinutes(5), 64 << 20);
  }

  private static void assertEnds(String what, Runnable step) {
    QueryContext cancelled = running();
    cancelled.cancel();
    TytoException told =
        assertThrows(TytoException.class, () -> Checkpoint.within(cancelled, step), what);
    assertEquals(ErrorCode.CANCELLED, told.code(), what);
    step.run();
    Checkpoint.within(running(), step);
  }

  private Groups groups(Measure measure) {
    GroupScan.Spec spec =
        new GroupScan.Spec(
            snapshot.schema(),
            TimeInterval.ALL_TIME,
            null,
            List.of(new ScanKey.ColumnKey("country"), new ScanKey.ColumnKey("server")),
            List.of(new StateSpec(measure, null)));
    ScanContext context = new ScanContext(running(), ForkJoinPool.commonPool(), 1, SEED);
    return GroupScan.run(spec, snapshot.sources(), context);
  }

  private static List<Measure> measures() {
    List<Measure> measures = new ArrayList<>(List.of(new Measure.Count()));
    for (Function function : Function.values()) {
      for (String column : List.of("server", "score", "amount", "wide", "country")) {
        boolean isNumeric =
            switch (function) {
              case SUM, SUM_EXACT, AVG, STDDEV -> true;
              case COUNT, COUNT_DISTINCT, COUNT_DISTINCT_EXACT, MIN, MAX, FIRST, LAST -> false;
            };
        boolean isExact = function != Function.SUM_EXACT || !column.equals("score");
        if (isExact && !(isNumeric && column.equals("country"))) {
          measures.add(new Measure.Column(column, function));
        }
      }
    }
    measures.add(new Measure.Top("country", 2));
    for (boolean isExact : new boolean[] {false, true}) {
      measures.add(
          new Measure.Quantiles("score", List.of(0.5), isExact, Measure.QuantileMethod.LINEAR));
    }
    return measures;
  }

  @Test
  void statesOfEveryMeasureAreMergedUntilThen() {
    for (Measure measure : measures()) {
      Groups groups = groups(measure);
      int[] some = RowKeys.identity(groups.count());
      int[] turned = Arrays.stream(some).map(i -> groups.count() - 1 - i).toArray();
      assertEnds("select by " + measure, () -> groups.select(turned));
      assertEnds("regroup by " + measure, () -> groups.regroup(new int[] {0}));
    }
  }

  @Test
  void groupsAreNumberedMatchedAndOrderedUntilThen() {
    Groups groups = groups(new Measure.Count());
    Groups others = groups(new Measure.Count());
    assertEnds("tuples", () -> groups.tuples(new int[] {0, 1}));
    assertEnds("match", () -> groups.match(others));
    assertEnds("sorted", groups::sorted);
    assertEnds("concat", () -> RowKeys.concat(groups, others));
    Cells cells = new Cells.Stated(groups.state(0));
    RowOrder.Compared compared = new RowOrder.Compared(cells, MeasureShape.LONG);
    assertEnds(
        "values of an order", () -> new RowOrder().then(compared, groups.count(), Direction.DESC));
    RowOrder order = RowOrder.byKeys(groups);
    assertEnds("all in order", () -> IntSort.sort(RowKeys.identity(groups.count()), order));
    assertEnds("few in order", () -> IntSort.first(RowKeys.identity(9_000), 2, Integer::compare));
  }

  @Test
  void numbersAreSortedUntilThen() {
    long[] values = random.longs(300_000).toArray();
    assertEnds("sort", () -> StoppableSort.sort(values.clone()));
    LongValues list = new LongValues(new MemoryBudget(1 << 20));
    list.add(1);
    assertEnds("sorted", () -> LongValues.sorted(List.of(list), new MemoryBudget(1 << 20)));
  }

  @Test
  void sortingIsThatOfThePlatform() {
    for (long most : new long[] {1, 3, 1_000, Long.MAX_VALUE}) {
      for (int round = 0; round < 3; round++) {
        long[] values = random.longs(700_000, -most, most).toArray();
        long[] expected = values.clone();
        Arrays.sort(expected);
        if (round == 1) {
          Arrays.sort(values);
        }
        StoppableSort.sort(values);
        assertEquals(true, Arrays.equals(expected, values), "seed " + SEED + " to " + most);
      }
    }
    long[] some = {3, 2, 1, 0};
    StoppableSort.sort(some, 3);
    assertEquals(List.of(1L, 2L, 3L, 0L), Arrays.stream(some).boxed().toList());
  }
}
