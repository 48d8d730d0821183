package io.tyto.model.query;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Who asks one running query, what it may use, what it has used so far, and the flag that stops
/// it.
///
/// Thread-safe; operators call {@link #check} at least once per batch.
public final class QueryContext {
  private final String queryId;
  private final Caller caller;
  private final long deadlineNanos;
  private final Shared shared;

  /// What all parts of one operation have in common.
  private static final class Shared {
    final long memoryLimitBytes;
    final QueryGate gate;
    final LongAdder rowsScanned = new LongAdder();
    final DoubleAdder cost = new DoubleAdder();
    volatile boolean isCancelled;

    Shared(long memoryLimitBytes, QueryGate gate) {
      this.memoryLimitBytes = memoryLimitBytes;
      this.gate = gate;
    }
  }

  /// Of the process itself, which nothing is denied.
  public QueryContext(String queryId, Duration timeout, long memoryLimitBytes) {
    this(queryId, timeout, memoryLimitBytes, Caller.SYSTEM, QueryGate.OPEN);
  }

  /// @param gate lets each of its queries begin
  public QueryContext(
      String queryId, Duration timeout, long memoryLimitBytes, Caller caller, QueryGate gate) {
    this(
        queryId, caller, System.nanoTime() + timeout.toNanos(), new Shared(memoryLimitBytes, gate));
  }

  private QueryContext(String queryId, Caller caller, long deadlineNanos, Shared shared) {
    this.queryId = queryId;
    this.caller = caller;
    this.deadlineNanos = deadlineNanos;
    this.shared = shared;
  }

  /// The same query with a deadline of its own that can only be earlier: one part of an operation.
  /// Cancelling either cancels both.
  public QueryContext within(Duration timeout) {
    long nanos = Math.min(remainingNanos(), timeout.toNanos());
    return new QueryContext(queryId, caller, System.nanoTime() + nanos, shared);
  }

  /// The same query asked by the process itself, on behalf of a caller who was found to be allowed:
  /// for rows that are no collection's.
  public QueryContext asSystem() {
    return new QueryContext(queryId, Caller.SYSTEM, deadlineNanos, shared);
  }

  public String queryId() {
    return queryId;
  }

  public Caller caller() {
    return caller;
  }

  public QueryGate gate() {
    return shared.gate;
  }

  public long memoryLimitBytes() {
    return shared.memoryLimitBytes;
  }

  public long remainingNanos() {
    return deadlineNanos - System.nanoTime();
  }

  /// Counts rows that were read; called while the query runs.
  public void scanned(long rows) {
    shared.rowsScanned.add(rows);
  }

  /// Rows read so far by all parts of the operation.
  public long rowsScanned() {
    return shared.rowsScanned.sum();
  }

  /// Counts units of cost; negative gives back.
  public void charge(double units) {
    shared.cost.add(units);
  }

  /// Units charged so far for all parts of the operation, see {@link Estimate#cost}.
  public double cost() {
    return shared.cost.sum();
  }

  public void cancel() {
    shared.isCancelled = true;
  }

  public boolean isCancelled() {
    return shared.isCancelled;
  }

  /// Throws CANCELLED or QUERY_TIMEOUT.
  public void check() {
    if (shared.isCancelled) {
      throw new TytoException(ErrorCode.CANCELLED, "query " + queryId + " was cancelled");
    }
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new TytoException(
          ErrorCode.QUERY_TIMEOUT,
          "query "
              + queryId
              + " reached its deadline: narrow the range, group by fewer keys,"
              + " or ask for a longer timeout");
    }
  }
}
