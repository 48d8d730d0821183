package io.tyto.ingest.enrich;

import io.tyto.model.port.AdminService.PipelineStep;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What a step did, counted by all threads. Thread-safe, but for {@link #look}.
final class StepCounters {
  /// Calls of which one is timed.
  private static final int TIMED_EVERY = 16;

  /// Calls after which failures are weighed, or the time after which fewer do.
  static final long CALLS_TO_WEIGH = 100;

  private static final long NANOS_TO_WEIGH = TimeUnit.MINUTES.toNanos(1);

  /// A step that fails for more than one call in so many raises an alarm.
  static final long FAILING_ONE_IN = 20;

  private static final int MAX_REASON = 200;

  private final LongAdder calls = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder timedCalls = new LongAdder();
  private final LongAdder timedNanos = new LongAdder();

  // Plain on purpose: a race loses a tick, which only shifts the next call that is timed.
  private int ticks;

  private volatile @Nullable String lastFailure;

  private long weighedCalls;
  private long weighedFailures;
  private long weighedNanos = System.nanoTime();
  private @Nullable String alarm;

  /// Whether the next call is to be timed.
  boolean isTimed() {
    return ++ticks % TIMED_EVERY == 0;
  }

  void timed(long nanos) {
    timedCalls.increment();
    timedNanos.add(nanos);
  }

  void called(boolean isHit) {
    calls.increment();
    if (isHit) {
      hits.increment();
    }
  }

  /// Returns whether it is the first of its kind since the last one of another kind.
  boolean failed(Throwable cause) {
    calls.increment();
    failures.increment();
    String reason = cause.toString();
    String shown = reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    boolean isNew = !shown.equals(lastFailure);
    lastFailure = shown;
    return isNew;
  }

  /// The alarm that stands after weighing what failed since the last time, or null. For one thread.
  @Nullable String look(long nowNanos) {
    long allCalls = calls.sum();
    long allFailures = failures.sum();
    long newCalls = allCalls - weighedCalls;
    long newFailures = allFailures - weighedFailures;
    boolean isDue =
        newCalls >= CALLS_TO_WEIGH || (newCalls > 0 && nowNanos - weighedNanos > NANOS_TO_WEIGH);
    if (isDue) {
      alarm =
          newFailures * FAILING_ONE_IN > newCalls
              ? "fails for %d of %d events, which keep nulls in its fields: %s"
                  .formatted(newFailures, newCalls, lastFailure)
              : null;
      weighedCalls = allCalls;
      weighedFailures = allFailures;
      weighedNanos = nowNanos;
    }
    return alarm;
  }

  /// The step with its rates.
  PipelineStep status(PipelineStep declared) {
    long timed = timedCalls.sum();
    return new PipelineStep(
        declared.position(),
        declared.enricher(),
        declared.dataVersion(),
        declared.reads(),
        declared.adds(),
        declared.collections(),
        calls.sum(),
        hits.sum(),
        failures.sum(),
        timed == 0 ? 0 : timedNanos.sum() / 1_000.0 / timed,
        lastFailure);
  }
}
