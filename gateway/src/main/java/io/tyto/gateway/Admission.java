package io.tyto.gateway;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Lets so many operations run at once, and as many again wait; more are told to come back.
/// Thread-safe.
final class Admission {
  private final int concurrency;
  private final Semaphore running;
  private final AtomicInteger waiting = new AtomicInteger();

  Admission(int concurrency) {
    this.concurrency = concurrency;
    this.running = new Semaphore(concurrency, true);
  }

  /// Runs it when it is its turn; OVERLOADED.
  <T> T run(QueryContext context, Supplier<T> operation) {
    if (!acquire(context)) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "%d queries run and as many wait; come back shortly".formatted(concurrency));
    }
    try {
      return operation.get();
    } finally {
      running.release();
    }
  }

  private boolean acquire(QueryContext context) {
    if (running.tryAcquire()) {
      return true;
    }
    try {
      return waiting.incrementAndGet() <= concurrency
          && running.tryAcquire(Math.max(0, context.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting.decrementAndGet();
    }
  }
}
