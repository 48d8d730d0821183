package io.tyto.gateway;

import graphql.ExecutionResult;
import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.gateway.document.Documents;
import io.tyto.gateway.export.Asking;
import io.tyto.gateway.http.Accept;
import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.Cors;
import io.tyto.gateway.http.Etag;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.gateway.limits.CostGate;
import io.tyto.gateway.limits.RateLimitHeaders;
import io.tyto.gateway.observe.Meter;
import io.tyto.gateway.observe.Observatory;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// `/graphql`, by GET, POST and WebSocket, and `GET /schema.graphql`.
///
/// Queries in operations wait for their turn at the gate; subscriptions are checked and then
/// followed outside of it.
final class GraphQlEndpoint implements Asking {
  private final LiveSchema schema;
  private final Callers callers;
  private final CostGate gate;
  private final Function<Caller, DocumentPolicy> policies;
  private final Documents documents;
  private final Cors cors;
  private final Observatory observatory;
  private final QueryGate watchedGate;
  private final GatewayOptions options;
  private final Admission admission;
  private final Connections connections;

  GraphQlEndpoint(
      LiveSchema schema,
      Callers callers,
      Guards guards,
      Documents documents,
      Observatory observatory,
      GatewayOptions options) {
    this.callers = callers;
    this.gate = guards.gate();
    this.watchedGate = observatory.gate(gate);
    this.observatory = observatory;
    this.policies = guards.documents();
    this.documents = documents;
    this.cors = new Cors(options.http().corsOrigins());
    this.schema = schema;
    this.options = options;
    this.admission = new Admission();
    this.connections = new Connections(options.sockets().maxConnections());
    observatory.meters().watch(Meter.CONNECTIONS, connections::open);
  }

  List<Route> routes() {
    return List.of(
        Route.socket("/graphql", (request, _, _) -> connect(request)),
        Route.get("/graphql", Audience.EVERYBODY, (request, _, _) -> get(request)),
        Route.post("/graphql", Audience.CALLERS, (request, caller, _) -> post(request, caller)),
        Route.get(
            "/schema\\.graphql",
            Audience.CALLERS,
            (request, caller, _) -> schema(request, caller)));
  }

  private void schema(HttpServerRequest request, Caller caller) {
    Thread.startVirtualThread(() -> {
      try {
        GraphQlApi api = schema.of(caller);
        if (Etag.answered(request, '"' + api.schemaVersion() + '"')) {
          return;
        }
        Replies.send(request, 200, "application/graphql; charset=utf-8", Buffer.buffer(api.sdl()));
      } catch (RuntimeException e) {
        Replies.failure(request, e);
      }
    });
  }

  /// A query by the parameters of the URL. A browser that asks for nothing gets the page to ask
  /// with.
  private void get(HttpServerRequest request) {
    if (!GraphQlParameters.areIn(request) && Accept.of(request).names("text/html")) {
      Pages.redirectToGraphiql(request);
      return;
    }
    Caller caller = callers.of(request);
    GraphQlReply reply = GraphQlReply.to(request, options.http().profile());
    QueryContext context = cancelledWithResponse(request, caller);
    Context loop = loop();
    Thread.startVirtualThread(
        () -> answer(request, loop, reply, context, () -> GraphQlParameters.ofUrl(request), true));
  }

  private void post(HttpServerRequest request, Caller caller) {
    GraphQlReply reply = GraphQlReply.to(request, options.http().profile());
    GraphQlReply.requireJson(request);
    QueryContext context = cancelledWithResponse(request, caller);
    Context loop = loop();
    Bodies.read(request, options.queryBytes(), options.http(), "http.queryBytes")
        .whenComplete((body, failure) -> {
          if (body == null) {
            reply.refuse(failure == null ? new IllegalStateException("no body") : failure);
          } else {
            Thread.startVirtualThread(() ->
                answer(request, loop, reply, context, () -> GraphQlParameters.ofBody(body), false));
          }
        });
  }

  private QueryContext cancelledWithResponse(HttpServerRequest request, Caller caller) {
    QueryContext context = newContext(caller);
    request.response().closeHandler(_ -> context.cancel());
    return context;
  }

  private static Context loop() {
    return Objects.requireNonNull(Vertx.currentContext(), "called on an event loop");
  }

  /// A WebSocket for any number of operations; call on the event loop.
  private void connect(HttpServerRequest request) {
    if (!connections.enter()) {
      Replies.error(request, ErrorCode.OVERLOADED, connections.refusal());
      return;
    }
    boolean isForeign = isForeign(request);
    Context loop = loop();
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
  private boolean isForeign(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    if (origin == null || cors.allows(origin)) {
      return false;
    }
    int scheme = origin.indexOf("://");
    return scheme < 0 || !origin.substring(scheme + 3).equalsIgnoreCase(request.getHeader("Host"));
  }

  /// Who opens a WebSocket; UNAUTHENTICATED, RATE_LIMITED.
  Caller caller(GraphQlSocket.Opened opened, @Nullable Map<?, ?> payload) {
    return callers.of(opened.handshake(), payload);
  }

  /// Whether a caller of before may still be here.
  @Override
  public boolean isStillValid(Caller caller) {
    return callers.isStillValid(caller);
  }

  /// Who asks one more operation, and its limits.
  QueryContext newContext(Caller caller) {
    return newContext(caller, options.queryTimeout(), UnaryOperator.identity());
  }

  @Override
  public void requireUntrusted(Caller caller) {
    documents.requireUntrusted(policy(caller));
  }

  @Override
  public GraphQlApi api(Caller caller) {
    return schema.of(caller);
  }

  @Override
  public QueryContext newContext(
      Caller caller, Duration timeout, UnaryOperator<QueryGate> ownGate) {
    QueryContext context =
        new QueryContext(
            UUID.randomUUID().toString(),
            timeout,
            options.queryMemoryBytes(),
            caller,
            ownGate.apply(watchedGate));
    context.tracedBy(observatory.sight());
    return context;
  }

  private DocumentPolicy policy(Caller caller) {
    return caller.kind() == Caller.Kind.SYSTEM ? DocumentPolicy.ANY : policies.apply(caller);
  }

  /// Runs an operation, or checks a subscription, when it is its turn; blocks. OVERLOADED, and what
  /// {@link Documents} refuses.
  ///
  /// @param isReadOnly METHOD_NOT_ALLOWED for anything that changes something
  Begun begin(GraphQlParameters parameters, boolean isReadOnly, QueryContext context) {
    Caller caller = context.caller();
    String text =
        documents.text(
            parameters.query(), parameters.documentId(), parameters.extensions(), policy(caller));
    GraphQlRequest operation =
        new GraphQlRequest(
            text,
            parameters.operationName(),
            parameters.variables(),
            parameters.extensions(),
            isReadOnly);
    return observatory.operation(
        operation, context, () -> admission.run(() -> schema.of(caller).begin(operation, context)));
  }

  private void answer(
      HttpServerRequest request,
      Context loop,
      GraphQlReply reply,
      QueryContext context,
      Supplier<GraphQlParameters> parameters,
      boolean isReadOnly) {
    try {
      GraphQlParameters asked = parameters.get();
      Begun begun = begin(asked, isReadOnly, context);
      if (reply.isEvents() || begun instanceof Begun.Stream && reply.mayBeEvents()) {
        stream(new EventStream(request, loop, options.sockets()), begun, context.caller());
      } else {
        ExecutionResult result = GraphQlApi.answer(begun);
        RateLimitHeaders.put(request.response(), gate.use(context.caller()));
        reply.send(result, isReadOnly ? etag(result, asked, context.caller()) : null);
      }
    } catch (RuntimeException e) {
      reply.refuse(e);
    }
  }

  /// Null where the answer may be another one although nothing was stored meanwhile. Of a document
  /// that is named the name stands for the text, being its hash.
  private static @Nullable String etag(
      ExecutionResult result, GraphQlParameters asked, Caller caller) {
    Map<Object, Object> extensions = result.getExtensions();
    if (extensions == null) {
      return null;
    }
    Object snapshot = extensions.get(GraphQlApi.SNAPSHOT);
    return snapshot == null
        ? null
        : Etag.weak(
            snapshot,
            String.valueOf(extensions.get("schemaVersion")),
            String.valueOf(asked.query()),
            String.valueOf(asked.documentId()),
            asked.extensions(),
            String.valueOf(asked.operationName()),
            asked.variables(),
            caller.project(),
            caller.access().fingerprint());
  }

  private void stream(EventStream events, Begun begun, Caller caller) {
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
        events.follow(following, () -> callers.isStillValid(caller), connections::leave);
      }
    }
  }
}
