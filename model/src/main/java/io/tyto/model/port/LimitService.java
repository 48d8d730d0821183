package io.tyto.model.port;

import io.tyto.model.access.Caller;
import io.tyto.model.access.LimitClass;

/// Tells callers what they may still use. Thread-safe; does not block.
public interface LimitService {
  /// Where nobody is limited.
  LimitService NONE =
      caller -> new Use(LimitClass.none(caller.limits()), Double.POSITIVE_INFINITY, 0, 0);

  /// What a caller has used.
  ///
  /// @param limits of the caller's class
  /// @param remaining cost that could be used now; infinite where there is no limit
  /// @param usedToday cost since midnight, UTC
  /// @param running queries at this moment
  record Use(LimitClass limits, double remaining, double usedToday, int running) {
    /// Until what can be used at once is back; 0 where there is no limit.
    public double secondsToFull() {
      return Double.isInfinite(limits.burst()) || remaining >= limits.burst()
          ? 0
          : (limits.burst() - remaining) / limits.costPerSecond();
    }
  }

  Use use(Caller caller);
}
