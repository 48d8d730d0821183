package io.tyto.engine.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.TestTable;
import io.tyto.model.expression.Expression;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A derived column that is younger than all rows is grouped, measured and filtered like a stored
/// one.
class DerivedKeyTest {
  private static final int NEW_ID = 900;

  @Test
  void isComputedForRowsOlderThanItself() {
    TestTable table = new TestTable(new Random(11), 3000, 3);
    Groups groups;
    try (ExecutorService workers = Executors.newFixedThreadPool(2)) {
      groups =
          GroupScan.run(
              new GroupScan.Spec(
                  withDerived(table.schema),
                  TimeInterval.ALL_TIME,
                  new Filter.Compare("twice", Filter.Op.NE, 4L, false),
                  List.of(new ScanKey.ColumnKey("twice")),
                  List.of(
                      new StateSpec(new Measure.Count(), null),
                      new StateSpec(new Measure.Column("twice", Measure.Function.SUM), null))),
              table.sources,
              new ScanContext(
                  new QueryContext("test", Duration.ofMinutes(1), 1 << 30), workers, 2, 1));
    }
    int position = table.position("int");
    for (int group = 0; group < groups.count(); group++) {
      long key = (Long) Objects.requireNonNull(groups.key(0).value(group));
      long expected = table.rows.stream().filter(row -> holds(row[position], key)).count();
      assertEquals(expected, groups.state(0).asLong(group), "rows of " + key);
      assertEquals(expected * key, groups.state(1).asLong(group), "sum of " + key);
    }
    assertEquals(11, groups.count());
  }

  private static boolean holds(@Nullable Object cell, long key) {
    return cell instanceof Long value && 2 * value == key;
  }

  private static TableSchema withDerived(TableSchema schema) {
    Expression number = new Expression.Column("int", ColumnType.INT);
    Expression twice =
        new Expression.Call(Expression.Function.ADD, List.of(number, number), ColumnType.LONG);
    List<ColumnSpec> columns = new ArrayList<>(schema.columns());
    columns.add(
        new ColumnSpec(
            NEW_ID,
            "twice",
            "twice",
            ColumnType.LONG,
            ColumnSpec.Role.AUTO,
            null,
            null,
            null,
            twice,
            Map.of()));
    return new TableSchema(1, 1, 1, schema.name(), 2, columns, schema.config());
  }
}
