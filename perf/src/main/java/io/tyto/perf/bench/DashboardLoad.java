package io.tyto.perf.bench;

import io.tyto.perf.http.Load;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

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
    return Load.steady(clients, rate, rate * warmUpSeconds, rate * seconds);
  }
}
