package io.tyto.gateway;

import graphql.ExecutionResult;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// `POST /graphql` and `GET /schema.graphql`.
///
/// At most `queryConcurrency` operations run; as many again wait; more are told to come back.
final class GraphQlEndpoint {
  private static final String RESPONSE_TYPE = "application/graphql-response+json";

  private final LiveSchema schema;
  private final GatewayOptions options;
  private final Semaphore running;
  private final AtomicInteger waiting = new AtomicInteger();

  GraphQlEndpoint(LiveSchema schema, GatewayOptions options) {
    this.schema = schema;
    this.options = options;
    this.running = new Semaphore(options.queryConcurrency(), true);
  }

  void schema(HttpServerRequest request) {
    Thread.startVirtualThread(() -> {
      try {
        GraphQlApi api = schema.current();
        request.response().putHeader("ETag", '"' + api.schemaVersion() + '"');
        Replies.send(request, 200, "application/graphql; charset=utf-8", Buffer.buffer(api.sdl()));
      } catch (RuntimeException e) {
        Replies.failure(request, e);
      }
    });
  }

  void execute(HttpServerRequest request) {
    String type = request.getHeader("Content-Type");
    if (type == null || !type.toLowerCase(java.util.Locale.ROOT).startsWith("application/json")) {
      Replies.error(
          request,
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "send the operation as Content-Type: application/json, such as"
              + " {\"query\": \"{ collections { name } }\"}");
      return;
    }
    QueryContext context =
        new QueryContext(
            UUID.randomUUID().toString(), options.queryTimeout(), options.queryMemoryBytes());
    request.response().closeHandler(_ -> context.cancel());
    Bodies.read(request, options.queryBytes(), options.bodyTimeout(), "http.queryBytes")
        .whenComplete((body, failure) ->
            Thread.startVirtualThread(() -> admit(request, context, body, failure)));
  }

  private void admit(
      HttpServerRequest request,
      QueryContext context,
      byte @Nullable [] body,
      @Nullable Throwable failure) {
    if (body == null) {
      Replies.failure(request, failure == null ? new IllegalStateException("no body") : failure);
      return;
    }
    boolean admitted = false;
    try {
      GraphQlRequest operation = parse(body);
      admitted = acquire(context);
      if (!admitted) {
        Replies.error(
            request,
            ErrorCode.OVERLOADED,
            "%d queries run and as many wait; come back shortly"
                .formatted(options.queryConcurrency()));
        return;
      }
      answer(request, schema.current().execute(operation, context));
    } catch (RuntimeException e) {
      Replies.failure(request, e);
    } finally {
      if (admitted) {
        running.release();
      }
    }
  }

  private boolean acquire(QueryContext context) {
    if (running.tryAcquire()) {
      return true;
    }
    try {
      return waiting.incrementAndGet() <= options.queryConcurrency()
          && running.tryAcquire(Math.max(0, context.remainingNanos()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      waiting.decrementAndGet();
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
