package io.tyto.engine.aggregate;

/// An accumulator over the non-null values of one column, or over the non-null elements of its lists.
abstract non-sealed class ColumnAccumulator implements Accumulator {}
