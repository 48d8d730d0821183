package io.tyto.engine.live;

import io.tyto.model.access.Caller;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// Runs work on virtual threads, of each caller so much at a time: work that waits, for a place at
/// a busy gate or behind more of its caller's, holds up nobody else.
///
/// What waits is bounded by what is followed: of each question and each listener one piece at most,
/// which is taken back when it ends. *Thread-safety*: safe. *Lifetime*: {@link #close} interrupts
/// what runs.
final class CallerTurns implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CallerTurns.class.getName());

  private final int most;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("tyto-live-", 0).factory());

  // Guarded by this.
  private final Map<String, Line> lines = new HashMap<>();

  /// The work of one caller.
  private static final class Line {
    private final LinkedHashSet<Runnable> waiting = new LinkedHashSet<>();
    private int running;
  }

  /// @param most of one caller at a time
  CallerTurns(int most) {
    this.most = most;
  }

  /// Runs it when it is its caller's turn; once, although it is asked again while it waits.
  void execute(Caller caller, Runnable work) {
    synchronized (this) {
      Line line = lines.computeIfAbsent(caller.id(), _ -> new Line());
      if (line.running >= most) {
        line.waiting.add(work);
        return;
      }
      line.running++;
    }
    start(caller, work);
  }

  /// Takes back what has not begun.
  synchronized void takeBack(Caller caller, Runnable work) {
    Line line = lines.get(caller.id());
    if (line != null) {
      line.waiting.remove(work);
    }
  }

  /// Runs at once what waits for nothing.
  void executeNow(Runnable work) {
    try {
      threads.execute(work);
    } catch (RejectedExecutionException e) {
      // Only while closing, which has told everybody.
      LOG.log(System.Logger.Level.DEBUG, "closing", e);
    }
  }

  /// For scans that are helped by nobody.
  ExecutorService threads() {
    return threads;
  }

  private void start(Caller caller, Runnable work) {
    executeNow(() -> {
      try {
        work.run();
      } finally {
        Runnable next = next(caller);
        if (next != null) {
          start(caller, next);
        }
      }
    });
  }

  /// What has the turn that has ended; null where nothing waits.
  private synchronized @Nullable Runnable next(Caller caller) {
    Line line = lines.get(caller.id());
    if (line == null) {
      return null;
    }
    if (!line.waiting.isEmpty()) {
      return line.waiting.removeFirst();
    }
    line.running--;
    if (line.running == 0) {
      lines.remove(caller.id());
    }
    return null;
  }

  @Override
  public void close() {
    synchronized (this) {
      lines.clear();
    }
    threads.shutdownNow();
  }
}
