package io.tyto.model.query;

/// Decides when a query that has been planned may run, and is told what it took. Thread-safe.
public interface QueryGate {
  /// Lets everything through at once.
  QueryGate OPEN = (context, estimate) -> Pass.FREE;

  /// Lets nothing through, and notes what it is estimated at.
  QueryGate DRY =
      (context, estimate) -> {
        context.estimate(estimate.cost());
        throw new DryRun();
      };

  /// Ends a query that was asked only for what it would cost.
  final class DryRun extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private DryRun() {
      super("nothing is run, as was asked", null, false, false);
    }
  }

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
