package io.tyto.model.query;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Who asks one running query, what it may use, what it has used so far, and the flag that stops
/// it.
///
/// Thread-safe; operators call {@link #check} at least once per batch.
public final class QueryContext {
  private final String queryId;
  private final Caller caller;
  private final Caller payer;
  private final long deadlineNanos;
  private final Shared shared;
  private final QueryGate gate;
  private final QueryBounds bounds;

  /// Rows that this part of the operation has begun to read.
  private final AtomicLong admitted;

  /// What all parts of one operation have in common.
  private static final class Shared {
    final long memoryLimitBytes;
    final LongAdder rowsScanned = new LongAdder();
    final DoubleAdder estimated = new DoubleAdder();
    final DoubleAdder cost = new DoubleAdder();
    volatile boolean isCancelled;
    volatile boolean isCoarse;
    volatile QueryTrace trace = QueryTrace.NONE;

    Shared(long memoryLimitBytes) {
      this.memoryLimitBytes = memoryLimitBytes;
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
        queryId,
        caller,
        caller,
        System.nanoTime() + timeout.toNanos(),
        new Shared(memoryLimitBytes),
        gate,
        QueryBounds.NONE,
        new AtomicLong());
  }

  private QueryContext(
      String queryId,
      Caller caller,
      Caller payer,
      long deadlineNanos,
      Shared shared,
      QueryGate gate,
      QueryBounds bounds,
      AtomicLong admitted) {
    this.queryId = queryId;
    this.caller = caller;
    this.payer = payer;
    this.deadlineNanos = deadlineNanos;
    this.shared = shared;
    this.gate = gate;
    this.bounds = bounds;
    this.admitted = admitted;
  }

  /// The same part of the operation with a deadline of its own that can only be earlier. Cancelling
  /// either cancels both.
  public QueryContext within(Duration timeout) {
    return new QueryContext(
        queryId, caller, payer, earlier(timeout), shared, gate, bounds, admitted);
  }

  /// One part of the operation, with bounds of its own.
  public QueryContext within(QueryBounds own) {
    Duration timeout = own.timeout();
    long deadline = timeout == null ? deadlineNanos : earlier(timeout);
    return new QueryContext(queryId, caller, payer, deadline, shared, gate, own, new AtomicLong());
  }

  /// The same part of the operation where nothing may be missing: for what an answer rests on and
  /// does not tell of.
  public QueryContext whole() {
    QueryBounds all = new QueryBounds(bounds.timeout(), bounds.rowsScanned(), bounds.staleness());
    return new QueryContext(queryId, caller, payer, deadlineNanos, shared, gate, all, admitted);
  }

  /// The same query asked by the process itself, on behalf of a caller who was found to be allowed:
  /// for rows that are no collection's. What it takes is that caller's all the same.
  public QueryContext asSystem() {
    return new QueryContext(
        queryId, Caller.SYSTEM, payer, deadlineNanos, shared, gate, bounds, admitted);
  }

  private long earlier(Duration timeout) {
    return System.nanoTime() + Math.min(remainingNanos(), timeout.toNanos());
  }

  public String queryId() {
    return queryId;
  }

  /// As whom rows are read.
  public Caller caller() {
    return caller;
  }

  /// Whose limits go for it: who asked first, on whose behalf ever it is read.
  public Caller payer() {
    return payer;
  }

  public QueryGate gate() {
    return gate;
  }

  public long memoryLimitBytes() {
    return shared.memoryLimitBytes;
  }

  public long remainingNanos() {
    return deadlineNanos - System.nanoTime();
  }

  /// By how much the newest row may lie behind the clock; null: by any time.
  public @Nullable Duration maxStaleness() {
    return bounds.staleness();
  }

  /// Whether an answer without the rows of nodes that do not answer is better than none.
  public boolean allowsPartial() {
    return bounds.allowsPartial();
  }

  /// Called with the rows and cells that are about to be read. SCAN_LIMIT_EXCEEDED where they are
  /// more than this part of the operation may read.
  public void admit(long rows) {
    Long most = bounds.rowsScanned();
    long all = admitted.addAndGet(rows);
    if (most == null) {
      return;
    }
    if (shared.isCoarse) {
      admitCoarsely(all, most);
    } else if (all > most) {
      throw new TytoException(
          ErrorCode.SCAN_LIMIT_EXCEEDED,
          "query %s would read %,d rows, and maxRowsScanned allows %,d: narrow the range, or filter by"
                  .formatted(queryId, all, most)
              + " a column whose values lie together");
    }
  }

  private void admitCoarsely(long all, long most) {
    if (Estimate.coarse(all) > most) {
      throw new TytoException(
          ErrorCode.SCAN_LIMIT_EXCEEDED,
          "query %s would read more rows than maxRowsScanned allows, which is %,d (rows of others among them, so that their number is rounded up): narrow the range, or allow more"
              .formatted(queryId, most));
    }
  }

  /// From now on numbers of rows and costs are told rounded up, see {@link Estimate#coarse}, and
  /// compared as they are told: rows that the caller does not see have a part in them. Called
  /// before anything of such rows is counted.
  public void countCoarsely() {
    shared.isCoarse = true;
  }

  /// Whether {@link #countCoarsely} was called for any part of the operation.
  public boolean isCoarse() {
    return shared.isCoarse;
  }

  /// Counts rows that were read; called while the query runs.
  public void scanned(long rows) {
    shared.rowsScanned.add(rows);
  }

  /// Rows read so far by all parts of the operation; coarsely, where that is how they are counted.
  public long rowsScanned() {
    long rows = shared.rowsScanned.sum();
    return shared.isCoarse && rows > 0 ? Estimate.coarse(rows) : rows;
  }

  /// The same query, of which nothing is run: each scan is estimated, and ends with {@link
  /// QueryGate.DryRun} before it begins.
  public QueryContext dry() {
    return new QueryContext(
        queryId, caller, payer, deadlineNanos, shared, QueryGate.DRY, bounds, admitted);
  }

  /// Counts units of cost that a scan is estimated at.
  public void estimate(double units) {
    shared.estimated.add(units);
  }

  /// Units that all parts of the operation were estimated at so far.
  public double estimated() {
    return shared.estimated.sum();
  }

  /// Counts units of cost; negative gives back.
  public void charge(double units) {
    shared.cost.add(units);
  }

  /// Units charged so far for all parts of the operation, see {@link Estimate#cost}.
  public double cost() {
    return shared.cost.sum();
  }

  /// Who is told of what the work consists.
  public QueryTrace trace() {
    return shared.trace;
  }

  /// Has it told to somebody; before it runs.
  public void tracedBy(QueryTrace trace) {
    shared.trace = trace;
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
