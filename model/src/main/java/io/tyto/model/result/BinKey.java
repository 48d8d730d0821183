package io.tyto.model.result;

import org.jspecify.annotations.Nullable;

/// Half-open `[from, to)`; null is unbounded.
public record BinKey(@Nullable Double from, @Nullable Double to) {}
