package io.tyto.engine.aggregate;

import java.util.Map;
import java.util.TreeMap;

/// {@link CodeGroups} by range of codes: ranges that only one thread has seen are handed over when
/// threads merge. Not thread-safe.
final class RangedCodeGroups {
  private final Map<Integer, CodeGroups> byRange = new TreeMap<>();
  private int groups;

  void ensureGroups(int count) {
    if (count > groups) {
      groups = count;
      byRange.values().forEach(each -> each.ensureGroups(groups));
    }
  }

  int groups() {
    return groups;
  }

  /// See {@link CodeGroups#add}; false where other sets are better from now on.
  boolean add(int range, int[] groupOf, int[] codes, int count, int limit) {
    CodeGroups of =
        byRange.computeIfAbsent(
            range,
            _ -> {
              CodeGroups made = new CodeGroups();
              made.ensureGroups(groups);
              return made;
            });
    of.add(groupOf, codes, count, limit);
    return !of.isCrowded();
  }

  int count(int group) {
    int count = 0;
    for (CodeGroups each : byRange.values()) {
      count += each.count(group);
    }
    return count;
  }

  /// Takes in another one, which is not used any more.
  void merge(RangedCodeGroups other) {
    ensureGroups(other.groups);
    other.byRange.forEach((range, theirs) -> {
      theirs.ensureGroups(groups);
      CodeGroups mine = byRange.get(range);
      if (mine == null) {
        byRange.put(range, theirs);
      } else if (mine.rows() < theirs.rows()) {
        theirs.merge(mine);
        byRange.put(range, theirs);
      } else {
        mine.merge(theirs);
      }
    });
  }

  void forEach(CodeGroups.Member member) {
    byRange.values().forEach(each -> each.forEach(member));
  }

  long sizeBytes() {
    long bytes = 0;
    for (CodeGroups each : byRange.values()) {
      bytes += each.sizeBytes();
    }
    return bytes;
  }
}
