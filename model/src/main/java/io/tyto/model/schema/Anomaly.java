package io.tyto.model.schema;

import java.util.List;

/// A rule that marks events whose value lies far from those before it.
///
/// @param name of the rule, and of the column of its marks: true, false, or null where there was
///   too little before
/// @param value the column whose values are looked at
/// @param deviations a value further from the mean than so many standard deviations is marked
/// @param cohort columns; an event is compared with those before it that have the same values
///   there. Empty: with those of its entity
/// @param after so many values there must be before
public record Anomaly(
    String name, String value, double deviations, List<String> cohort, long after) {
  /// What {@link ColumnSpec#enriched} says of the column, in place of an enricher.
  public static final String FILLER = "anomaly";

  public static final int MAX_RULES = 8;
  public static final int MAX_COHORT_COLUMNS = 4;

  /// Of a rule in one partition; events of further ones are not marked.
  public static final int MAX_COHORTS = 1_000;

  public static final double DEFAULT_DEVIATIONS = 3;
  public static final long DEFAULT_AFTER = 10;

  public Anomaly {
    cohort = List.copyOf(cohort);
  }

  /// Whether it compares the events of an entity with each other.
  public boolean isOfEntity() {
    return cohort.isEmpty();
  }
}
