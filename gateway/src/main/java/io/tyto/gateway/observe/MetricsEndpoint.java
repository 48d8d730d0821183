package io.tyto.gateway.observe;

import io.tyto.gateway.http.Accept;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/// `GET /metrics`, as Prometheus and OpenMetrics have it.
final class MetricsEndpoint {
  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";
  private static final String TEXT = "text/plain; version=0.0.4";

  private final Meters meters;
  private final Runnable refresh;

  /// @param refresh brings gauges up to date; may block
  MetricsEndpoint(Meters meters, Runnable refresh) {
    this.meters = meters;
    this.refresh = refresh;
  }

  List<Route> routes() {
    return List.of(Route.get("/metrics", Audience.OPERATORS, (request, _, _) -> metrics(request)));
  }

  private void metrics(HttpServerRequest request) {
    String type = Accept.of(request).names("application/openmetrics-text") ? OPEN_METRICS : TEXT;
    Thread.startVirtualThread(() -> {
      try {
        refresh.run();
        Replies.send(request, 200, type + "; charset=utf-8", Buffer.buffer(meters.scrape(type)));
      } catch (RuntimeException e) {
        Replies.failure(request, e);
      }
    });
  }
}
