package io.tyto.gateway.observe;

import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.RunningQuery;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `GET /v1/queries` and `DELETE /v1/queries/{id}`: what runs now, and the end of it.
public final class QueriesEndpoint {
  private final RunningQueries running;

  public QueriesEndpoint(RunningQueries running) {
    this.running = running;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/v1/queries", Audience.OPERATORS, (request, caller, _) -> list(request, caller)),
        Route.delete(
            "/v1/queries/([A-Za-z0-9._-]{1,64})",
            Audience.OPERATORS,
            (request, caller, path) -> cancel(request, caller, path.group(1))));
  }

  private void list(HttpServerRequest request, Caller caller) {
    Replies.json(
        request,
        200,
        Map.of("queries", running.running(caller).stream().map(QueriesEndpoint::body).toList()));
  }

  private void cancel(HttpServerRequest request, Caller caller, String id) {
    if (!running.cancel(id, caller)) {
      throw new TytoException(
          ErrorCode.NOT_FOUND, "nothing runs under %s; it may have ended by itself".formatted(id));
    }
    Replies.json(request, 200, Map.of("cancelled", id));
  }

  private static Map<String, @Nullable Object> body(RunningQuery query) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("id", query.id());
    body.put("requestId", query.requestId());
    body.put("caller", query.caller());
    body.put("what", query.what());
    body.put("hash", query.hash());
    body.put("collections", query.collections());
    body.put("lane", query.lane());
    body.put("started", query.started().toString());
    body.put("runningMillis", query.runningMillis());
    body.put("rowsScanned", query.rowsScanned());
    body.put("costMillionths", (long) (query.cost() * 1e6));
    body.put("isCancelled", query.isCancelled());
    return body;
  }
}
