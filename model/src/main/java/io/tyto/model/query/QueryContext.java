package io.tyto.model.query;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// What one running query may use, and the flag that stops it.
///
/// Thread-safe; operators call {@link #check} at least once per batch.
public final class QueryContext {
  private final String queryId;
  private final long deadlineNanos;
  private final long memoryLimitBytes;
  private final AtomicBoolean cancelled;

  public QueryContext(String queryId, Duration timeout, long memoryLimitBytes) {
    this(queryId, System.nanoTime() + timeout.toNanos(), memoryLimitBytes, new AtomicBoolean());
  }

  private QueryContext(
      String queryId, long deadlineNanos, long memoryLimitBytes, AtomicBoolean cancelled) {
    this.queryId = queryId;
    this.deadlineNanos = deadlineNanos;
    this.memoryLimitBytes = memoryLimitBytes;
    this.cancelled = cancelled;
  }

  /// The same query with a deadline of its own that can only be earlier: one part of an operation.
  /// Cancelling either cancels both.
  public QueryContext within(Duration timeout) {
    long nanos = Math.min(remainingNanos(), timeout.toNanos());
    return new QueryContext(queryId, System.nanoTime() + nanos, memoryLimitBytes, cancelled);
  }

  public String queryId() {
    return queryId;
  }

  public long memoryLimitBytes() {
    return memoryLimitBytes;
  }

  public long remainingNanos() {
    return deadlineNanos - System.nanoTime();
  }

  public void cancel() {
    cancelled.set(true);
  }

  public boolean isCancelled() {
    return cancelled.get();
  }

  /// Throws CANCELLED or QUERY_TIMEOUT.
  public void check() {
    if (cancelled.get()) {
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
