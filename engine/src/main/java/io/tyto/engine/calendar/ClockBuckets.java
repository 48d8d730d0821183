package io.tyto.engine.calendar;

import io.tyto.model.query.GroupKey;
import io.tyto.model.schema.TimestampUnit;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Arrays;
import org.agrona.collections.LongArrayList;

/// Buckets of seconds, minutes or hours: one begins whenever the wall clock of the zone shows a
/// multiple of the step, counted from 1970-01-01T00:00 local, or jumps over one.
///
/// So an hour that a clock shows twice is two buckets, an hour that it skips is none, and six-hour
/// buckets keep beginning at 00, 06, 12 and 18 on the day of the change.
///
/// @param stepSeconds length of a bucket on the wall clock
/// @param shiftSeconds how far every start is moved
record ClockBuckets(ZoneId zone, long stepSeconds, long shiftSeconds, int maxBuckets) {
  /// No zone has moved its clocks by more than a day at once.
  private static final long LONGEST_JUMP_SECONDS = 2 * 86_400;

  static ClockBuckets of(GroupKey.TimeBucket key, int maxBuckets) {
    long granule =
        switch (key.granularity()) {
          case SECOND -> 1;
          case MINUTE -> 60;
          case HOUR -> 3_600;
          case DAY, WEEK, MONTH, QUARTER, YEAR, ALL ->
              throw new IllegalArgumentException(key.granularity() + " is not a clock unit");
        };
    GroupKey.TimeAmount offset = key.offset();
    long shift =
        offset == null ? 0 : offset.period().getDays() * 86_400L + offset.duration().toSeconds();
    return new ClockBuckets(key.zone(), granule * key.every(), shift, maxBuckets);
  }

  /// In `unit`, ascending, from the start of the bucket that holds `from` to the end of the last
  /// that begins before `to`.
  long[] boundaries(TimestampUnit unit, long from, long to) {
    long first = Math.floorDiv(from, unit.perSecond());
    long last = Math.floorDiv(to, unit.perSecond()) + 1;
    if ((last - first) / stepSeconds > maxBuckets) {
      throw Axes.tooWide(maxBuckets);
    }
    long[] starts = startsCovering(first, last);
    int count = 0;
    do {
      starts[count] = inUnit(unit, starts[count]);
    } while (starts[count++] < to);
    return Arrays.copyOf(starts, count);
  }

  /// Seconds beyond what int64 holds in the unit lie beyond every row: cut to the end of int64.
  private static long inUnit(TimestampUnit unit, long seconds) {
    long limit = Long.MAX_VALUE / unit.perSecond();
    if (Math.abs(seconds) > limit) {
      return seconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return seconds * unit.perSecond();
  }

  /// Starts in epoch seconds: at least one at or before `first`, and one at or after `last`.
  private long[] startsCovering(long first, long last) {
    ZoneRules rules = zone.getRules();
    LongArrayList starts = new LongArrayList();
    long at = first - 2 * stepSeconds - LONGEST_JUMP_SECONDS;
    while (starts.isEmpty() || starts.getLong(starts.size() - 1) < last) {
      ZoneOffsetTransition change = rules.nextTransition(Instant.ofEpochSecond(at));
      long local = rules.getOffset(Instant.ofEpochSecond(at)).getTotalSeconds() - shiftSeconds;
      long until = change == null ? Long.MAX_VALUE : change.toEpochSecond();
      long next = at + Math.floorMod(-(at + local), stepSeconds);
      while (next < until && (starts.isEmpty() || starts.getLong(starts.size() - 1) < last)) {
        starts.addLong(next);
        next += stepSeconds;
      }
      if (change != null) {
        at = until;
        addJump(change, starts);
      }
    }
    return keepFrom(starts, first);
  }

  private void addJump(ZoneOffsetTransition change, LongArrayList starts) {
    long at = change.toEpochSecond();
    long before = at - 1 + change.getOffsetBefore().getTotalSeconds() - shiftSeconds;
    long after = at + change.getOffsetAfter().getTotalSeconds() - shiftSeconds;
    boolean isMultiple = Math.floorMod(after, stepSeconds) == 0;
    if (!isMultiple && Math.floorDiv(before, stepSeconds) != Math.floorDiv(after, stepSeconds)) {
      starts.addLong(at);
    }
  }

  private static long[] keepFrom(LongArrayList starts, long first) {
    int keep = 0;
    while (keep + 1 < starts.size() && starts.getLong(keep + 1) <= first) {
      keep++;
    }
    return Arrays.copyOfRange(starts.toLongArray(), keep, starts.size());
  }
}
