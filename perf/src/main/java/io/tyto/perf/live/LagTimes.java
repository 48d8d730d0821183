package io.tyto.perf.live;

import java.util.concurrent.atomic.AtomicLongArray;

/// Counts times by the millisecond; what takes longer than a minute counts as a minute.
/// Thread-safe.
final class LagTimes {
  private static final int MOST = 60_000;

  private final AtomicLongArray counts = new AtomicLongArray(MOST + 1);

  void add(long millis) {
    counts.incrementAndGet(Math.clamp(millis, 0, MOST));
  }

  void clear() {
    for (int i = 0; i <= MOST; i++) {
      counts.set(i, 0);
    }
  }

  long size() {
    long size = 0;
    for (int i = 0; i <= MOST; i++) {
      size += counts.get(i);
    }
    return size;
  }

  /// Milliseconds that a share of the times does not exceed.
  int quantile(double share) {
    long wanted = (long) Math.ceil(share * size());
    long seen = 0;
    for (int i = 0; i <= MOST; i++) {
      seen += counts.get(i);
      if (seen >= wanted) {
        return i;
      }
    }
    return MOST;
  }
}
