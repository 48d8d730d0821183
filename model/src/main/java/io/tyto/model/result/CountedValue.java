package io.tyto.model.result;

import org.jspecify.annotations.Nullable;

/// @param error how far the count may be too high; 0 is exact
public record CountedValue(@Nullable Object value, long count, long error) {}
