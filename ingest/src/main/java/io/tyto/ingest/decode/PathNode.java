package io.tyto.ingest.decode;

import io.tyto.model.schema.JsonPointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A place in a record on the way to what columns want: the paths of a schema as a tree.
///
/// Belongs to one decoder, as it notes which keys an object had.
final class PathNode {
  private final List<Target> targets = new ArrayList<>();
  private final List<byte[]> keys = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final List<PathNode> members = new ArrayList<>();
  private @Nullable PathNode every;
  private @Nullable List<Target> allTargets;
  private @Nullable RestOfEvent rest;
  private int ordinal;
  private long lastObject;
  private long objects;

  /// Child + 1 by hash of its key, 0 where free; a power of two.
  private int[] table = new int[4];

  /// Adds a column that wants what is at the path.
  void add(JsonPointer path, Target target) {
    at(path).targets.add(target);
  }

  /// The place at the path, made now where it is new.
  PathNode at(JsonPointer path) {
    PathNode node = this;
    for (JsonPointer.Step step : path.steps()) {
      node =
          switch (step) {
            case JsonPointer.Each _ -> node.everyOrNew();
            case JsonPointer.Member(String name) -> node.memberOrNew(name);
          };
    }
    return node;
  }

  /// Gives the keys of objects here that no column asks for to a collector.
  void collect(@Nullable RestOfEvent unread) {
    rest = unread;
  }

  @Nullable RestOfEvent rest() {
    return rest;
  }

  /// Objects that were met here so far.
  long objects() {
    return objects;
  }

  void noteObject() {
    objects++;
  }

  List<Target> targets() {
    return targets;
  }

  /// Where elements of an array at this place go, if a path has `*` here.
  @Nullable PathNode every() {
    return every;
  }

  boolean hasMembers() {
    return !members.isEmpty();
  }

  List<PathNode> members() {
    return members;
  }

  /// Key of each member.
  List<String> names() {
    return names;
  }

  /// Every column at or below this place. The tree is complete when this is first asked.
  List<Target> allTargets() {
    if (allTargets == null) {
      allTargets = new ArrayList<>(targets);
      for (PathNode member : members) {
        allTargets.addAll(member.allTargets());
      }
      if (every != null) {
        allTargets.addAll(every.allTargets());
      }
    }
    return allTargets;
  }

  /// The member of that key, or null.
  ///
  /// @param expected ordinal of the likely one: records tend to have their keys in the same order
  @Nullable PathNode member(byte[] data, int from, int to, int expected) {
    if (expected < members.size() && isKey(expected, data, from, to)) {
      return members.get(expected);
    }
    int mask = table.length - 1;
    for (int slot = hash(data, from, to) & mask; table[slot] != 0; slot = slot + 1 & mask) {
      if (isKey(table[slot] - 1, data, from, to)) {
        return members.get(table[slot] - 1);
      }
    }
    return null;
  }

  /// The member for a position in an array, or null.
  @Nullable PathNode element(int index) {
    if (members.isEmpty()) {
      return null;
    }
    byte[] key = Integer.toString(index).getBytes(StandardCharsets.US_ASCII);
    return member(key, 0, key.length, index);
  }

  /// Position among its parent's members.
  int ordinal() {
    return ordinal;
  }

  /// Notes that an object has this key; false where it had it before.
  boolean note(long object) {
    boolean isNew = lastObject != object;
    lastObject = object;
    return isNew;
  }

  private PathNode everyOrNew() {
    if (every == null) {
      every = new PathNode();
    }
    return every;
  }

  private PathNode memberOrNew(String step) {
    byte[] key = step.getBytes(StandardCharsets.UTF_8);
    PathNode known = member(key, 0, key.length, 0);
    if (known != null) {
      return known;
    }
    PathNode added = new PathNode();
    added.ordinal = members.size();
    keys.add(key);
    names.add(step);
    members.add(added);
    rebuildTable();
    return added;
  }

  private void rebuildTable() {
    table = new int[Integer.highestOneBit(members.size()) * 4];
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i);
      int slot = hash(key, 0, key.length) & table.length - 1;
      while (table[slot] != 0) {
        slot = slot + 1 & table.length - 1;
      }
      table[slot] = i + 1;
    }
  }

  private boolean isKey(int child, byte[] data, int from, int to) {
    byte[] key = keys.get(child);
    return Arrays.equals(key, 0, key.length, data, from, to);
  }

  /// Of the length and a few bytes: the table is small, and only the config adds to it.
  private static int hash(byte[] data, int from, int to) {
    if (from == to) {
      return 0;
    }
    int hash = (to - from) * 31 + data[from];
    hash = hash * 31 + data[from + (to - from) / 2];
    hash = (hash * 31 + data[to - 1]) * 0x9E3779B9;
    return hash ^ hash >>> 16;
  }
}
