package io.tyto.engine.plan;

import io.tyto.engine.measure.ValueOrder;
import io.tyto.engine.record.RowScan;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Filter;
import io.tyto.model.query.RecordsQuery;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Raw records, filtered and sorted as plain values.
public final class ReferenceRecords {
  private ReferenceRecords() {}

  /// The ids of the matching events in order.
  public static List<String> ids(
      GameTable table, @Nullable Filter where, List<RecordsQuery.Order> orders) {
    Comparator<GameTable.Event> order = (_, _) -> 0;
    for (RecordsQuery.Order each : orders) {
      order = order.thenComparing(event -> event.value(each.column()), nullable(each.direction()));
    }
    return table.events().stream()
        .filter(event -> ReferenceFilter.passes(where, event))
        .sorted(order.thenComparing(ReferenceMeasures.identity()))
        .map(event ->
            new RowScan.Identity(event.partition(), event.logId(), event.offset()).recordId())
        .toList();
  }

  static Comparator<@Nullable Object> nullable(Direction direction) {
    Comparator<Object> values = ValueOrder::compare;
    Comparator<Object> directed = direction.descending() ? values.reversed() : values;
    return direction.nullsFirst()
        ? Comparator.nullsFirst(directed)
        : Comparator.nullsLast(directed);
  }
}
