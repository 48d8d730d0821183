package io.tyto.gateway.openapi;

import io.tyto.gateway.export.Asking;
import io.tyto.gateway.http.Etag;
import io.tyto.gateway.http.JsonText;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.access.Caller;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// `GET /openapi.json`, made for each caller: collections and columns that are not theirs are not
/// in it, and what operators do is where it is answered alone. Thread-safe.
public final class OpenApiEndpoint {
  private final Asking asking;
  private final boolean isForOperators;
  private final boolean isOpen;

  /// @param isForOperators whether it is served at their address
  /// @param isOpen whether nobody has to say who they are
  public OpenApiEndpoint(Asking asking, boolean isForOperators, boolean isOpen) {
    this.asking = asking;
    this.isForOperators = isForOperators;
    this.isOpen = isOpen;
  }

  public List<Route> routes() {
    return List.of(
        Route.get(
            "/openapi\\.json", Audience.CALLERS, (request, caller, _) -> send(request, caller)));
  }

  private void send(HttpServerRequest request, Caller caller) {
    Replies.onVirtualThread(
        request,
        () -> {
          Buffer text = JsonText.of(OpenApi.of(asking.api(caller), caller, isForOperators, isOpen));
          request.response().headers().add("Vary", Etag.BY_CALLER);
          if (!Etag.answered(request, Etag.weak(text.toString(StandardCharsets.UTF_8)))) {
            Replies.send(request, 200, "application/json; charset=utf-8", text);
          }
        });
  }
}
