package io.tyto.engine.group;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.scan.ScanStats;
import java.util.List;

/// The groups of a scan: one row per group, its keys and its states. Immutable but for the states, which
/// nobody changes after the scan; safe to read from many threads once handed over.
///
/// Groups come in no useful order, but in a repeatable one where some state depends on order. Without
/// keys there is exactly one group, even over no rows.
public final class Groups {
  private final int count;
  private final List<GroupKeys> keys;
  private final List<Accumulator> states;
  private final ScanStats stats;

  public Groups(int count, List<GroupKeys> keys, List<Accumulator> states, ScanStats stats) {
    this.count = count;
    this.keys = List.copyOf(keys);
    this.states = List.copyOf(states);
    this.stats = stats;
  }

  public int count() {
    return count;
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

  /// Group i of the result is group `groups[i]` of this; a group may be left out.
  public Groups select(int[] groups) {
    throw new UnsupportedOperationException();
  }

  /// Merges the groups that agree in the keys at `keptKeys`, which become the keys of the result.
  ///
  /// Without kept keys: one group. Not what `totals` means where a list column was exploded or a bucket
  /// axis dropped rows: then scan without keys.
  public Groups regroup(int[] keptKeys) {
    throw new UnsupportedOperationException();
  }

  /// The general form: new groups with keys of the caller's, where group `sources[i]` of this is merged
  /// into group `targets[i]`. A group may go to several targets (a window) or to none. Targets without a
  /// source are empty groups.
  public Groups merge(int newCount, List<GroupKeys> newKeys, int[] sources, int[] targets) {
    throw new UnsupportedOperationException();
  }

  /// For each group the number of the distinct tuple of the keys at `positions`, from 0, dense, in order
  /// of first sight.
  public int[] tuples(int[] positions) {
    throw new UnsupportedOperationException();
  }

  /// For each group of `other` (same kinds of keys) the group of this with equal keys, or -1.
  public int[] match(Groups other) {
    throw new UnsupportedOperationException();
  }
}
