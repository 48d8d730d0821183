package io.tyto.engine.plan;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.calendar.BucketMatch;
import io.tyto.engine.calendar.TimeAxis;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/// The rows of one period of a {@link ReferenceEngine}'s query, its time axes, and the groups its
/// rows fall into.
@NullUnmarked // null is a value here like any other
final class ReferencePeriod {
  private final GameTable table;
  private final AggregateQuery query;
  private final TimeInterval interval;
  private final List<@Nullable TimeAxis> axes = new ArrayList<>();

  ReferencePeriod(GameTable table, AggregateQuery query, TimeInterval interval) {
    this.table = table;
    this.query = query;
    this.interval = interval;
    for (GroupKey key : query.groupBy()) {
      axes.add(key instanceof GroupKey.TimeBucket bucket ? axisOf(bucket) : null);
    }
  }

  @Nullable TimeAxis axis(int position) {
    return axes.get(position);
  }

  TimeAxis filledAxis() {
    return Objects.requireNonNull(axes.get(ReferenceEngine.filledPosition(query.groupBy())));
  }

  private TimeAxis axisOf(GroupKey.TimeBucket bucket) {
    ColumnType.Scalar type = table.schema().column(bucket.column()).type().element();
    boolean isEventTime = bucket.column().equals(table.schema().timeColumn().name());
    Instant from = isEventTime ? interval.from() : null;
    Instant to = isEventTime ? interval.to() : null;
    List<Long> values =
        table.events().stream()
            .map(event -> event.value(bucket.column()))
            .filter(Objects::nonNull)
            .map(value -> Axes.ceiling(type, GameTable.instant(value)))
            .sorted()
            .toList();
    if (values.isEmpty() && (from == null || to == null)) {
      return TimeAxis.of(bucket, type, 0, 0, 1);
    }
    long first = from == null ? values.getFirst() : Axes.ceiling(type, from);
    long end = to == null ? values.getLast() + 1 : Axes.ceiling(type, to);
    return TimeAxis.of(bucket, type, first, end, 1_000_000);
  }

  List<GameTable.Event> rows() {
    return rows(interval.from());
  }

  private List<GameTable.Event> rows(@Nullable Instant from) {
    return table.events().stream()
        .filter(event -> isWithin(event, from))
        .filter(event -> ReferenceFilter.passes(query.where(), event))
        .toList();
  }

  private boolean isWithin(GameTable.Event event, @Nullable Instant from) {
    Instant time = GameTable.instant(event.value(table.schema().timeColumn().name()));
    if (time == null) {
      return interval.from() == null && interval.to() == null;
    }
    return (from == null || !time.isBefore(from))
        && (interval.to() == null || time.isBefore(interval.to()));
  }

  /// With each row in the bucket it lies in, whatever the windows.
  Map<List<@Nullable Object>, List<GameTable.Event>> plainGroups() {
    return group(false);
  }

  Map<List<@Nullable Object>, List<GameTable.Event>> groups() {
    return group(true);
  }

  private Map<List<@Nullable Object>, List<GameTable.Event>> group(boolean rolls) {
    Map<List<@Nullable Object>, List<GameTable.Event>> groups = new LinkedHashMap<>();
    if (query.groupBy().isEmpty()) {
      groups.put(List.of(), new ArrayList<>());
    }
    boolean readsBefore =
        rolls
            && query.groupBy().stream()
                .anyMatch(key ->
                    key instanceof GroupKey.TimeBucket bucket
                        && bucket.window() != null
                        && bucket.column().equals(table.schema().timeColumn().name()));
    for (GameTable.Event event : rows(readsBefore ? null : interval.from())) {
      for (List<@Nullable Object> key : keys(event, rolls)) {
        groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(event);
      }
    }
    return groups;
  }

  private List<List<@Nullable Object>> keys(GameTable.Event event, boolean rolls) {
    List<List<@Nullable Object>> keys = new ArrayList<>(List.of(List.of()));
    for (int i = 0; i < query.groupBy().size(); i++) {
      List<List<@Nullable Object>> longer = new ArrayList<>();
      for (Object value : keyValues(i, event, rolls)) {
        for (List<@Nullable Object> key : keys) {
          List<@Nullable Object> grown = new ArrayList<>(key);
          grown.add(value);
          longer.add(grown);
        }
      }
      keys = longer;
    }
    return keys;
  }

  private List<@Nullable Object> keyValues(int position, GameTable.Event event, boolean rolls) {
    GroupKey key = query.groupBy().get(position);
    Object value = event.value(key.column());
    boolean isList = table.schema().column(key.column()).type().isList();
    List<?> elements = isList ? (value == null ? List.of() : (List<?>) value) : null;
    List<@Nullable Object> values = new ArrayList<>();
    for (Object element : elements == null ? Arrays.asList(value) : elements) {
      switch (key) {
        case GroupKey.Dimension _ -> values.add(element);
        case GroupKey.Bins bins -> values.add(element == null ? null : bin(bins, element));
        case GroupKey.TimeBucket bucket ->
            values.addAll(
                buckets(bucket, Objects.requireNonNull(axes.get(position)), element, rolls));
      }
    }
    return values;
  }

  private static Object bin(GroupKey.Bins bins, Object value) {
    double number = ((Number) value).doubleValue();
    if (bins.width() != null) {
      return (long) Math.floor(number / bins.width());
    }
    return bins.edges().stream().filter(edge -> edge <= number).count();
  }

  private List<@Nullable Object> buckets(
      GroupKey.TimeBucket key, TimeAxis axis, @Nullable Object time, boolean rolls) {
    List<@Nullable Object> buckets = new ArrayList<>();
    if (time == null) {
      buckets.add(null);
      return buckets;
    }
    ColumnType.Scalar type = table.schema().column(key.column()).type().element();
    long at = Axes.ceiling(type, GameTable.instant(time));
    for (int i = 0; i < axis.size(); i++) {
      long from = axis.boundary(i);
      if (rolls && key.cumulative()) {
        from = Long.MIN_VALUE;
      } else if (rolls && key.window() != null) {
        from =
            axis.position(
                axis.timeOf(i + 1).minus(key.window().period()).minus(key.window().duration()));
      }
      if (at >= from && at < axis.boundary(i + 1)) {
        buckets.add(i);
      }
    }
    return buckets;
  }

  /// The key as the current period would name it, or null where it stands beside nothing.
  @Nullable List<@Nullable Object> onAxesOf(ReferencePeriod current, List<@Nullable Object> key) {
    List<@Nullable Object> moved = new ArrayList<>(key);
    for (int i = 0; i < key.size(); i++) {
      boolean isEventTime =
          query.groupBy().get(i).column().equals(table.schema().timeColumn().name());
      if (axes.get(i) != null && isEventTime && key.get(i) != null) {
        int[] currentOf =
            BucketMatch.currentOf(
                Objects.requireNonNull(current.axes.get(i)),
                Objects.requireNonNull(axes.get(i)),
                query.compareShift());
        int match = currentOf[(Integer) key.get(i)];
        if (match < 0) {
          return null;
        }
        moved.set(i, match);
      }
    }
    return moved;
  }
}
