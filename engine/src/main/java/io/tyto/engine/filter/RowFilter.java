package io.tyto.engine.filter;

/// A compiled predicate of one query. Thread-safe; {@link SourceFilter}s made from it are not.
public final class RowFilter {}
