package io.tyto.model.query;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;

/// What one running query may use, and the flag that stops it.
///
/// Thread-safe; operators call {@link #check} at least once per batch.
public final class QueryContext {
  private final String queryId;
  private final long deadlineNanos;
  private final long memoryLimitBytes;
  private volatile boolean cancelled;

  public QueryContext(String queryId, Duration timeout, long memoryLimitBytes) {
    this.queryId = queryId;
    this.deadlineNanos = System.nanoTime() + timeout.toNanos();
    this.memoryLimitBytes = memoryLimitBytes;
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
    cancelled = true;
  }

  public boolean isCancelled() {
    return cancelled;
  }

  /// Throws CANCELLED or QUERY_TIMEOUT.
  public void check() {
    if (cancelled) {
      throw new TytoException(ErrorCode.CANCELLED, "query " + queryId + " was cancelled");
    }
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new TytoException(
          ErrorCode.QUERY_TIMEOUT,
          "query " + queryId + " reached its deadline: narrow the range, group by fewer keys,"
              + " or ask for a longer timeout");
    }
  }
}
