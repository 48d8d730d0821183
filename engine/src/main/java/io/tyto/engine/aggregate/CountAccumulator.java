package io.tyto.engine.aggregate;

/// Counts rows.
abstract non-sealed class CountAccumulator implements Accumulator {}
