package io.tyto.model.query;

import org.jspecify.annotations.Nullable;

/// The most frequent values of a dimension, for completion in query forms.
///
/// @param prefix compared without case; null: all
public record ValuesQuery(
    String collection, String column, @Nullable String prefix, TimeInterval range, int limit) {}
