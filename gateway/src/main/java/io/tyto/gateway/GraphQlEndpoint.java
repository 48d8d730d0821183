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
import io.tyto.gateway.observe.Meters;
import io.tyto.gateway.observe.Observatory;
import io.tyto.gateway.observe.Requests;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlApi.Begun;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.graphqlschema.LiveStream;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.query.Estimate.Lane;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
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
  private final SharedStreams shared;

  /// One request, and where its answers go.
  ///
  /// @param stream that of the token it came with; null: the answers are its response
  private record Exchange(
      HttpServerRequest request,
      Context loop,
      GraphQlReply reply,
      QueryContext context,
      @Nullable SharedStream stream) {}

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
    this.shared = new SharedStreams(callers, connections, options.sockets());
    Meters meters = observatory.meters();
    meters.watch(Meter.CONNECTIONS, connections::open);
    for (Lane lane : Lane.values()) {
      String name = lane.name().toLowerCase(Locale.ROOT);
      meters.watch(Meter.LANE_RUNNING, () -> gate.running(lane), name);
      meters.watch(Meter.LANE_WAITING, () -> gate.waiting(lane), name);
    }
  }

  List<Route> routes() {
    return List.of(
        Route.socket("/graphql", (request, _, _) -> connect(request)),
        Route.get("/graphql", Audience.EVERYBODY, (request, _, _) -> get(request)),
        Route.post("/graphql", Audience.CALLERS, (request, caller, _) -> post(request, caller)),
        Route.put(
            "/graphql",
            Audience.CALLERS,
            (request, caller, _) -> shared.reserve(request, caller, loop())),
        Route.delete(
            "/graphql", Audience.CALLERS, (request, caller, _) -> shared.complete(request, caller)),
        Route.get(
            "/schema\\.graphql",
            Audience.CALLERS,
            (request, caller, _) -> schema(request, caller)));
  }

  private void schema(HttpServerRequest request, Caller caller) {
    Thread.startVirtualThread(() -> {
      try {
        GraphQlApi api = schema.of(caller);
        request.response().headers().add("Vary", Etag.BY_CALLER);
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
    String token = SharedStreams.token(request);
    boolean isStream =
        request.method().equals(HttpMethod.GET) && Accept.of(request).names(EventLine.TYPE);
    if (token != null && isStream) {
      shared.open(request, caller, token, loop());
      return;
    }
    Exchange exchange = exchange(request, caller, token);
    Thread.startVirtualThread(() -> answer(exchange, () -> GraphQlParameters.ofUrl(request), true));
  }

  private void post(HttpServerRequest request, Caller caller) {
    Exchange exchange = exchange(request, caller, SharedStreams.token(request));
    Bodies.requireJson(request, "{\"query\": \"{ collections { name } }\"}");
    Bodies.read(request, options.queryBytes(), options.http(), "http.queryBytes")
        .whenComplete((body, failure) -> {
          if (body == null) {
            exchange
                .reply()
                .refuse(failure == null ? new IllegalStateException("no body") : failure);
          } else {
            Thread.startVirtualThread(
                () -> answer(exchange, () -> GraphQlParameters.ofBody(body), false));
          }
        });
  }

  /// NOT_ACCEPTABLE; NOT_FOUND of a token that is none of the caller's.
  private Exchange exchange(HttpServerRequest request, Caller caller, @Nullable String token) {
    GraphQlReply reply = GraphQlReply.to(request, options.http().profile());
    SharedStream stream = token == null ? null : shared.of(token, caller);
    QueryContext context = newContext(caller);
    Requests.ifGone(context::cancel);
    return new Exchange(request, loop(), reply, context, stream);
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
    // Browsers open WebSockets to any site for any page, and tell only here whose page it is.
    boolean isForeign = cors.isForeign(request);
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

  /// Runs an operation, or checks a subscription, when it is its turn; blocks. OVERLOADED,
  /// DRAINING, and what {@link Documents} refuses.
  ///
  /// @param isReadOnly METHOD_NOT_ALLOWED for anything that changes something
  Begun begin(GraphQlParameters parameters, boolean isReadOnly, QueryContext context) {
    if (observatory.isDraining()) { // connections that were open before go on asking
      throw new TytoException(ErrorCode.DRAINING, "this server is about to stop: ask another one");
    }
    Caller caller = context.caller();
    DocumentPolicy policy = policy(caller);
    String text =
        documents.text(
            parameters.query(),
            parameters.documentId(),
            parameters.extensions(),
            policy,
            id -> schema.savedDocument(id.toString(), caller));
    GraphQlRequest operation =
        new GraphQlRequest(
            text,
            parameters.operationName(),
            parameters.variables(),
            parameters.extensions(),
            isReadOnly,
            documents.takesUntrusted(policy));
    return observatory.operation(
        operation, context, () -> admission.run(() -> schema.of(caller).begin(operation, context)));
  }

  private void answer(
      Exchange exchange, Supplier<GraphQlParameters> parameters, boolean isReadOnly) {
    GraphQlReply reply = exchange.reply();
    QueryContext context = exchange.context();
    try {
      GraphQlParameters asked = parameters.get();
      if (exchange.stream() != null) {
        answerElsewhere(exchange, exchange.stream(), asked, isReadOnly);
        return;
      }
      Begun begun = begin(asked, isReadOnly, context);
      if (reply.isEvents() || begun instanceof Begun.Stream && reply.mayBeEvents()) {
        stream(exchange, begun);
      } else {
        ExecutionResult result = GraphQlApi.answer(begun);
        RateLimitHeaders.put(exchange.request().response(), gate.use(context.caller()));
        reply.send(result, isReadOnly ? etag(result, asked, context.caller()) : null);
      }
    } catch (RuntimeException e) {
      reply.refuse(e);
    }
  }

  /// The response says only whether the operation is taken.
  private void answerElsewhere(
      Exchange exchange, SharedStream stream, GraphQlParameters asked, boolean isReadOnly) {
    SharedStream.Operation operation =
        stream.begin(SharedStreams.operationId(asked), exchange.context());
    boolean isTaken = false;
    try {
      Begun begun = begin(asked, isReadOnly, exchange.context());
      RateLimitHeaders.put(exchange.request().response(), gate.use(exchange.context().caller()));
      if (begun instanceof Begun.Answer(ExecutionResult result) && !result.isDataPresent()) {
        operation.forget(); // whoever is told may ask again at once under the same id
        exchange.reply().reject(result);
        return;
      }
      switch (begun) {
        case Begun.Answer(ExecutionResult result) -> operation.answer(result);
        case Begun.Stream(LiveStream live) ->
            operation.follow(resumed(exchange, live).follow(operation));
      }
      isTaken = true;
      exchange.reply().accept();
    } finally {
      if (!isTaken) {
        operation.forget();
      }
    }
  }

  /// Whoever comes again says how far it has heard.
  private static LiveStream resumed(Exchange exchange, LiveStream live) {
    String id = exchange.request().getHeader(SharedStreams.LAST_EVENT_ID);
    return id == null || id.isEmpty() ? live : live.behind(id);
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

  private void stream(Exchange exchange, Begun begun) {
    EventStream events =
        new EventStream(new EventLine(exchange.request(), exchange.loop(), options.sockets()));
    switch (begun) {
      case Begun.Answer(ExecutionResult result) -> events.answer(result);
      case Begun.Stream(LiveStream live) -> {
        if (!connections.enter()) {
          throw new TytoException(ErrorCode.OVERLOADED, connections.refusal());
        }
        Following following;
        try {
          following = resumed(exchange, live).follow(events);
        } catch (TytoException e) {
          connections.leave();
          if (e.code().isRetryable()) {
            throw e;
          }
          // A page's EventSource sees what is in the stream, and nothing of a refusal.
          events.answer(live.failure(e));
          return;
        } catch (RuntimeException e) {
          connections.leave();
          throw e;
        }
        Caller caller = exchange.context().caller();
        events.follow(following, () -> callers.isStillValid(caller), connections::leave);
      }
    }
  }
}
