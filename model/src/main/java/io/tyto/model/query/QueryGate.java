package io.tyto.model.query;

/// Decides when a query that has been planned may run, and is told what it took. Thread-safe.
public interface QueryGate {
  /// Lets everything through at once.
  QueryGate OPEN = (context, estimate) -> Pass.FREE;

  /// Waits for its turn within the query's deadline. COST_LIMIT_EXCEEDED, RATE_LIMITED,
  /// CONCURRENCY_LIMITED, OVERLOADED; whoever gets a pass gives it back.
  Pass enter(QueryContext context, Estimate estimate);

  /// The right to run, until it is given back.
  interface Pass {
    Pass FREE =
        new Pass() {
          @Override
          public void more(Estimate estimate) {}

          @Override
          public void leave(double cost) {}
        };

    /// The query goes on with another scan; waits for nothing. COST_LIMIT_EXCEEDED.
    void more(Estimate estimate);

    /// Gives it back; once.
    ///
    /// @param cost of what was read indeed
    void leave(double cost);
  }
}
