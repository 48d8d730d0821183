package io.tyto.engine.scan;

import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One query's right to scan: taken before the first row is read, and given back when the query
/// ends, with what was read indeed. A query takes one turn however often it scans, so that none
/// waits for another while it holds one. What reads more than it was estimated at goes on in steps,
/// each of which the gate may refuse. Thread-safe.
public final class Turn implements AutoCloseable {
  /// Rows that are asked for at once beyond the estimate: so many that asking costs nothing.
  static final int STEP_ROWS = 1 << 16;

  private final QueryContext query;
  private final LongAdder rows = new LongAdder();
  private int columns = 1;
  private double estimated;
  private volatile long allowedRows = Long.MAX_VALUE;
  private QueryGate.@Nullable Pass pass;

  public Turn(QueryContext query) {
    this.query = query;
  }

  /// Before each scan; what the gate refuses is thrown.
  synchronized void begin(Estimate exact) {
    Estimate estimate = query.isCoarse() ? exact.coarse() : exact;
    columns = Math.max(columns, estimate.columns());
    estimated += estimate.cost();
    if (pass == null) {
      pass = query.gate().enter(query, estimate);
      allowedRows = estimate.rows();
    } else {
      pass.more(estimate);
      allowedRows += estimate.rows();
    }
  }

  /// COST_LIMIT_EXCEEDED where the query has come to read more than it may.
  void scanned(long count) {
    rows.add(count);
    query.scanned(count);
    if (rows.sum() > allowedRows) {
      goOn();
    }
  }

  private synchronized void goOn() {
    while (pass != null && rows.sum() > allowedRows) {
      pass.more(new Estimate(Estimate.Lane.SCAN, STEP_ROWS, columns));
      allowedRows += STEP_ROWS;
    }
  }

  /// Units that its scans so far were estimated at.
  synchronized double estimatedCost() {
    return estimated;
  }

  /// Units of what its scans so far have read.
  synchronized double cost() {
    return estimated == 0 ? 0 : read();
  }

  @Override
  public synchronized void close() {
    if (pass != null) {
      pass.leave(read());
      pass = null;
    }
  }

  private double read() {
    long counted = rows.sum();
    return Estimate.cost(query.isCoarse() ? Estimate.coarse(counted) : counted, columns);
  }
}
