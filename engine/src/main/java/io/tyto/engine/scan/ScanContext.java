package io.tyto.engine.scan;

import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryContext;
import java.util.concurrent.ExecutorService;

/// What the scans of one query run with: its deadline and cancellation, its turn, its memory, its
/// threads. Thread-safe.
///
/// Lifetime: {@link #close} gives the turn back.
///
/// @param workers runs the scan's helpers; the calling thread works too
/// @param parallelism the most threads that work on one scan, the caller included
/// @param seed of hash tables, not guessable from outside
public record ScanContext(
    QueryContext query,
    Turn turn,
    MemoryBudget memory,
    ExecutorService workers,
    int parallelism,
    long seed)
    implements AutoCloseable {

  public ScanContext(
      QueryContext query,
      MemoryBudget memory,
      ExecutorService workers,
      int parallelism,
      long seed) {
    this(query, new Turn(query), memory, workers, parallelism, seed);
  }

  public ScanContext(QueryContext query, ExecutorService workers, int parallelism, long seed) {
    this(query, new MemoryBudget(query.memoryLimitBytes()), workers, parallelism, seed);
  }

  /// Throws CANCELLED or QUERY_TIMEOUT; called once per batch.
  public void check() {
    query.check();
  }

  /// Before anything is read: may wait, and throws what the gate refuses.
  public void begin(Estimate estimate) {
    turn.begin(estimate);
  }

  /// Counts rows as they are read; called once per block. COST_LIMIT_EXCEEDED where they are more
  /// than was estimated, and than one query may read.
  public void scanned(long rows) {
    turn.scanned(rows);
  }

  /// Units that the scans so far were estimated at, see {@link Estimate#cost}.
  public double estimatedCost() {
    return turn.estimatedCost();
  }

  /// Units of what the scans so far have read.
  public double cost() {
    return turn.cost();
  }

  @Override
  public void close() {
    turn.close();
  }
}
