package io.tyto.server.fleet;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Sends the events of a ledger to their topic, at a steady rate, by a thread of its own.
///
/// Lifetime: from the constructor to {@link #finish}; {@link #close} does not wait.
public final class LedgerProducer implements AutoCloseable {
  private static final int MAX_UNCONFIRMED = 20_000;
  private static final int BATCH = 10;

  private final LedgerBook book;
  private final Sink sink;
  private final long batchNanos;
  private final Semaphore room = new Semaphore(MAX_UNCONFIRMED);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean isDone;

  /// Takes events for a topic, in order for each key.
  public interface Sink {
    CompletableFuture<Void> send(byte[] key, byte[] payload);
  }

  /// Begins.
  ///
  /// @param rate events a second
  public LedgerProducer(LedgerBook book, Sink sink, int rate) {
    this.book = book;
    this.sink = sink;
    this.batchNanos = TimeUnit.SECONDS.toNanos(BATCH) / rate;
    this.thread = Thread.ofPlatform().daemon().name("ledger").start(this::run);
  }

  private void run() {
    long next = System.nanoTime();
    while (!isDone && failure.get() == null) {
      for (int i = 0; i < BATCH; i++) {
        send(book.next());
      }
      next += batchNanos;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void send(LedgerBook.Event event) {
    room.acquireUninterruptibly();
    sink.send(event.key().getBytes(StandardCharsets.UTF_8), event.payload())
        .whenComplete((_, refused) -> {
          room.release();
          if (refused == null) {
            book.accepted(event);
          } else {
            failure.compareAndSet(null, refused);
          }
        });
  }

  /// Stops, and waits until the topic has acknowledged everything; TytoException where it refused
  /// an event, or takes longer.
  public void finish(Duration deadline) throws InterruptedException {
    isDone = true;
    boolean isAll =
        thread.join(deadline)
            && room.tryAcquire(MAX_UNCONFIRMED, deadline.toMillis(), TimeUnit.MILLISECONDS);
    Throwable refused = failure.get();
    if (refused != null) {
      throw new TytoException(
          ErrorCode.LOG_UNAVAILABLE,
          "the topic did not take an event of the ledger: " + refused.getMessage(),
          refused);
    }
    if (!isAll) {
      throw new TytoException(
          ErrorCode.LOG_UNAVAILABLE,
          "the topic has not acknowledged all events of the ledger within "
              + deadline.toSeconds()
              + " s");
    }
  }

  @Override
  public void close() {
    isDone = true;
  }
}
