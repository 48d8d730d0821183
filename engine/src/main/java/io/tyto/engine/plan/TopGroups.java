package io.tyto.engine.plan;

import io.tyto.engine.group.Groups;
import io.tyto.engine.measure.MeasurePlan;
import io.tyto.model.query.AggregateQuery;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.IntArrayList;

/// The best tuples of some keys over the whole current period.
final class TopGroups {
  private final int[] positions;
  private final Groups winners;

  private TopGroups(int[] positions, Groups winners) {
    this.positions = positions;
    this.winners = winners;
  }

  /// @param own the current period's own groups
  static TopGroups of(AggregatePlan plan, AggregateQuery.TopGroups top, Groups own) {
    int[] positions = positions(top);
    Groups tuples = own.regroup(positions);
    MeasurePlan measure = plan.named(top.by());
    RowOrder.Compared by =
        new RowOrder.Compared(measure.over(PeriodRows.cells(tuples)), measure.shape());
    RowOrder order = new RowOrder().then(by, tuples.count(), top.direction()).thenKeys(tuples);
    int[] best = IntSort.first(RowKeys.identity(tuples.count()), top.n(), order);
    return new TopGroups(positions, RowKeys.select(tuples, best));
  }

  private static int[] positions(AggregateQuery.TopGroups top) {
    return top.keys().stream().mapToInt(Integer::intValue).toArray();
  }

  /// The groups whose tuple is among the best.
  Groups keep(Groups groups) {
    return groups.select(picks(groups, true));
  }

  /// The other groups.
  Groups leaveOut(Groups groups) {
    return groups.select(picks(groups, false));
  }

  private int[] picks(Groups groups, boolean among) {
    int[] matches = winners.match(RowKeys.project(groups, positions));
    IntArrayList picks = new IntArrayList();
    for (int group = 0; group < matches.length; group++) {
      if (matches[group] >= 0 == among) {
        picks.addInt(group);
      }
    }
    return picks.toIntArray();
  }

  /// Positions in `groupBy` of the keys that top does not name.
  static int[] remaining(AggregateQuery query) {
    List<Integer> named = query.top() == null ? List.of() : query.top().keys();
    List<Integer> remaining = new ArrayList<>();
    for (int i = 0; i < query.groupBy().size(); i++) {
      if (!named.contains(i)) {
        remaining.add(i);
      }
    }
    return remaining.stream().mapToInt(Integer::intValue).toArray();
  }
}
