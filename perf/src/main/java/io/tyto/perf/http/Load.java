package io.tyto.perf.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Clients that ask at the same time, each on a thread of its own. A client that fails ends the
/// load and is thrown.
public final class Load {
  private Load() {}

  /// Asks at a steady rate, whether or not earlier requests are answered: the time of an answer
  /// counts from when it was due, so that a slow one is felt by those behind it.
  ///
  /// @param rate requests a second, which clients ask in turns
  /// @param warmUp requests before anything is measured
  /// @param count requests measured
  /// @return milliseconds, ascending
  public static double[] steady(List<? extends Runnable> clients, int rate, int warmUp, int count) {
    double[] millis = new double[warmUp + count];
    long start = System.nanoTime();
    run(
        clients,
        first -> {
          Runnable client = clients.get(first);
          for (int k = first; k < millis.length; k += clients.size()) {
            long due = start + k * 1_000_000_000L / rate;
            waitUntil(due);
            client.run();
            millis[k] = (System.nanoTime() - due) / 1e6;
          }
        });
    double[] measured = Arrays.copyOfRange(millis, warmUp, millis.length);
    Arrays.sort(measured);
    return measured;
  }

  /// Asks as fast as answers come; returns requests answered.
  public static long flatOut(List<? extends Runnable> clients, double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    return flatOut(clients, () -> System.nanoTime() >= end);
  }

  /// The same until it is over, and each client at least once.
  public static long flatOut(List<? extends Runnable> clients, BooleanSupplier isOver) {
    AtomicLong answered = new AtomicLong();
    run(
        clients,
        client -> {
          long count = 0;
          do {
            clients.get(client).run();
            count++;
          } while (!isOver.getAsBoolean());
          answered.addAndGet(count);
        });
    return answered.get();
  }

  private static void run(List<? extends Runnable> clients, IntConsumer work) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      int client = i;
      threads.add(
          Thread.ofPlatform()
              .name("client-" + i)
              .uncaughtExceptionHandler((_, e) -> failure.compareAndSet(null, e))
              .start(() -> work.accept(client)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while clients asked", e);
    }
    Throwable first = failure.get();
    if (first != null) {
      throw new IllegalStateException("a client failed", first);
    }
  }

  private static void waitUntil(long nanos) {
    while (System.nanoTime() < nanos) {
      LockSupport.parkNanos(nanos - System.nanoTime());
    }
  }
}
