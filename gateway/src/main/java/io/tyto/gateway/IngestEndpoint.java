package io.tyto.gateway;

import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.BodyBytes;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.model.port.IngestService.Rejected;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `POST /v1/collections/{name}/events`: a JSON array or NDJSON; 202 once every accepted event is
/// durable.
final class IngestEndpoint {
  private static final int MAX_REJECTIONS_SHOWN = 1_000;

  private final IngestService ingest;
  private final GatewayOptions options;

  IngestEndpoint(IngestService ingest, GatewayOptions options) {
    this.ingest = ingest;
    this.options = options;
  }

  List<Route> routes() {
    return List.of(
        Route.post(
            "/v1/collections/([A-Za-z0-9_]{1,63})/events",
            Audience.CALLERS,
            (request, caller, path) -> events(request, path.group(1), caller)));
  }

  private void events(HttpServerRequest request, String collection, Caller caller) {
    // Nobody sends megabytes to learn that they may not.
    ingest.requireMay(collection, caller);
    Bodies.read(request, options.ingestBytes(), options.http(), "http.ingestBytes")
        .whenComplete((body, failure) ->
            Thread.startVirtualThread(() -> append(request, collection, caller, body, failure)));
  }

  private void append(
      HttpServerRequest request,
      String collection,
      Caller caller,
      byte @Nullable [] body,
      @Nullable Throwable failure) {
    if (body == null) {
      Replies.failure(request, failure == null ? new IllegalStateException("no body") : failure);
      return;
    }
    long most = Bodies.mostDecoded(request, body, options.unzippedBytes());
    try {
      BodyBytes.OF_PROCESS.take(most);
    } catch (TytoException e) {
      Replies.failure(request, e);
      return;
    }
    try {
      byte[] plain = Bodies.decode(request, body, options.unzippedBytes(), "http.unzippedBytes");
      ingest
          .ingest(collection, plain, caller)
          .whenComplete((_, _) -> BodyBytes.OF_PROCESS.give(most))
          // The thread that completes it is a partition's writer, which all its events wait for.
          .whenCompleteAsync(
              (result, refused) -> {
                if (result == null) {
                  Replies.failure(
                      request, refused == null ? new IllegalStateException("no result") : refused);
                } else {
                  Replies.json(request, 202, body(result));
                }
              },
              Thread::startVirtualThread);
    } catch (RuntimeException e) {
      BodyBytes.OF_PROCESS.give(most);
      Replies.failure(request, e);
    }
  }

  private static Map<String, Object> body(IngestResult result) {
    List<Object> rejected = new ArrayList<>();
    for (Rejected one :
        result.rejected().subList(0, Math.min(MAX_REJECTIONS_SHOWN, result.rejected().size()))) {
      rejected.add(rejection(one));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("accepted", result.accepted());
    body.put("duplicates", result.duplicates());
    body.put("rejectedCount", result.rejected().size());
    body.put("rejected", rejected);
    return body;
  }

  static Map<String, Object> rejection(Rejected rejected) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("index", rejected.index());
    if (rejected.field() != null) {
      entry.put("field", rejected.field());
    }
    entry.put("code", rejected.code());
    entry.put("message", rejected.message());
    return entry;
  }
}
