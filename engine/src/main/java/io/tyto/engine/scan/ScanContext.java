package io.tyto.engine.scan;

import io.tyto.model.query.QueryContext;
import java.util.concurrent.ExecutorService;

/// What the scans of one query run with: its deadline and cancellation, its memory, its threads.
/// Thread-safe.
///
/// @param workers runs the scan's helpers; the calling thread works too
/// @param parallelism the most threads that work on one scan, the caller included
/// @param seed of hash tables, not guessable from outside
public record ScanContext(
    QueryContext query, MemoryBudget memory, ExecutorService workers, int parallelism, long seed) {

  public ScanContext(QueryContext query, ExecutorService workers, int parallelism, long seed) {
    this(query, new MemoryBudget(query.memoryLimitBytes()), workers, parallelism, seed);
  }

  /// Throws CANCELLED or QUERY_TIMEOUT; called once per batch.
  public void check() {
    query.check();
  }
}
