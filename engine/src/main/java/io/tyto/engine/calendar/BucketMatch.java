package io.tyto.engine.calendar;

import io.tyto.model.query.GroupKey;
import java.time.ZonedDateTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Which bucket of the current period a bucket of the compared one is shown beside.
public final class BucketMatch {
  private BucketMatch() {}

  /// By previous bucket the current one, or -1. One to one.
  ///
  /// Without a shift the k-th stands beside the k-th. With one, a bucket stands beside the one that
  /// holds its own start moved back by the shift on the local calendar, so that hours of the day
  /// agree across a change of the clocks. Where several fall onto one (29th to 31st of March onto
  /// the end of February), the first takes it.
  public static int[] currentOf(
      TimeAxis current, TimeAxis previous, GroupKey.@Nullable TimeAmount shift) {
    int[] currentOf = new int[previous.size()];
    if (shift == null) {
      Arrays.setAll(currentOf, i -> i < current.size() ? i : -1);
      return currentOf;
    }
    Arrays.fill(currentOf, -1);
    for (int bucket = 0; bucket < current.size(); bucket++) {
      ZonedDateTime moved = current.timeOf(bucket).minus(shift.period()).minus(shift.duration());
      int match = previous.indexOf(previous.position(moved));
      if (match >= 0 && currentOf[match] < 0) {
        currentOf[match] = bucket;
      }
    }
    return currentOf;
  }
}
