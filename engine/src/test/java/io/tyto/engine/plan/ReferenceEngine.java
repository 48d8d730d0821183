package io.tyto.engine.plan;

import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.measure.ValueOrder;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.AggregateQuery.Order;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/// Aggregates row by row over plain values, by the definitions and without any cleverness: what the
/// engine must agree with. Shares with it the cutting of time into buckets (tested for itself), the
/// order of values and nothing else.
@NullUnmarked // null is a value here like any other
final class ReferenceEngine {
  private final GameTable table;
  private final AggregateQuery query;
  private final ReferenceMeasures measures;
  private final ReferencePeriod current;
  private final @Nullable ReferencePeriod previous;

  /// @param key a bucket number for time keys, a bin number for bins, otherwise the value
  record Row(
      List<@Nullable Object> key,
      List<@Nullable Object> values,
      List<@Nullable Object> previousValues) {}

  record Answer(
      List<Row> rows,
      long groupCount,
      boolean hasNextPage,
      List<@Nullable Object> totals,
      List<@Nullable Object> others,
      List<Row> othersRows) {}

  /// A row in the making.
  ///
  /// @param now rows of the current period, null where there is no such group
  private record Group(
      List<@Nullable Object> key,
      @Nullable List<GameTable.Event> now,
      @Nullable List<GameTable.Event> before) {}

  private ReferenceEngine(GameTable table, AggregateQuery query) {
    this.table = table;
    this.query = query;
    this.measures = new ReferenceMeasures(table.schema());
    this.current = new ReferencePeriod(table, query, query.range());
    this.previous =
        query.compareTo() == null ? null : new ReferencePeriod(table, query, query.compareTo());
  }

  static Answer answer(GameTable table, AggregateQuery query) {
    return new ReferenceEngine(table, query).answer();
  }

  private Answer answer() {
    Set<List<@Nullable Object>> best = query.top() == null ? null : best(query.top());
    List<FilledGroup> groups = filled(united(best), query.groupBy());
    groups.removeIf(group -> !holds(query.having(), group));
    long groupCount = groups.size();
    groups.sort(order());
    if (query.limitPer() != null) {
      Map<List<@Nullable Object>, Integer> taken = new HashMap<>();
      groups.removeIf(group ->
          taken.merge(part(group.key(), query.limitPer().keys()), 1, Integer::sum)
              > query.limitPer().n());
    }
    int from = Math.min(groups.size(), query.offset());
    int to = Math.min(groups.size(), from + query.limit());
    return new Answer(
        groups.subList(from, to).stream().map(this::row).toList(),
        groupCount,
        to < groups.size(),
        values(current.rows()),
        best == null ? List.of() : values(leftOver(best)),
        best == null ? List.of() : othersRows(best));
  }

  private Row row(FilledGroup group) {
    List<@Nullable Object> values = new ArrayList<>();
    List<@Nullable Object> before = new ArrayList<>();
    for (Measure measure : query.measures()) {
      values.add(group.now(measure));
      before.add(previous == null ? null : group.before(measure));
    }
    return new Row(group.key(), values, before);
  }

  private List<@Nullable Object> values(List<GameTable.Event> rows) {
    List<@Nullable Object> values = new ArrayList<>();
    query.measures().forEach(measure -> values.add(measures.value(measure, rows)));
    return values;
  }

  // ---- groups ----------------------------------------------------------------------------------

  private static List<@Nullable Object> part(List<@Nullable Object> key, List<Integer> positions) {
    List<@Nullable Object> part = new ArrayList<>();
    positions.forEach(position -> part.add(key.get(position)));
    return part;
  }

  private Set<List<@Nullable Object>> best(AggregateQuery.TopGroups top) {
    Map<List<@Nullable Object>, List<GameTable.Event>> tuples = new LinkedHashMap<>();
    current
        .plainGroups()
        .forEach((key, rows) ->
            tuples.computeIfAbsent(part(key, top.keys()), _ -> new ArrayList<>()).addAll(rows));
    Comparator<Map.Entry<List<@Nullable Object>, List<GameTable.Event>>> order =
        Comparator.comparing(
            entry -> measures.value(top.by(), entry.getValue()), nullable(top.direction()));
    return new HashSet<>(
        tuples.entrySet().stream()
            .sorted(order.thenComparing(Map.Entry::getKey, ReferenceEngine::compareKeys))
            .limit(top.n())
            .map(Map.Entry::getKey)
            .toList());
  }

  private boolean isAmong(@Nullable Set<List<@Nullable Object>> best, List<@Nullable Object> key) {
    return best == null || best.contains(part(key, query.top().keys()));
  }

  private List<Group> united(@Nullable Set<List<@Nullable Object>> best) {
    Map<List<@Nullable Object>, Group> groups = new LinkedHashMap<>();
    current
        .groups()
        .forEach((key, rows) -> {
          if (isAmong(best, key)) {
            groups.put(key, new Group(key, rows, null));
          }
        });
    if (previous != null) {
      previous
          .groups()
          .forEach((key, rows) -> {
            List<@Nullable Object> moved = previous.onAxesOf(current, key);
            if (moved != null && isAmong(best, moved)) {
              Group known = groups.get(moved);
              groups.put(moved, new Group(moved, known == null ? null : known.now(), rows));
            }
          });
    }
    return new ArrayList<>(groups.values());
  }

  private List<GameTable.Event> leftOver(Set<List<@Nullable Object>> best) {
    List<GameTable.Event> rest = new ArrayList<>();
    current
        .plainGroups()
        .forEach((key, rows) -> {
          if (!isAmong(best, key)) {
            rest.addAll(rows);
          }
        });
    return rest;
  }

  private List<Row> othersRows(Set<List<@Nullable Object>> best) {
    List<Integer> remaining = new ArrayList<>();
    for (int i = 0; i < query.groupBy().size(); i++) {
      if (!query.top().keys().contains(i)) {
        remaining.add(i);
      }
    }
    Map<List<@Nullable Object>, List<GameTable.Event>> groups = new LinkedHashMap<>();
    if (remaining.isEmpty()) {
      groups.put(List.of(), new ArrayList<>());
    }
    current
        .groups()
        .forEach((key, rows) -> {
          if (!isAmong(best, key)) {
            groups.computeIfAbsent(part(key, remaining), _ -> new ArrayList<>()).addAll(rows);
          }
        });
    List<Group> list = new ArrayList<>();
    groups.forEach((key, rows) -> list.add(new Group(key, rows, null)));
    List<GroupKey> keys = remaining.stream().map(i -> query.groupBy().get(i)).toList();
    List<FilledGroup> filled = filled(list, keys);
    filled.sort(Comparator.comparing(FilledGroup::key, ReferenceEngine::compareKeys));
    return filled.stream().limit(query.limit()).map(this::row).toList();
  }

  // ---- gap fill --------------------------------------------------------------------------------

  /// A group and how its gaps read; `series` maps buckets to the groups of its series.
  private final class FilledGroup {
    private final Group group;
    private final GroupKey.GapFill fill;
    private final @Nullable Integer bucket;
    private final Map<Integer, Group> series;

    FilledGroup(
        Group group, GroupKey.GapFill fill, @Nullable Integer bucket, Map<Integer, Group> series) {
      this.group = group;
      this.fill = fill;
      this.bucket = bucket;
      this.series = series;
    }

    List<@Nullable Object> key() {
      return group.key();
    }

    @Nullable Object now(Measure measure) {
      return value(measure, Group::now);
    }

    @Nullable Object before(Measure measure) {
      return value(measure, Group::before);
    }

    private @Nullable Object value(
        Measure measure, Function<Group, @Nullable List<GameTable.Event>> side) {
      List<GameTable.Event> rows = side.apply(group);
      if (rows != null) {
        return measures.value(measure, rows);
      }
      Object nothing = measures.value(measure, List.of());
      return switch (fill) {
        case NONE, NULL -> nothing;
        case ZERO -> zero(measure, nothing);
        case PREVIOUS -> {
          Group before = neighbour(-1, side);
          yield before == null ? nothing : measures.value(measure, side.apply(before));
        }
        case LINEAR -> isDouble(measure) ? linear(measure, side) : nothing;
      };
    }

    private @Nullable Group neighbour(
        int step, Function<Group, @Nullable List<GameTable.Event>> side) {
      if (bucket == null) {
        return null;
      }
      int size = current.filledAxis().size();
      for (int at = bucket + step; at >= 0 && at < size; at += step) {
        Group group = series.get(at);
        if (group != null && side.apply(group) != null) {
          return group;
        }
      }
      return null;
    }

    private @Nullable Object linear(
        Measure measure, Function<Group, @Nullable List<GameTable.Event>> side) {
      Group left = neighbour(-1, side);
      Group right = neighbour(1, side);
      if (left == null || right == null) {
        return null;
      }
      double from = Cells.numberOf(measures.value(measure, side.apply(left)));
      double to = Cells.numberOf(measures.value(measure, side.apply(right)));
      TimeAxis axis = current.filledAxis();
      double start = axis.boundary(bucketOf(left));
      double weight = (axis.boundary(bucket) - start) / (axis.boundary(bucketOf(right)) - start);
      double value = from + (to - from) * weight;
      return Double.isNaN(value) ? null : value;
    }

    private int bucketOf(Group group) {
      return series.entrySet().stream()
          .filter(entry -> entry.getValue().key().equals(group.key()))
          .findFirst()
          .orElseThrow()
          .getKey();
    }
  }

  private @Nullable Object zero(Measure measure, @Nullable Object nothing) {
    Object zero = MeasureZero.of(measure, table.schema());
    return zero == null ? nothing : zero;
  }

  private boolean isDouble(Measure measure) {
    return MeasureZero.of(measure, table.schema()) instanceof Double;
  }

  private List<FilledGroup> filled(List<Group> groups, List<GroupKey> keys) {
    List<FilledGroup> filled = new ArrayList<>();
    int position = filledPosition(keys);
    if (position < 0) {
      groups.forEach(
          group -> filled.add(new FilledGroup(group, GroupKey.GapFill.NONE, null, Map.of())));
      return filled;
    }
    GroupKey.TimeBucket key = (GroupKey.TimeBucket) keys.get(position);
    Map<List<@Nullable Object>, Map<Integer, Group>> series = new LinkedHashMap<>();
    if (keys.size() == 1) {
      series.put(List.of(), new HashMap<>());
    }
    for (Group group : groups) {
      Integer bucket = (Integer) group.key().get(position);
      List<@Nullable Object> others = new ArrayList<>(group.key());
      others.remove(position);
      if (bucket == null) {
        filled.add(new FilledGroup(group, key.fill(), null, Map.of()));
      } else {
        series.computeIfAbsent(others, _ -> new HashMap<>()).put(bucket, group);
      }
    }
    int[] span = span(key, groups, position);
    series.forEach((others, known) -> {
      for (int bucket = span[0]; bucket < span[1]; bucket++) {
        List<@Nullable Object> full = new ArrayList<>(others);
        full.add(position, bucket);
        Group group = known.computeIfAbsent(bucket, _ -> new Group(full, null, null));
        filled.add(new FilledGroup(group, key.fill(), bucket, known));
      }
    });
    return filled;
  }

  private int[] span(GroupKey.TimeBucket key, List<Group> groups, int position) {
    List<Integer> buckets =
        groups.stream()
            .map(group -> (Integer) group.key().get(position))
            .filter(Objects::nonNull)
            .sorted()
            .toList();
    boolean isEventTime = key.column().equals(table.schema().timeColumn().name());
    boolean fromStart = isEventTime && query.range().from() != null;
    boolean toEnd = isEventTime && query.range().to() != null;
    TimeAxis axis = current.filledAxis();
    int from = fromStart ? 0 : buckets.isEmpty() ? 0 : buckets.getFirst();
    int to = toEnd ? axis.size() : buckets.isEmpty() ? 0 : buckets.getLast() + 1;
    return new int[] {from, to};
  }

  static int filledPosition(List<GroupKey> keys) {
    for (int i = 0; i < keys.size(); i++) {
      if (keys.get(i) instanceof GroupKey.TimeBucket bucket
          && bucket.fill() != GroupKey.GapFill.NONE) {
        return i;
      }
    }
    return -1;
  }

  // ---- having and order ------------------------------------------------------------------------

  private boolean holds(@Nullable Having having, FilledGroup group) {
    return having == null || Boolean.TRUE.equals(truth(having, group));
  }

  private @Nullable Boolean truth(Having having, FilledGroup group) {
    return switch (having) {
      case Having.And(var havings) -> {
        Boolean result = true;
        for (Having each : havings) {
          Boolean truth = truth(each, group);
          if (Boolean.FALSE.equals(truth)) {
            yield false;
          }
          result = truth == null ? null : result;
        }
        yield result;
      }
      case Having.Or(var havings) -> {
        Boolean result = false;
        for (Having each : havings) {
          Boolean truth = truth(each, group);
          if (Boolean.TRUE.equals(truth)) {
            yield true;
          }
          result = truth == null ? null : result;
        }
        yield result;
      }
      case Having.Not(Having inner) -> {
        Boolean truth = truth(inner, group);
        yield truth == null ? null : !truth;
      }
      case Having.IsNull(Measure of) -> group.now(of) == null;
      case Having.Compare(Measure of, Filter.Op op, double value) -> {
        double left = Cells.numberOf(group.now(of));
        if (Double.isNaN(left)) {
          yield null;
        }
        yield switch (op) {
          case EQ -> left == value;
          case NE -> left != value;
          case LT -> left < value;
          case LTE -> left <= value;
          case GT -> left > value;
          case GTE -> left >= value;
        };
      }
    };
  }

  private Comparator<FilledGroup> order() {
    Comparator<FilledGroup> order = (_, _) -> 0;
    for (Order each : query.orderBy()) {
      order =
          switch (each) {
            case Order.ByKey(int key, Direction direction) ->
                order.thenComparing(group -> group.key().get(key), nullable(direction));
            case Order.ByMeasure measure ->
                order.thenComparing(
                    group -> compared(group, measure), nullable(measure.direction()));
          };
    }
    return order.thenComparing(FilledGroup::key, ReferenceEngine::compareKeys);
  }

  private static @Nullable Object compared(FilledGroup group, Order.ByMeasure order) {
    Object now = group.now(order.of());
    return switch (order.basis()) {
      case CURRENT -> now;
      case PREVIOUS -> group.before(order.of());
      case DELTA -> difference(now, group.before(order.of()), false);
      case DELTA_PCT -> difference(now, group.before(order.of()), true);
    };
  }

  private static @Nullable Object difference(
      @Nullable Object now, @Nullable Object before, boolean share) {
    double left = Cells.numberOf(now);
    double right = Cells.numberOf(before);
    double value = share ? (left - right) / Math.abs(right) : left - right;
    return Double.isNaN(value) || (share && right == 0) ? null : value;
  }

  private static Comparator<@Nullable Object> nullable(Direction direction) {
    Comparator<Object> values = ReferenceEngine::compareValues;
    Comparator<Object> directed = direction.descending() ? values.reversed() : values;
    return direction.nullsFirst()
        ? Comparator.nullsFirst(directed)
        : Comparator.nullsLast(directed);
  }

  private static int compareKeys(List<@Nullable Object> left, List<@Nullable Object> right) {
    for (int i = 0; i < left.size(); i++) {
      int order = nullable(Direction.ASC).compare(left.get(i), right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int compareValues(Object left, Object right) {
    return left instanceof Integer bucket
        ? bucket.compareTo((Integer) right)
        : ValueOrder.compare(left, right);
  }

  // ---- one period ------------------------------------------------------------------------------

  static @Nullable TimeAxis axis(GameTable table, AggregateQuery query, int position) {
    return new ReferenceEngine(table, query).current.axis(position);
  }
}
