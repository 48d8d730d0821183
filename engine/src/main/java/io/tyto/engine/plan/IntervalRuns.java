package io.tyto.engine.plan;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.IntArrayList;

/// States in order of time: those of interval i are the places `order[starts[i], starts[i + 1])`.
///
/// @param scanned by place: a scanned group of the same series
/// @param order places by interval; after the last interval those without a time
@SuppressWarnings("ArrayRecordComponent") // never compared
record IntervalRuns(List<Accumulator> states, int[] scanned, int[] order, int[] starts) {
  /// @param timeKey position of the key that holds interval numbers
  static IntervalRuns of(Groups groups, int timeKey, int intervals) {
    int[] intervalOf = new int[groups.count()];
    GroupKeys key = groups.key(timeKey);
    int[] starts = new int[intervals + 1];
    for (int group = 0; group < intervalOf.length; group++) {
      Long interval = (Long) key.value(group);
      intervalOf[group] = interval == null ? intervals : interval.intValue();
      if (interval != null) {
        starts[intervalOf[group] + 1]++;
      }
    }
    for (int i = 1; i < starts.length; i++) {
      starts[i] += starts[i - 1];
    }
    int[] next = starts.clone();
    int[] order = new int[intervalOf.length];
    for (int group = 0; group < intervalOf.length; group++) {
      order[next[intervalOf[group]]++] = group;
    }
    return new IntervalRuns(groups.states(), RowKeys.identity(order.length), order, starts);
  }

  /// Groups without a time.
  int[] timeless() {
    return Arrays.copyOfRange(order, starts[starts.length - 1], order.length);
  }

  /// Merges the intervals `[from, to)`, a target a series.
  void mergeInto(List<Accumulator> into, RollingMerge.Targets targets, int from, int to) {
    if (from >= to || starts[from] == starts[to]) {
      return;
    }
    int[] sources = Arrays.copyOfRange(order, starts[from], starts[to]);
    int[] numbers = new int[sources.length];
    for (int i = 0; i < sources.length; i++) {
      numbers[i] = targets.of(scanned[sources[i]]);
    }
    for (int i = 0; i < into.size(); i++) {
      into.get(i).ensureGroups(targets.count());
      into.get(i).merge(states.get(i), sources, numbers, sources.length);
    }
  }

  /// The same with `size` intervals merged into one; what is left at the end is in no block.
  IntervalRuns blocks(int size, RollingMerge.Targets targets) {
    int count = (starts.length - 1) / size;
    int[] blockStarts = new int[count + 1];
    IntArrayList representatives = new IntArrayList();
    int[] sources = Arrays.copyOf(order, starts[count * size]);
    int[] places = new int[sources.length];
    for (int block = 0; block < count; block++) {
      targets.clear();
      for (int i = starts[block * size]; i < starts[(block + 1) * size]; i++) {
        places[i] = blockStarts[block] + targets.of(scanned[order[i]]);
      }
      for (int target = 0; target < targets.count(); target++) {
        representatives.addInt(targets.representative(target));
      }
      blockStarts[block + 1] = representatives.size();
    }
    List<Accumulator> merged = new ArrayList<>();
    for (Accumulator state : states) {
      Accumulator whole = state.fresh();
      whole.ensureGroups(representatives.size());
      whole.merge(state, sources, places, sources.length);
      merged.add(whole);
    }
    int[] group = representatives.toIntArray();
    return new IntervalRuns(merged, group, RowKeys.identity(group.length), blockStarts);
  }
}
