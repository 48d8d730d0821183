package io.tyto.engine.group;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.scan.ScanStats;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The groups of a scan: one row per group, its keys and its states. Immutable but for the states,
/// which nobody changes after the scan; safe to read from many threads once handed over.
///
/// Groups come in no useful order, but in a repeatable one where some state depends on order.
/// Without keys there is exactly one group, even over no rows.
public final class Groups {
  private final int count;
  private final int total;
  private final List<GroupKeys> keys;
  private final List<Accumulator> states;
  private final ScanStats stats;

  public Groups(int count, List<GroupKeys> keys, List<Accumulator> states, ScanStats stats) {
    this(count, count, keys, states, stats);
  }

  /// @param total how many there were before only the best were kept
  Groups(int count, int total, List<GroupKeys> keys, List<Accumulator> states, ScanStats stats) {
    this.count = count;
    this.total = total;
    this.keys = List.copyOf(keys);
    this.states = List.copyOf(states);
    this.stats = stats;
  }

  public int count() {
    return count;
  }

  /// Groups that the scan found, of which {@link #count} are here: fewer where it was asked for the
  /// best alone.
  public int total() {
    return total;
  }

  public List<GroupKeys> keys() {
    return keys;
  }

  /// In the order of the spec's keys.
  public GroupKeys key(int i) {
    return keys.get(i);
  }

  public List<Accumulator> states() {
    return states;
  }

  /// In the order of the spec's states.
  public Accumulator state(int i) {
    return states.get(i);
  }

  public ScanStats stats() {
    return stats;
  }

  /// The same groups, of which another scan is to be told.
  public Groups withStats(ScanStats other) {
    return new Groups(count, total, keys, states, other);
  }

  /// Group i of the result is group `groups[i]` of this; a group may be left out.
  public Groups select(int[] groups) {
    List<GroupKeys> selected = keys.stream().map(key -> key.select(groups)).toList();
    return merge(groups.length, selected, groups, range(groups.length));
  }

  /// Merges the groups that agree in the keys at `keptKeys`, which become the keys of the result.
  ///
  /// Without kept keys: one group. Not what `totals` means where a list column was exploded or a
  /// bucket axis dropped rows: then scan without keys.
  public Groups regroup(int[] keptKeys) {
    int[] targets = tuples(keptKeys);
    int newCount = keptKeys.length == 0 ? 1 : 0;
    int[] firsts = new int[Math.max(count, 1)];
    for (int group = 0; group < count; group++) {
      if (keptKeys.length > 0 && targets[group] == newCount) {
        firsts[newCount++] = group;
      }
    }
    int[] representatives = Arrays.copyOf(firsts, newCount);
    List<GroupKeys> kept = new ArrayList<>();
    for (int key : keptKeys) {
      kept.add(keys.get(key).select(representatives));
    }
    return merge(newCount, kept, range(count), targets);
  }

  /// The general form: new groups with keys of the caller's, where group `sources[i]` of this is
  /// merged into group `targets[i]`. A group may go to several targets (a window) or to none.
  /// Targets without a source are empty groups.
  public Groups merge(int newCount, List<GroupKeys> newKeys, int[] sources, int[] targets) {
    List<Accumulator> merged = new ArrayList<>();
    for (Accumulator state : states) {
      Accumulator target = state.fresh();
      target.ensureGroups(newCount);
      target.merge(state, sources, targets, sources.length);
      merged.add(target);
    }
    return new Groups(newCount, newKeys, merged, stats);
  }

  /// For each group the number of its tuple of the keys at `positions`, from 0, dense, in order of
  /// first sight.
  public int[] tuples(int[] positions) {
    if (positions.length == 0) {
      return new int[count];
    }
    return new TupleNumbers(Arrays.stream(positions).mapToObj(keys::get).toList()).number();
  }

  /// For each group of `other` (same kinds of keys) the group of this with equal keys, or -1.
  public int[] match(Groups other) {
    if (keys.isEmpty()) {
      return new int[other.count];
    }
    TupleNumbers numbers = new TupleNumbers(keys);
    int[] mine = numbers.number();
    int[] groupOf = new int[count];
    for (int group = 0; group < count; group++) {
      groupOf[mine[group]] = group;
    }
    int[] matched = numbers.find(other.keys);
    for (int i = 0; i < matched.length; i++) {
      matched[i] = matched[i] < 0 ? -1 : groupOf[matched[i]];
    }
    return matched;
  }

  /// The same groups in ascending order of their keys.
  public Groups sorted() {
    if (count < 2) {
      return this;
    }
    int[] groups = range(count);
    GroupOrder.sort(groups, this::compareKeys);
    Groups sorted = select(groups);
    return new Groups(count, total, sorted.keys, sorted.states, stats);
  }

  private int compareKeys(int left, int right) {
    for (GroupKeys key : keys) {
      int order = key.compare(left, right);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int[] range(int count) {
    int[] range = new int[count];
    Arrays.setAll(range, i -> i);
    return range;
  }
}
