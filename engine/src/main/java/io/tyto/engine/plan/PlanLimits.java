package io.tyto.engine.plan;

/// What one query may grow to.
///
/// @param maxBuckets buckets of a time axis
/// @param maxRows rows before limits
public record PlanLimits(int maxBuckets, int maxRows) {
  static final PlanLimits ONE_ROW = new PlanLimits(1, 1);
}
