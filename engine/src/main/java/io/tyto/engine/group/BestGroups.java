package io.tyto.engine.group;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.aggregate.RowTotals;
import io.tyto.engine.scan.Workers;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/// Picks the best groups by one state out of many, where nobody asks for the others: ranges of
/// groups in parallel, a heap each.
///
/// @param groups ascending; all that are no worse than the last one wanted, so ties are all there
/// @param total groups that have rows
record BestGroups(int[] groups, int total) {
  /// Below it sorting all groups is as good.
  private static final int MANY = 1 << 12;

  private static final int RANGE = 1 << 14;

  /// Null where there are so few groups, or so many wanted, that picking is not worth it, or some
  /// have no value and would have to be among them.
  static @Nullable BestGroups of(
      GroupScan.Best best, Accumulator state, RowTotals totals, int limit, ScanPlan plan) {
    if (limit < MANY || best.count() > limit >> 4 || best.count() > RANGE) {
      return null;
    }
    int ranges = (limit + RANGE - 1) / RANGE;
    List<Heap> heaps =
        Workers.deal(
            plan.context(),
            ranges,
            () -> new Heap(best, state),
            (heap, range) ->
                heap.addRange(totals, range * RANGE, Math.min(limit, (range + 1) * RANGE)));
    Heap all = heaps.getFirst();
    heaps.subList(1, heaps.size()).forEach(all::addAll);
    if (all.size < best.count()) {
      return null;
    }
    int[][] kept = new int[ranges][];
    Workers.run(
        plan.context(),
        ranges,
        range ->
            kept[range] = all.noWorse(totals, range * RANGE, Math.min(limit, (range + 1) * RANGE)));
    return new BestGroups(Arrays.stream(kept).flatMapToInt(Arrays::stream).toArray(), all.total);
  }

  /// The best groups so far, the worst of them on top.
  private static final class Heap {
    private final Accumulator state;
    private final boolean isDescending;
    private final int[] groups;
    private int size;
    private int total;

    Heap(GroupScan.Best best, Accumulator state) {
      this.state = state;
      isDescending = best.isDescending();
      groups = new int[best.count()];
    }

    void addRange(RowTotals totals, int from, int to) {
      for (int group = from; group < to; group++) {
        if (totals.has(group)) {
          total++;
          if (!state.isNull(group)) {
            add(group);
          }
        }
      }
    }

    void addAll(Heap other) {
      total += other.total;
      for (int i = 0; i < other.size; i++) {
        add(other.groups[i]);
      }
    }

    private void add(int group) {
      if (size < groups.length) {
        groups[size++] = group;
        for (int at = size - 1;
            at > 0 && isWorse(groups[at], groups[at - 1 >> 1]);
            at = at - 1 >> 1) {
          swap(at, at - 1 >> 1);
        }
      } else if (isWorse(groups[0], group)) {
        groups[0] = group;
        sink();
      }
    }

    private void sink() {
      int at = 0;
      while (2 * at + 1 < size) {
        int child = 2 * at + 1;
        if (child + 1 < size && isWorse(groups[child + 1], groups[child])) {
          child++;
        }
        if (!isWorse(groups[child], groups[at])) {
          return;
        }
        swap(at, child);
        at = child;
      }
    }

    private void swap(int left, int right) {
      int group = groups[left];
      groups[left] = groups[right];
      groups[right] = group;
    }

    private boolean isWorse(int left, int right) {
      int order = state.compare(left, right);
      return isDescending ? order < 0 : order > 0;
    }

    /// The groups of a range that are no worse than the worst here.
    int[] noWorse(RowTotals totals, int from, int to) {
      IntArrayList kept = new IntArrayList();
      int worst = groups[0];
      for (int group = from; group < to; group++) {
        if (totals.has(group) && !state.isNull(group) && !isWorse(group, worst)) {
          kept.addInt(group);
        }
      }
      return kept.toIntArray();
    }
  }
}
