package io.tyto.model.query;

/// Decides when a query that has been planned may run, and is told what it took. Thread-safe.
public interface QueryGate {
  /// Lets everything through at once.
  QueryGate OPEN = (context, estimate) -> rowsScanned -> {};

  /// Waits for its turn within the query's deadline. COST_LIMIT_EXCEEDED, RATE_LIMITED,
  /// CONCURRENCY_LIMITED, OVERLOADED; the caller closes the pass.
  Pass enter(QueryContext context, Estimate estimate);

  /// The right to run, until it is given back.
  interface Pass {
    /// Gives it back; once.
    ///
    /// @param rowsScanned that were read indeed
    void leave(long rowsScanned);
  }
}
