package io.tyto.model.result;

import java.util.List;

/// @param cohorts of every period that meets the range, in order of time
public record RetentionResult(List<Cohort> cohorts, QueryMeta meta) {

  /// @param returned by period, from 0, the cohort's own
  public record Cohort(Bucket period, long entities, List<Long> returned) {}
}
