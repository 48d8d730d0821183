package io.tyto.gateway;

import graphql.ExecutionResult;
import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.JsonText;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlApi.Begun;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.graphqlschema.LiveStream;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `/graphql`, by POST and by WebSocket, and `GET /schema.graphql`.
///
/// Queries in operations wait for their turn at the gate; subscriptions are checked and then
/// followed outside of it.
final class GraphQlEndpoint {
  private static final String RESPONSE_TYPE = "application/graphql-response+json";

  private final LiveSchema schema;
  private final Callers callers;
  private final QueryGate gate;
  private final GatewayOptions options;
  private final Admission admission;
  private final Connections connections;

  GraphQlEndpoint(LiveSchema schema, Callers callers, QueryGate gate, GatewayOptions options) {
    this.callers = callers;
    this.gate = gate;
    this.schema = schema;
    this.options = options;
    this.admission = new Admission();
    this.connections = new Connections(options.sockets().maxConnections());
  }

  List<Route> routes() {
    return List.of(
        Route.socket("/graphql", (request, _, _) -> connect(request)),
        Route.get("/graphql", Audience.EVERYBODY, (request, _, _) -> page(request)),
        Route.post("/graphql", Audience.CALLERS, (request, caller, _) -> execute(request, caller)),
        Route.get(
            "/schema\\.graphql",
            Audience.CALLERS,
            (request, caller, _) -> schema(request, caller)));
  }

  private void schema(HttpServerRequest request, Caller caller) {
    Thread.startVirtualThread(() -> {
      try {
        GraphQlApi api = schema.of(caller);
        request.response().putHeader("ETag", '"' + api.schemaVersion() + '"');
        Replies.send(request, 200, "application/graphql; charset=utf-8", Buffer.buffer(api.sdl()));
      } catch (RuntimeException e) {
        Replies.failure(request, e);
      }
    });
  }

  private static void page(HttpServerRequest request) {
    if (!Replies.accepts(request, "text/html")) {
      request.response().putHeader("Allow", "POST");
      throw new TytoException(
          ErrorCode.METHOD_NOT_ALLOWED, "GET %s: use POST".formatted(request.path()));
    }
    Pages.redirectToGraphiql(request);
  }

  private void execute(HttpServerRequest request, Caller caller) {
    String type = request.getHeader("Content-Type");
    if (type == null || !type.toLowerCase(java.util.Locale.ROOT).startsWith("application/json")) {
      Replies.error(
          request,
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "send the operation as Content-Type: application/json, such as"
              + " {\"query\": \"{ collections { name } }\"}");
      return;
    }
    QueryContext context = newContext(caller);
    request.response().closeHandler(_ -> context.cancel());
    Context loop = Objects.requireNonNull(Vertx.currentContext(), "called on an event loop");
    Bodies.read(request, options.queryBytes(), options.bodyTimeout(), "http.queryBytes")
        .whenComplete((body, failure) ->
            Thread.startVirtualThread(() -> answer(request, loop, context, body, failure)));
  }

  /// A WebSocket for any number of operations; call on the event loop.
  private void connect(HttpServerRequest request) {
    if (!connections.enter()) {
      Replies.error(request, ErrorCode.OVERLOADED, connections.refusal());
      return;
    }
    boolean isForeign = isForeign(request);
    Context loop = Objects.requireNonNull(Vertx.currentContext(), "called on an event loop");
    request
        .toWebSocket()
        .onSuccess(socket ->
            GraphQlSocket.serve(
                socket,
                loop,
                this,
                new GraphQlSocket.Opened(request, isForeign),
                options.sockets(),
                connections::leave))
        // A handshake that breaks was answered by what broke it.
        .onFailure(_ -> connections.leave());
  }

  /// Browsers open WebSockets to any site for any page, and tell only here whose page it is.
  private static boolean isForeign(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return false;
    }
    int scheme = origin.indexOf("://");
    return scheme < 0 || !origin.substring(scheme + 3).equalsIgnoreCase(request.getHeader("Host"));
  }

  /// Who opens a WebSocket; UNAUTHENTICATED, RATE_LIMITED.
  Caller caller(HttpServerRequest handshake, @Nullable Map<?, ?> payload) {
    return callers.of(handshake, payload);
  }

  /// Who asks one more operation, and its limits.
  QueryContext newContext(Caller caller) {
    return new QueryContext(
        UUID.randomUUID().toString(),
        options.queryTimeout(),
        options.queryMemoryBytes(),
        caller,
        gate);
  }

  /// Runs an operation, or checks a subscription, when it is its turn; blocks. OVERLOADED.
  Begun begin(GraphQlRequest operation, QueryContext context) {
    return admission.run(() -> schema.of(context.caller()).begin(operation, context));
  }

  private void answer(
      HttpServerRequest request,
      Context loop,
      QueryContext context,
      byte @Nullable [] body,
      @Nullable Throwable failure) {
    if (body == null) {
      Replies.failure(request, failure == null ? new IllegalStateException("no body") : failure);
      return;
    }
    try {
      GraphQlRequest operation = parse(body);
      if (Replies.accepts(request, EventStream.TYPE)) {
        stream(new EventStream(request, loop, options.sockets()), begin(operation, context));
      } else {
        answer(
            request, admission.run(() -> schema.of(context.caller()).execute(operation, context)));
      }
    } catch (RuntimeException e) {
      Replies.failure(request, e);
    }
  }

  private void stream(EventStream events, Begun begun) {
    switch (begun) {
      case Begun.Answer(ExecutionResult result) -> events.answer(result);
      case Begun.Stream(LiveStream stream) -> {
        if (!connections.enter()) {
          throw new TytoException(ErrorCode.OVERLOADED, connections.refusal());
        }
        Following following;
        try {
          following = stream.follow(events);
        } catch (RuntimeException e) {
          connections.leave();
          throw e;
        }
        events.follow(following, connections::leave);
      }
    }
  }

  /// A request that failed as a whole is a 4xx for clients of the current media type, and 200 for
  /// those that only know `application/json`, as GraphQL over HTTP has it.
  private static void answer(HttpServerRequest request, ExecutionResult result) {
    Map<String, Object> specification = result.toSpecification();
    boolean current = Replies.accepts(request, RESPONSE_TYPE);
    int status = current && !result.isDataPresent() ? 400 : 200;
    Replies.send(
        request,
        status,
        (current ? RESPONSE_TYPE : "application/json") + "; charset=utf-8",
        JsonText.of(specification));
  }

  private static GraphQlRequest parse(byte[] body) {
    if (!(JsonText.parse(body) instanceof Map<?, ?> map)) {
      throw new TytoException(
          ErrorCode.BAD_JSON, "expected one JSON object with `query`; batches are not served");
    }
    return request(map);
  }

  /// An operation as JSON has it; BAD_USER_INPUT.
  static GraphQlRequest request(Map<?, ?> map) {
    if (!(map.get("query") instanceof String query)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the request has no `query`: expected the text of an operation");
    }
    Object name = map.get("operationName");
    return new GraphQlRequest(
        query,
        name instanceof String text ? text : null,
        object(map.get("variables"), "variables"),
        object(map.get("extensions"), "extensions"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> object(@Nullable Object value, String name) {
    return switch (value) {
      case null -> Map.of();
      // SAFETY: JsonText makes string keys.
      case Map<?, ?> map -> (Map<String, @Nullable Object>) map;
      default ->
          throw new TytoException(ErrorCode.BAD_USER_INPUT, "`" + name + "` is not a JSON object");
    };
  }
}
