package io.tyto.engine.source;

/// Least and greatest of some values that are held as longs, in the column's unit.
public record LongRange(long min, long max) {}
