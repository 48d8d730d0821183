package io.tyto.engine.scan;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Deals numbered tasks to the calling thread and to helpers from the pool.
public final class Workers {
  private Workers() {}

  /// Runs tasks `[0, tasks)`, started in ascending order, and returns when none runs any more. The
  /// first failure stops the rest and is thrown here. A busy pool delays nobody: the caller works
  /// too.
  public static void run(ScanContext context, int tasks, IntConsumer task) {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Runnable work =
        () -> Checkpoint.within(context.query(), () -> work(next, tasks, task, failure));
    List<Helper> helpers = new ArrayList<>();
    for (int i = 1; i < Math.min(context.parallelism(), tasks); i++) {
      Helper helper = new Helper(work);
      try {
        context.workers().execute(helper);
      } catch (RejectedExecutionException e) {
        break; // the pool is full or closing: this thread does it alone
      }
      helpers.add(helper);
    }
    work.run();
    helpers.forEach(Helper::join);
    rethrow(failure.get());
  }

  /// Deals the items `[0, items)` to some workers, each item to whoever is free, in ascending
  /// order. A worker is made in the thread that will use it. Once one fails, no further item is
  /// dealt.
  ///
  /// @return the workers, in no particular order; at least one
  public static <W> List<W> deal(
      ScanContext context, int items, Supplier<W> newWorker, ItemTask<W> task) {
    AtomicInteger next = new AtomicInteger();
    List<W> workers = new ArrayList<>();
    run(
        context,
        Math.max(1, Math.min(context.parallelism(), items)),
        _ -> {
          W worker = newWorker.get();
          int item;
          while ((item = next.getAndIncrement()) < items) {
            try {
              Checkpoint.pass();
              task.accept(worker, item);
            } catch (RuntimeException | Error e) {
              next.set(items);
              throw e;
            }
          }
          synchronized (workers) {
            workers.add(worker);
          }
        });
    return workers;
  }

  /// What a worker does with one item.
  public interface ItemTask<W> {
    void accept(W worker, int item);
  }

  private static void work(
      AtomicInteger next,
      int tasks,
      IntConsumer task,
      AtomicReference<@Nullable Throwable> failure) {
    int number;
    while (failure.get() == null && (number = next.getAndIncrement()) < tasks) {
      try {
        Checkpoint.pass();
        task.accept(number);
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      }
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  /// Work that is either begun by the pool or called off.
  private static final class Helper implements Runnable {
    private final Runnable work;
    private final AtomicBoolean isTaken = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);

    Helper(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      if (isTaken.compareAndSet(false, true)) {
        try {
          work.run();
        } finally {
          done.countDown();
        }
      }
    }

    /// Waits for work that has begun, which checks the query's deadline itself; the rest never
    /// begins.
    void join() {
      if (isTaken.compareAndSet(false, true)) {
        return;
      }
      boolean interrupted = false;
      while (true) {
        try {
          done.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
