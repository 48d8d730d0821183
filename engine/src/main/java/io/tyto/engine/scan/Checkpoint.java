package io.tyto.engine.scan;

import io.tyto.model.query.QueryContext;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lets work end with its query, however deep it lies: sorts, merges and tables ask here, and need
/// no context for it. Thread-safe.
///
/// A thread knows the query it works for between {@link #within} and its return; elsewhere nothing
/// is asked.
public final class Checkpoint {
  /// Turns of a loop between two looks, less one: milliseconds of the slowest loops.
  private static final int BETWEEN = (1 << 12) - 1;

  private static final ScopedValue<QueryContext> QUERY = ScopedValue.newInstance();

  private Checkpoint() {}

  /// Works for a query.
  public static <T extends @Nullable Object> T within(QueryContext query, Supplier<T> work) {
    return ScopedValue.where(QUERY, query).call(work::get);
  }

  /// The same of what returns nothing.
  public static void within(QueryContext query, Runnable work) {
    ScopedValue.where(QUERY, query).run(work);
  }

  /// Throws CANCELLED or QUERY_TIMEOUT where the thread's query is to end.
  public static void pass() {
    if (QUERY.isBound()) {
      QUERY.get().check();
    }
  }

  /// The same in a loop over `turn`, at every 4,096th.
  public static void pass(int turn) {
    if ((turn & BETWEEN) == 0) {
      pass();
    }
  }
}
