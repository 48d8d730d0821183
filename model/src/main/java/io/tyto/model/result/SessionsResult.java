package io.tyto.model.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// @param groups in order of time, then those with the most sessions first, ties by value; empty
///   where nothing was grouped by
/// @param groupCount groups before the limit
public record SessionsResult(Stats total, List<Group> groups, long groupCount, QueryMeta meta) {

  /// @param entities that had a session
  /// @param events in all sessions together
  /// @param averageSeconds from a session's first event to its last; null of none
  /// @param quantileSeconds as the query lists them; each null of none
  public record Stats(
      long entities,
      long sessions,
      long events,
      @Nullable Double averageSeconds,
      List<@Nullable Double> quantileSeconds) {}

  /// @param period null where no granularity was asked for
  public record Group(@Nullable Bucket period, @Nullable Object value, Stats stats) {}
}
