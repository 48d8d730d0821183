package io.tyto.engine.plan;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.measure.Columns;
import io.tyto.engine.measure.MeasureShape;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Guard;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.CountedValue;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/// Finds the most frequent values of a dimension, for completion in query forms.
public final class ValuesRunner {
  private static final int MAX_VALUES = 10_000;

  private ValuesRunner() {}

  /// Most frequent first, ties by value; nulls are no values.
  ///
  /// @param only rows that meet it are there; null: all
  /// @param minGroup entities or rows that have a value that is told, see {@link Guard#minGroup}
  public static List<CountedValue> run(
      ValuesQuery query,
      @Nullable Filter only,
      TableSnapshot snapshot,
      int minGroup,
      ScanContext context) {
    Columns columns = new Columns(snapshot.schema());
    new QueryCheck(columns).checkDimension(query.column());
    if (query.limit() < 0 || query.limit() > MAX_VALUES) {
      throw columns.refuse(
          query.column(), "at most " + MAX_VALUES + " values are listed, not " + query.limit());
    }
    ColumnType type = columns.require(query.column()).type();
    GroupScan.Spec spec =
        new GroupScan.Spec(
            snapshot.schema(),
            query.range(),
            Guard.and(only, rowFilter(query, type)),
            List.of(new ScanKey.ColumnKey(query.column())),
            states(snapshot.schema(), minGroup));
    return Checkpoint.within(
        context.query(),
        () -> {
          Groups groups = GroupSource.of(snapshot, context).scan(spec, false).groups();
          return mostFrequent(groups, told(groups, minGroup), query, type.element());
        });
  }

  private static List<StateSpec> states(TableSchema schema, int minGroup) {
    StateSpec rows = new StateSpec(new Measure.Count(), null);
    return minGroup == 0
        ? List.of(rows)
        : List.of(rows, new StateSpec(SmallGroups.counted(schema), null));
  }

  private static int[] told(Groups groups, int minGroup) {
    return minGroup == 0
        ? RowKeys.identity(groups.count())
        : SmallGroups.told(groups, List.of(new Cells.Stated(groups.state(1))), minGroup);
  }

  /// Leaves out rows early; elements of lists are looked at one by one later.
  private static @Nullable Filter rowFilter(ValuesQuery query, ColumnType type) {
    String prefix = query.prefix();
    return prefix == null || !(type.element() instanceof ColumnType.StringType)
        ? null
        : new Filter.Match(query.column(), Filter.MatchKind.STARTS_WITH, prefix, true);
  }

  private static List<CountedValue> mostFrequent(
      Groups groups, int[] told, ValuesQuery query, ColumnType.Scalar type) {
    GroupKeys key = groups.key(0);
    IntArrayList matching = new IntArrayList();
    for (int group : told) {
      Checkpoint.pass(group);
      Object value = Columnar.logical(type, key.value(group));
      if (value != null && startsWith(value, query.prefix())) {
        matching.addInt(group);
      }
    }
    Cells counts = new Cells.Stated(groups.state(0));
    RowOrder order =
        new RowOrder()
            .then(
                new RowOrder.Compared(counts, MeasureShape.LONG),
                groups.count(),
                AggregateQuery.Direction.DESC)
            .thenKeys(groups);
    List<CountedValue> values = new ArrayList<>();
    for (int group : IntSort.first(matching.toIntArray(), query.limit(), order)) {
      Object value = Columnar.logical(type, key.value(group));
      values.add(new CountedValue(value, (long) counts.asDouble(group), 0));
    }
    return values;
  }

  private static boolean startsWith(Object value, @Nullable String prefix) {
    return prefix == null || text(value).regionMatches(true, 0, prefix, 0, prefix.length());
  }

  private static String text(Object value) {
    return switch (value) {
      case BigDecimal decimal -> decimal.toPlainString();
      case InetAddress address -> address.getHostAddress();
      default -> value.toString();
    };
  }
}
