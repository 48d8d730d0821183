package io.tyto.model.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// @param steps of all entities
/// @param groups by value, those with the most entities first, ties by value; empty without a
///   breakdown
/// @param groupCount groups before the limit
public record FunnelResult(List<Step> steps, List<Group> groups, long groupCount, QueryMeta meta) {

  /// @param entities that reached this step
  /// @param medianSeconds from the step before to this one; null for the first, where nobody
  ///   reached it, or where it was not asked for
  public record Step(long entities, @Nullable Double medianSeconds) {}

  public record Group(@Nullable Object value, List<Step> steps) {}
}
