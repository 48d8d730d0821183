package io.tyto.engine.behaviour;

import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.MemoryBudget;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Cuts each entity's events into sessions. Not thread-safe.
public final class SessionPass implements EntityPass {
  private final long gapTicks;
  private final @Nullable TimeAxis axis;
  private final boolean hasQuantiles;
  private final MemoryBudget memory;
  private final SessionStats total;
  private final Map<Group, SessionStats> groups = new TreeMap<>();

  /// The group looked up last: sessions of one entity often share it.
  private Group lastGroup = new Group(-1, -1);

  private SessionStats lastStats;

  /// @param bucket of the axis the session begins in, 0 without an axis
  /// @param code of the dimension of its first event, 0 for null
  public record Group(int bucket, int code) implements Comparable<Group> {
    @Override
    public int compareTo(Group other) {
      int order = Integer.compare(bucket, other.bucket);
      return order != 0 ? order : Integer.compare(code, other.code);
    }
  }

  /// @param axis in the scan's ticks; null: sessions are not grouped by time
  public SessionPass(
      long gapTicks, @Nullable TimeAxis axis, boolean hasQuantiles, MemoryBudget memory) {
    this.gapTicks = gapTicks;
    this.axis = axis;
    this.hasQuantiles = hasQuantiles;
    this.memory = memory;
    // Quantiles of all sessions come from the lengths of the groups.
    total = new SessionStats(false, memory);
    lastStats = total;
  }

  @Override
  public void entity(int partition, int entity, EntityEvents events, int from, int to) {
    int begin = from;
    for (int at = from + 1; at <= to; at++) {
      Checkpoint.pass(at);
      if (at == to || events.time(at) - events.time(at - 1) > gapTicks || isApart(events, at)) {
        long ticks = events.time(at - 1) - events.time(begin);
        int bucket = axis == null ? 0 : axis.indexOf(events.time(begin));
        total.add(partition, entity, at - begin, ticks);
        stats(bucket, events.code(begin)).add(partition, entity, at - begin, ticks);
        begin = at;
      }
    }
  }

  /// The difference of times at either end of the scale leaves its long.
  private static boolean isApart(EntityEvents events, int at) {
    return events.time(at) - events.time(at - 1) < 0;
  }

  private SessionStats stats(int bucket, int code) {
    if (lastGroup.bucket != bucket || lastGroup.code != code) {
      lastGroup = new Group(bucket, code);
      SessionStats known = groups.get(lastGroup);
      if (known == null) {
        memory.reserve(SessionStats.BYTES);
        known = new SessionStats(hasQuantiles, memory);
        groups.put(lastGroup, known);
      }
      lastStats = known;
    }
    return lastStats;
  }

  public SessionStats total() {
    return total;
  }

  public Map<Group, SessionStats> groups() {
    return groups;
  }
}
