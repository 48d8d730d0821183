package io.tyto.ingest.partition;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/// Runs what it was given when a simulation says so, on the simulation's thread. A delay is over
/// whenever nothing else is left to run.
final class StepExecutor extends AbstractExecutorService implements ScheduledExecutorService {
  private final Deque<Runnable> ready = new ArrayDeque<>();
  private final Deque<Later> later = new ArrayDeque<>();

  private final class Later extends FutureTask<Void> implements ScheduledFuture<Void> {
    private final long delayNanos;

    Later(Runnable command, long delayNanos) {
      super(command, null);
      this.delayNanos = delayNanos;
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      later.remove(this);
      return super.cancel(mayInterrupt);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(delayNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(delayNanos, other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  /// Runs one task; false where there is none.
  boolean step() {
    Runnable task = ready.poll();
    if (task == null) {
      task = later.poll();
    }
    if (task == null) {
      return false;
    }
    task.run();
    return true;
  }

  /// Runs what needs no delay.
  void runReady() {
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      task.run();
    }
  }

  @Override
  public void execute(Runnable command) {
    ready.add(command);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Later task = new Later(command, unit.toNanos(delay));
    later.add(task);
    return task;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("a simulation schedules no values");
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException("a simulation repeats by its own steps");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("a simulation repeats by its own steps");
  }

  @Override
  public void shutdown() {
    ready.clear();
    later.clear();
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<Runnable> left = List.copyOf(ready);
    shutdown();
    return left;
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
