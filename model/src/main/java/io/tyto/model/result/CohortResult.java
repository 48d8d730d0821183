package io.tyto.model.result;

/// @param entities in the cohort
public record CohortResult(long entities, QueryMeta meta) {}
