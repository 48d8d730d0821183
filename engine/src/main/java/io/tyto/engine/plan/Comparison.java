package io.tyto.engine.plan;

import io.tyto.engine.calendar.BucketMatch;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import io.tyto.model.query.GroupKey;
import java.util.Arrays;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/// Brings the compared period's buckets onto the current period's axes; buckets that stand beside
/// none fall away.
record Comparison(AggregatePlan plan, Period current, Period previous) {
  /// The compared period's groups with the current period's buckets, but for the rolling key: its
  /// intervals are no buckets yet.
  Groups alignedGroups() {
    Groups groups = previous.groups();
    for (int position = 0; position < plan.keyCount(); position++) {
      int[] currentOf = position == plan.rollingKey() ? null : currentOf(position);
      if (currentOf != null) {
        groups = groups.select(matching(groups.key(position), currentOf));
        GroupKeys moved = moved(groups.key(position), currentOf);
        groups = RowKeys.replace(groups, position, moved);
      }
    }
    return groups;
  }

  /// The same for the rolling key of finished rows.
  PeriodRows alignedRows(PeriodRows rows) {
    int position = plan.rollingKey();
    int[] currentOf = position < 0 ? null : currentOf(position);
    if (currentOf == null) {
      return rows;
    }
    int[] picks = matching(rows.keys().key(position), currentOf);
    Groups kept = RowKeys.select(rows.keys(), picks);
    Groups keys = RowKeys.replace(kept, position, moved(kept.key(position), currentOf));
    int[] places = Arrays.stream(picks).map(row -> rows.places()[row]).toArray();
    return new PeriodRows(keys, rows.states(), places, rows.nothing());
  }

  /// Null where the key has the same buckets in both periods.
  private int @Nullable [] currentOf(int position) {
    GroupKey.TimeBucket bucket = plan.bucketKey(position);
    if (bucket == null || !plan.columns().isEventTime(bucket.column())) {
      return null;
    }
    return BucketMatch.currentOf(
        current.axis(position), previous.axis(position), plan.query().compareShift());
  }

  private static int[] matching(GroupKeys buckets, int[] currentOf) {
    IntArrayList picks = new IntArrayList();
    for (int i = 0; i < buckets.count(); i++) {
      Long bucket = (Long) buckets.value(i);
      if (bucket == null || currentOf[bucket.intValue()] >= 0) {
        picks.addInt(i);
      }
    }
    return picks.toIntArray();
  }

  private static GroupKeys moved(GroupKeys buckets, int[] currentOf) {
    long[] moved = new long[buckets.count()];
    boolean[] nulls = new boolean[buckets.count()];
    for (int i = 0; i < moved.length; i++) {
      Long bucket = (Long) buckets.value(i);
      nulls[i] = bucket == null;
      moved[i] = bucket == null ? 0 : currentOf[bucket.intValue()];
    }
    return new GroupKeys.LongKeys(moved, nulls);
  }
}
