package io.tyto.engine.behaviour;

import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.scan.Checkpoint;

/// Counts who came back when. Kind 0 makes an entity a member of a cohort, kind 1 brings it back.
/// Not thread-safe.
public final class RetentionPass implements EntityPass {
  private static final int FIRST = 1;
  private static final int RETURNING = 2;

  private final TimeAxis axis;
  private final int periods;
  private final long[] sizes;
  private final long[] returned;

  /// @param axis in the scan's ticks, with the periods of the last cohort
  /// @param cohorts of which an entity may be a member: the first of the axis
  public RetentionPass(TimeAxis axis, int cohorts, int periods) {
    this.axis = axis;
    this.periods = periods;
    sizes = new long[cohorts];
    returned = new long[Math.multiplyExact(cohorts, periods + 1)];
  }

  @Override
  public void entity(int partition, int entity, EntityEvents events, int from, int to) {
    int first = from;
    while (first < to && (events.kinds(first) & FIRST) == 0) {
      first++;
    }
    int cohort = first == to ? -1 : axis.indexOf(events.time(first));
    if (cohort < 0 || cohort >= sizes.length) {
      return;
    }
    sizes[cohort]++;
    int bucket = cohort;
    int counted = -1;
    for (int at = first + 1; at < to; at++) {
      Checkpoint.pass(at);
      long time = events.time(at);
      if ((events.kinds(at) & RETURNING) == 0 || time == events.time(first)) {
        continue;
      }
      while (bucket < axis.size() && axis.boundary(bucket + 1) <= time) {
        bucket++;
      }
      int period = bucket - cohort;
      if (bucket == axis.size() || period > periods) {
        return;
      }
      if (period > counted) {
        counted = period;
        returned[cohort * (periods + 1) + period]++;
      }
    }
  }

  public long size(int cohort) {
    return sizes[cohort];
  }

  public long returned(int cohort, int period) {
    return returned[cohort * (periods + 1) + period];
  }
}
