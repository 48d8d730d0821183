package io.tyto.gateway.openapi;

import io.tyto.gateway.export.Asking;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.access.Caller;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/// `GET /openapi.json`, made for each caller: collections and columns that are not theirs are not
/// in it. Thread-safe.
public final class OpenApiEndpoint {
  private final Asking asking;

  public OpenApiEndpoint(Asking asking) {
    this.asking = asking;
  }

  public List<Route> routes() {
    return List.of(
        Route.get(
            "/openapi\\.json", Audience.CALLERS, (request, caller, _) -> send(request, caller)));
  }

  private void send(HttpServerRequest request, Caller caller) {
    Thread.startVirtualThread(() -> {
      try {
        request.response().putHeader("Cache-Control", "private, max-age=60");
        Replies.json(request, 200, OpenApi.of(asking.api(caller), caller));
      } catch (RuntimeException e) {
        Replies.failure(request, e);
      }
    });
  }
}
