package io.tyto.gateway.limits;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Estimate.Lane;
import io.tyto.model.query.QueryContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How many queries run at once: scans in one lane and reads of cubes in another, so that what
/// takes milliseconds never waits behind what takes seconds. In a lane, callers take turns, however
/// much one of them asks. Thread-safe.
final class Lanes {
  /// A caller's queries that wait, for each one that may run.
  private static final int WAITING_FACTOR = 8;

  /// How often one who waits looks whether the query was called off.
  private static final long LOOK_MILLIS = 20;

  private final Map<Lane, Queue> queues = new EnumMap<>(Lane.class);

  /// @param scans at once, likewise `cubes`
  /// @param maxWaiting in each lane
  Lanes(int scans, int cubes, int maxWaiting) {
    queues.put(Lane.SCAN, new Queue(scans, maxWaiting));
    queues.put(Lane.CUBE, new Queue(cubes, maxWaiting));
  }

  /// Waits for a place. CONCURRENCY_LIMITED where the caller has too many waiting, OVERLOADED where
  /// all have; QUERY_TIMEOUT, CANCELLED.
  ///
  /// @param most of this caller's at once in the lane
  void enter(Lane lane, String caller, int most, QueryContext context) {
    Waiter waiter = new Waiter(caller, most);
    Queue queue = queue(lane);
    if (queue.enter(waiter)) {
      return;
    }
    boolean isIn = false;
    try {
      while (!isIn) {
        isIn = waiter.granted.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (!isIn) {
          context.check();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while waiting for a turn", e);
    } finally {
      if (!isIn) {
        queue.abandon(waiter);
      }
    }
  }

  void leave(Lane lane, String caller) {
    queue(lane).leave(caller);
  }

  /// Running and waiting queries of a lane: metrics.
  int running(Lane lane) {
    return queue(lane).running();
  }

  int waiting(Lane lane) {
    return queue(lane).waitingCount();
  }

  /// Running queries of a caller.
  int running(String caller) {
    return queues.values().stream().mapToInt(queue -> queue.running(caller)).sum();
  }

  private Queue queue(Lane lane) {
    return Objects.requireNonNull(queues.get(lane));
  }

  private static final class Waiter {
    private final String caller;
    private final int most;
    private final CountDownLatch granted = new CountDownLatch(1);

    Waiter(String caller, int most) {
      this.caller = caller;
      this.most = most;
    }
  }

  private static final class Queue {
    private final int places;
    private final int maxWaiting;
    private final Map<String, Integer> running = new HashMap<>();
    private int runningAll;

    /// By caller; whoever was served last comes last.
    private final LinkedHashMap<String, Deque<Waiter>> waiting = new LinkedHashMap<>();

    private int waitingAll;

    Queue(int places, int maxWaiting) {
      this.places = places;
      this.maxWaiting = maxWaiting;
    }

    /// Whether it may run at once.
    synchronized boolean enter(Waiter waiter) {
      Deque<Waiter> own = waiting.get(waiter.caller);
      if (runningAll < places && own == null && mayRun(waiter)) {
        begin(waiter);
        return true;
      }
      int before = own == null ? 0 : own.size();
      if (before >= (long) waiter.most * WAITING_FACTOR) {
        throw new TytoException(
            ErrorCode.CONCURRENCY_LIMITED,
            "%d queries of yours run at once and %d wait, which is as many as may: send fewer at a time"
                .formatted(waiter.most, before));
      }
      if (waitingAll >= maxWaiting) {
        throw new TytoException(
            ErrorCode.OVERLOADED,
            "%d queries run and %d wait; come back shortly".formatted(runningAll, waitingAll));
      }
      waiting.computeIfAbsent(waiter.caller, _ -> new ArrayDeque<>()).add(waiter);
      waitingAll++;
      return false;
    }

    private boolean mayRun(Waiter waiter) {
      return running.getOrDefault(waiter.caller, 0) < waiter.most;
    }

    private void begin(Waiter waiter) {
      runningAll++;
      running.merge(waiter.caller, 1, Integer::sum);
    }

    synchronized void leave(String caller) {
      runningAll--;
      running.computeIfPresent(caller, (_, count) -> count == 1 ? null : count - 1);
      while (runningAll < places) {
        Waiter next = next();
        if (next == null) {
          return;
        }
        begin(next);
        next.granted.countDown();
      }
    }

    /// The first waiter of the caller whose turn it is.
    private @Nullable Waiter next() {
      List<String> inTurn = new ArrayList<>(waiting.keySet());
      for (String caller : inTurn) {
        Deque<Waiter> own = waiting.get(caller);
        Waiter first = own == null ? null : own.peekFirst();
        if (own != null && first != null && mayRun(first)) {
          own.removeFirst();
          waiting.remove(caller);
          if (!own.isEmpty()) {
            waiting.put(caller, own);
          }
          waitingAll--;
          return first;
        }
      }
      return null;
    }

    /// Takes a waiter away, or what it was given meanwhile.
    void abandon(Waiter waiter) {
      synchronized (this) {
        Deque<Waiter> own = waiting.get(waiter.caller);
        if (own != null && own.remove(waiter)) {
          waitingAll--;
          if (own.isEmpty()) {
            waiting.remove(waiter.caller);
          }
          return;
        }
      }
      leave(waiter.caller);
    }

    synchronized int running() {
      return runningAll;
    }

    synchronized int running(String caller) {
      return running.getOrDefault(caller, 0);
    }

    synchronized int waitingCount() {
      return waitingAll;
    }
  }
}
