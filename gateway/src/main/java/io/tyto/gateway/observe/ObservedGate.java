package io.tyto.gateway.observe;

import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import java.util.Locale;

/// A gate whose queue is timed. Thread-safe.
final class ObservedGate implements QueryGate {
  private final QueryGate gate;
  private final Meters meters;
  private final RunningQueries running;

  ObservedGate(QueryGate gate, Meters meters, RunningQueries running) {
    this.gate = gate;
    this.meters = meters;
    this.running = running;
  }

  @Override
  public Pass enter(QueryContext context, Estimate estimate) {
    String lane = estimate.lane().name().toLowerCase(Locale.ROOT);
    long startedNanos = System.nanoTime();
    boolean isIn = false;
    try {
      Pass pass = gate.enter(context, estimate);
      isIn = true;
      running.entersLane(context, estimate.lane());
      return pass;
    } finally {
      meters.time(
          Meter.QUERY_WAIT, System.nanoTime() - startedNanos, lane, isIn ? "entered" : "refused");
    }
  }
}
