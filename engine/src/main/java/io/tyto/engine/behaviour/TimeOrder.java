package io.tyto.engine.behaviour;

import io.tyto.engine.scan.Checkpoint;
import org.agrona.collections.IntArrayList;

/// Brings one entity's events in order. They come in few ascending runs, one a segment and a few
/// for late events, so runs are merged; what is in order already is only looked at. Stable: what is
/// equal stays as it arrived. Not thread-safe.
final class TimeOrder {
  private final EntityEvents spare;
  private final IntArrayList starts = new IntArrayList();

  TimeOrder(EntityEvents like) {
    spare = like.fresh();
  }

  /// Returns by how many bytes this grew.
  long sort(EntityEvents events, int from, int to) {
    int second = runEnd(events, from, to);
    if (second == to) {
      return 0;
    }
    starts.clear();
    starts.addInt(from);
    for (int start = second; start < to; start = runEnd(events, start, to)) {
      starts.addInt(start);
    }
    starts.addInt(to);
    long grown = spare.ensure(to - from);
    while (starts.size() > 2) {
      mergePairs(events);
    }
    return grown;
  }

  private static int runEnd(EntityEvents events, int from, int to) {
    int end = from + 1;
    while (end < to && !events.isBehind(end - 1, end)) {
      end++;
    }
    return end;
  }

  private void mergePairs(EntityEvents events) {
    int kept = 0;
    int runs = starts.size() - 1;
    for (int run = 0; run < runs; run += 2) {
      starts.setInt(kept++, starts.getInt(run));
      if (run + 1 < runs) {
        merge(events, starts.getInt(run), starts.getInt(run + 1), starts.getInt(run + 2));
      }
    }
    starts.setInt(kept++, starts.getInt(runs));
    while (starts.size() > kept) {
      starts.removeAt(starts.size() - 1);
    }
  }

  /// Only the left run moves aside; the right one is read where it is, ahead of what is written.
  private void merge(EntityEvents events, int from, int middle, int to) {
    int leftCount = middle - from;
    events.copy(from, spare, 0, leftCount);
    int left = 0;
    int right = middle;
    int at = from;
    while (left < leftCount && right < to) {
      Checkpoint.pass(at);
      if (isBehind(left, events, right)) {
        events.copyOne(right++, events, at++);
      } else {
        spare.copyOne(left++, events, at++);
      }
    }
    spare.copy(left, events, at, leftCount - left);
  }

  private boolean isBehind(int left, EntityEvents events, int right) {
    long leftTime = spare.times[left];
    long rightTime = events.times[right];
    return leftTime != rightTime ? leftTime > rightTime : spare.ranks[left] > events.ranks[right];
  }
}
