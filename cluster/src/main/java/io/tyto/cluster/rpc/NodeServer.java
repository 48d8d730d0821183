package io.tyto.cluster.rpc;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// Answers the calls of other nodes, each on a virtual thread of its own. Thread-safe.
///
/// Lifetime: {@link #close} stops taking calls and cancels those under way.
public final class NodeServer implements AutoCloseable {
  /// Bytes of a question.
  private static final int MAX_BODY_BYTES = 1 << 24;

  /// Calls at a time over all connections; each holds a thread and a budget of memory.
  private static final int MAX_CALLS = 1_024;

  private static final Duration MAX_DEADLINE = Duration.ofHours(1);
  private static final Duration START = Duration.ofSeconds(10);
  private static final Duration ALIVE_EVERY = Answer.SILENCE.dividedBy(4);

  private final Vertx vertx;
  private final Map<String, Method> methods;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger underWay = new AtomicInteger();

  /// Answers a call; what it returns, as JSON, is the end of the answer.
  @FunctionalInterface
  public interface Method {
    String answer(Call call);
  }

  private NodeServer(Vertx vertx, HttpServerOptions options, Map<String, Method> methods) {
    this.vertx = vertx;
    this.methods = Map.copyOf(methods);
    this.server = vertx.createHttpServer(options).requestHandler(this::take);
  }

  /// Listens. TytoException where the address is taken.
  ///
  /// @param port 0: any that is free
  public static NodeServer start(
      Vertx vertx, String host, int port, RpcTls tls, Map<String, Method> methods) {
    HttpServerOptions options =
        tls.apply(
            new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setHttp2ClearTextEnabled(true)
                .setIdleTimeout(0));
    NodeServer server = new NodeServer(vertx, options, methods);
    try {
      server
          .server
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(START.toSeconds(), TimeUnit.SECONDS);
      return server;
    } catch (ExecutionException | TimeoutException e) {
      server.close();
      throw new TytoException(
          ErrorCode.INTERNAL,
          "cannot listen to other nodes on %s:%d: %s; is the port taken? (cluster.listen)"
              .formatted(host, port, e.getCause() == null ? e : e.getCause().getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      server.close();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while starting", e);
    }
  }

  public int port() {
    return server.actualPort();
  }

  private void take(HttpServerRequest request) {
    Context loop = Objects.requireNonNull(Vertx.currentContext(), "called on an event loop");
    String path = request.path() == null ? "" : request.path();
    HttpServerResponse response = request.response();
    Method method =
        path.startsWith(Wire.PATH) ? methods.get(path.substring(Wire.PATH.length())) : null;
    long version = number(request, Wire.VERSION_HEADER, 0);
    boolean isUnderstood = version >= Wire.OLDEST_VERSION && version <= Wire.VERSION;
    if (request.version() != HttpVersion.HTTP_2 || method == null || !isUnderstood) {
      String reason =
          isUnderstood
              ? "no such call: " + path
              : "wire version %d; this node speaks %d to %d"
                  .formatted(version, Wire.OLDEST_VERSION, Wire.VERSION);
      response.setStatusCode(404).end(reason);
      return;
    }
    QueryContext query = context(request);
    response.closeHandler(_ -> query.cancel());
    response.exceptionHandler(_ -> query.cancel());
    request.exceptionHandler(_ -> query.cancel());
    read(request, body -> answer(method, new Call(body, query, response, loop)));
  }

  private interface Taker {
    void take(String body);
  }

  private void read(HttpServerRequest request, Taker taker) {
    Buffer body = Buffer.buffer();
    request.handler(part -> {
      body.appendBuffer(part);
      if (body.length() > MAX_BODY_BYTES) {
        request.response().reset();
      }
    });
    request.endHandler(_ -> taker.take(body.toString()));
  }

  /// On the loop, and once the whole question is there: whoever leaves before has no place.
  private void answer(Method method, Call call) {
    if (underWay.incrementAndGet() > MAX_CALLS) {
      underWay.decrementAndGet();
      call.fail(
          new TytoException(
              ErrorCode.OVERLOADED,
              "a node has %d calls under way already; come back shortly".formatted(MAX_CALLS)));
      return;
    }
    long timer = vertx.setPeriodic(ALIVE_EVERY.toMillis(), _ -> call.alive());
    try {
      threads.execute(() -> run(method, call, timer));
    } catch (RejectedExecutionException e) {
      vertx.cancelTimer(timer);
      underWay.decrementAndGet();
      call.fail(new TytoException(ErrorCode.DRAINING, "the node is about to stop", e));
    }
  }

  private void run(Method method, Call call, long timer) {
    try {
      call.end(method.answer(call));
    } catch (Throwable e) {
      // Whatever it is, the node that asked has to know.
      call.fail(e);
      if (e instanceof Error error) {
        throw error;
      }
    } finally {
      vertx.cancelTimer(timer);
      underWay.decrementAndGet();
    }
  }

  private static QueryContext context(HttpServerRequest request) {
    long millis = number(request, Wire.DEADLINE_HEADER, MAX_DEADLINE.toMillis());
    String id = request.getHeader(Wire.QUERY_HEADER);
    return new QueryContext(
        id == null ? "call" : id,
        Duration.ofMillis(Math.min(millis, MAX_DEADLINE.toMillis())),
        number(request, Wire.MEMORY_HEADER, Long.MAX_VALUE));
  }

  private static long number(HttpServerRequest request, String header, long otherwise) {
    String text = request.getHeader(header);
    try {
      return text == null ? otherwise : Long.parseLong(text);
    } catch (NumberFormatException _) {
      return otherwise;
    }
  }

  @Override
  public void close() {
    server.close();
    threads.shutdownNow();
  }
}
