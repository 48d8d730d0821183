package io.tyto.engine.aggregate;

/// What a merge does to groups.
final class Groupings {
  private Groupings() {}

  /// Whether the targets are all groups from 0, and no source goes to two of them.
  ///
  /// @param groups sources are below, or the answer is no
  static boolean isSelection(int groups, int[] sources, int[] targets, int count) {
    boolean[] isTaken = new boolean[groups];
    for (int i = 0; i < count; i++) {
      if (targets[i] != i || sources[i] >= groups || isTaken[sources[i]]) {
        return false;
      }
      isTaken[sources[i]] = true;
    }
    return true;
  }
}
