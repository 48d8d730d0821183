package io.tyto.perf.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Dashboards asked at a steady rate, whether or not earlier ones are answered: the time of an
/// answer counts from when it was due, so that a slow one is felt by those behind it.
///
/// @param rate dashboards a second
/// @param warmUpSeconds before anything is measured
/// @param seconds measured
record DashboardLoad(int rate, int warmUpSeconds, int seconds) {
  /// Dashboards that may be under way at once; what is due meanwhile waits.
  private static final int CLIENTS = 4;

  /// Milliseconds of the answers over HTTP, ascending.
  ///
  /// @param document a GraphQL document that holds all panels
  double[] overHttp(TytoStore store, String document) throws IOException {
    byte[] request = HttpAsker.request(document);
    List<HttpAsker> askers = new ArrayList<>();
    var gateway = store.serve();
    try {
      for (int i = 0; i < CLIENTS; i++) {
        askers.add(new HttpAsker(gateway));
      }
      askers.getFirst().check(request);
      return offer(askers.stream().<Runnable>map(asker -> () -> asker.ask(request)).toList());
    } finally {
      for (HttpAsker asker : askers) {
        asker.close();
      }
    }
  }

  /// Milliseconds of the engine's answers in this process, ascending.
  double[] inProcess(TytoStore store, List<Ask> panels) {
    return offer(Collections.nCopies(CLIENTS, () -> store.ask(panels)));
  }

  /// @param clients that ask in turns
  private double[] offer(List<Runnable> clients) {
    int warmUp = rate * warmUpSeconds;
    int count = warmUp + rate * seconds;
    double[] millis = new double[count];
    long start = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int first = i;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int k = first; k < count; k += CLIENTS) {
                  long due = start + k * 1_000_000_000L / rate;
                  waitUntil(due);
                  clients.get(first).run();
                  millis[k] = (System.nanoTime() - due) / 1e6;
                }
              }));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while dashboards were asked", e);
      }
    }
    double[] measured = Arrays.copyOfRange(millis, warmUp, count);
    Arrays.sort(measured);
    return measured;
  }

  private static void waitUntil(long nanos) {
    while (System.nanoTime() < nanos) {
      LockSupport.parkNanos(nanos - System.nanoTime());
    }
  }
}
