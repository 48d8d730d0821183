package io.tyto.gateway.export;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// So many exports at once, of which one caller has half at most: nobody keeps all others out.
/// Thread-safe.
final class Places {
  /// How often who waits looks whether it is cancelled.
  private static final long LOOK_MILLIS = 200;

  private final int all;
  private final int most;
  private final String advice;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();

  // Guarded by the lock.
  private final Map<String, Integer> takenBy = new HashMap<>();
  private int taken;

  /// @param advice what to do where there is none left
  Places(int all, String advice) {
    this.all = all;
    this.most = Math.max(1, all / 2);
    this.advice = advice;
  }

  Place of(Caller caller) {
    return new Place(caller.project() + " " + caller.id());
  }

  /// One export's place, once it is taken. Thread-safe; closing it again does nothing.
  final class Place implements AutoCloseable {
    private final String caller;
    private boolean isHeld;

    private Place(String caller) {
      this.caller = caller;
    }

    private boolean isFree() {
      return taken < all && takenBy.getOrDefault(caller, 0) < most;
    }

    private void hold() {
      isHeld = true;
      taken++;
      takenBy.merge(caller, 1, Integer::sum);
    }

    /// Takes it now: OVERLOADED where there is none left, CONCURRENCY_LIMITED where the caller has
    /// as many as it may.
    void take() {
      lock.lock();
      try {
        if (taken >= all) {
          throw new TytoException(
              ErrorCode.OVERLOADED,
              "%d exports are under way, which is as many as may be; %s".formatted(all, advice));
        }
        if (!isFree()) {
          throw new TytoException(
              ErrorCode.CONCURRENCY_LIMITED,
              "%d exports of these credentials are under way, which is as many as one caller may have; %s"
                  .formatted(most, advice));
        }
        hold();
      } finally {
        lock.unlock();
      }
    }

    /// Waits for it, and returns at once where it is held. CANCELLED, QUERY_TIMEOUT.
    void await(QueryContext query) {
      lock.lock();
      try {
        while (!isHeld) {
          query.check();
          if (isFree()) {
            hold();
          } else {
            boolean _ = left.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TytoException(ErrorCode.CANCELLED, "interrupted while waiting for a place", e);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (isHeld) {
          isHeld = false;
          taken--;
          takenBy.computeIfPresent(caller, (_, count) -> count == 1 ? null : count - 1);
          left.signalAll();
        }
      } finally {
        lock.unlock();
      }
    }

    /// A gate behind which others have the place while the export waits until its caller may use
    /// more again.
    QueryGate before(QueryGate gate) {
      return (context, estimate) -> {
        await(context);
        try {
          return gate.enter(context, estimate);
        } catch (RetryLaterException e) {
          close();
          throw e;
        }
      };
    }
  }
}
