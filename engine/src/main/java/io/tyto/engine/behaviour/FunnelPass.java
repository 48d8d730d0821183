package io.tyto.engine.behaviour;

import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.MemoryBudget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds each entity's furthest attempt in one go over its events: for every step it remembers the
/// attempt that reached it and began last, since whatever another attempt can still do, that one
/// can do too. Step i is kind i. Not thread-safe.
public final class FunnelPass implements EntityPass {
  private static final int NONE = -1;
  private static final int FIRST_GROUPS = 64;

  private final int steps;
  private final long windowTicks;
  private final boolean isStrict;
  private final boolean hasTimes;
  private final MemoryBudget memory;

  /// For each step the position its attempt began at, or NONE.
  private final int[] begun;

  /// For each step the times at which its attempt reached the steps up to it.
  private final long[][] reached;

  private final long[] furthestTimes;

  /// By code and step: entities whose furthest step it is.
  private long[] ended;

  /// By code, then by step: the times from the step before to it; lists are made when needed.
  private final List<LongValues[]> times = new ArrayList<>();

  /// @param windowTicks from the first step to the last, at most
  public FunnelPass(
      int steps, long windowTicks, boolean isStrict, boolean hasTimes, MemoryBudget memory) {
    this.steps = steps;
    this.windowTicks = windowTicks;
    this.isStrict = isStrict;
    this.hasTimes = hasTimes;
    this.memory = memory;
    begun = new int[steps];
    reached = new long[steps][steps];
    furthestTimes = new long[steps];
    ended = new long[0];
  }

  @Override
  public void entity(int partition, int entity, EntityEvents events, int from, int to) {
    Arrays.fill(begun, NONE);
    int furthest = NONE;
    int furthestBegun = NONE;
    for (int at = from; at < to; at++) {
      Checkpoint.pass(at);
      int kinds = events.kinds(at);
      long time = events.time(at);
      for (int step = steps - 1; step >= 0; step--) {
        if ((kinds >>> step & 1) == 0) {
          begun[step] = isStrict ? NONE : begun[step];
        } else if (advance(step, at, time, events) && step > furthest) {
          furthest = step;
          furthestBegun = begun[step];
          System.arraycopy(reached[step], 0, furthestTimes, 0, step + 1);
        }
      }
      if (furthest == steps - 1) {
        break;
      }
    }
    if (furthest != NONE) {
      note(furthest, events.code(furthestBegun));
    }
  }

  /// Lets the attempt of the step before take this event, where it began later than the one that is
  /// at this step; false where it does not.
  private boolean advance(int step, int at, long time, EntityEvents events) {
    if (step == 0) {
      begun[0] = at;
    } else {
      int before = begun[step - 1];
      if (before == NONE || before <= begun[step] || isTooLate(time, events.time(before))) {
        return false;
      }
      begun[step] = before;
      System.arraycopy(reached[step - 1], 0, reached[step], 0, step);
    }
    reached[step][step] = time;
    return true;
  }

  /// Times may be as far apart as longs reach.
  private boolean isTooLate(long time, long begin) {
    return Long.compareUnsigned(time - begin, windowTicks) > 0;
  }

  private void note(int furthest, int code) {
    int at = code * steps + furthest;
    if (at >= ended.length) {
      grow(code);
    }
    ended[at]++;
    if (hasTimes && furthest > 0) {
      LongValues[] lists = timesOf(code);
      for (int step = 1; step <= furthest; step++) {
        lists[step].add(furthestTimes[step] - furthestTimes[step - 1]);
      }
    }
  }

  private void grow(int code) {
    long groups = Math.max(FIRST_GROUPS, code + 1L + (code >> 1));
    int length = Math.toIntExact(groups * steps);
    memory.reserve((length - ended.length) * (long) Long.BYTES);
    ended = Arrays.copyOf(ended, length);
  }

  private LongValues[] timesOf(int code) {
    while (times.size() <= code) {
      times.add(new LongValues[0]);
    }
    LongValues[] lists = times.get(code);
    if (lists.length == 0) {
      memory.reserve(steps * 48L);
      lists = new LongValues[steps];
      Arrays.setAll(lists, _ -> new LongValues(memory));
      times.set(code, lists);
    }
    return lists;
  }

  /// Codes that any entity may have are below.
  public int codes() {
    return ended.length / steps;
  }

  /// Adds, for each step, the entities of a code that reached it.
  public void addReached(int code, long[] entities) {
    if (code >= codes()) {
      return;
    }
    long beyond = 0;
    for (int step = steps - 1; step >= 0; step--) {
      beyond += ended[code * steps + step];
      entities[step] += beyond;
    }
  }

  /// Adds the list of times from the step before to this one, of one code, where there is one.
  public void addTimes(int code, int step, List<LongValues> lists) {
    if (code < times.size() && times.get(code).length > 0) {
      lists.add(times.get(code)[step]);
    }
  }
}
