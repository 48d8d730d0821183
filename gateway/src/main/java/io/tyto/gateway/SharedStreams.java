package io.tyto.gateway;

import io.tyto.gateway.http.Accept;
import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.Replies;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Event streams of the single connection mode of GraphQL over SSE: reserved by PUT, opened once by
/// GET, fed by operations, each under an id of the client's, of which DELETE ends one. A token
/// stands for a stream, and is worth something to the caller who reserved it and to nobody else.
/// Thread-safe.
final class SharedStreams {
  static final String TOKEN_HEADER = "X-GraphQL-Event-Stream-Token";
  static final String LAST_EVENT_ID = "Last-Event-ID";

  private static final String TOKEN_PARAMETER = "token";
  private static final String OPERATION_ID = "operationId";
  private static final String PLAIN = "text/plain";
  private static final int TOKEN_BYTES = 32;
  private static final int MAX_OPERATION_ID = 256;

  /// Streams that are reserved and not open yet, of all callers; each is open or gone soon.
  private static final int MAX_RESERVED = 1_000;

  /// The same of one key or token.
  private static final int MAX_RESERVED_OF_CALLER = 20;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Callers callers;
  private final Connections connections;
  private final SocketOptions options;
  private final Map<String, SharedStream> byToken = new ConcurrentHashMap<>();

  // Guarded by this.
  private final Set<SharedStream> reserved = new HashSet<>();

  /// @param connections in which a stream has its place from its reservation on
  SharedStreams(Callers callers, Connections connections, SocketOptions options) {
    this.callers = callers;
    this.connections = connections;
    this.options = options;
  }

  /// The token that a request names a stream by, or null.
  static @Nullable String token(HttpServerRequest request) {
    String header = request.getHeader(TOKEN_HEADER);
    if (header != null) {
      return header;
    }
    String query = request.query();
    return query != null && query.contains(TOKEN_PARAMETER + "=")
        ? GraphQlParameters.one(request, TOKEN_PARAMETER)
        : null;
  }

  /// The id that an operation's answers are told under; BAD_USER_INPUT.
  static String operationId(GraphQlParameters parameters) {
    if (parameters.extensions().get(OPERATION_ID) instanceof String id
        && !id.isEmpty()
        && id.length() <= MAX_OPERATION_ID) {
      return id;
    }
    throw new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "an operation on an event stream has an id of its own, of at most %d characters: send it as extensions.%s"
            .formatted(MAX_OPERATION_ID, OPERATION_ID));
  }

  static TytoException unknown() {
    return new TytoException(
        ErrorCode.NOT_FOUND,
        "no event stream of yours is reserved under this token, or not any more: reserve one with PUT");
  }

  /// Answers with the token of a new stream; call on the event loop.
  void reserve(HttpServerRequest request, Caller caller, Context loop) {
    if (Accept.of(request).best(List.of(PLAIN)) == null) {
      throw new TytoException(
          ErrorCode.NOT_ACCEPTABLE, "a reservation is answered as %s alone".formatted(PLAIN));
    }
    SharedStream stream = new SharedStream(caller, options.maxSubscriptions());
    enter(stream, caller);
    byte[] bytes = new byte[TOKEN_BYTES];
    RANDOM.nextBytes(bytes);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    byToken.put(token, stream);
    loop.owner()
        .setTimer(
            options.initTimeout().toMillis(),
            _ -> {
              if (leaveReserved(stream)) {
                end(token, stream);
              }
            });
    request.response().putHeader("Cache-Control", "no-store");
    Replies.send(request, 201, PLAIN + "; charset=utf-8", Buffer.buffer(token));
    Bodies.discard(request);
  }

  private synchronized void enter(SharedStream stream, Caller caller) {
    boolean isNamed = caller.kind() == Caller.Kind.KEY || caller.kind() == Caller.Kind.TOKEN;
    long ofCaller =
        isNamed
            ? reserved.stream().filter(other -> other.caller().id().equals(caller.id())).count()
            : 0;
    if (ofCaller >= MAX_RESERVED_OF_CALLER) {
      throw new TytoException(
          ErrorCode.CONCURRENCY_LIMITED,
          "%d event streams of yours are reserved and not open, which is as many as may: open them"
              .formatted(MAX_RESERVED_OF_CALLER));
    }
    if (reserved.size() >= MAX_RESERVED) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "%d event streams are reserved and not open; come back shortly".formatted(MAX_RESERVED));
    }
    if (!connections.enter()) {
      throw new TytoException(ErrorCode.OVERLOADED, connections.refusal());
    }
    reserved.add(stream);
  }

  /// Whether nobody has come for it until now.
  private synchronized boolean leaveReserved(SharedStream stream) {
    return reserved.remove(stream);
  }

  private void end(String token, SharedStream stream) {
    byToken.remove(token);
    connections.leave();
    stream.close();
  }

  /// The stream of a token; NOT_FOUND where it is another caller's, too.
  SharedStream of(String token, Caller caller) {
    SharedStream stream = byToken.get(token);
    if (stream == null
        || stream.caller().kind() != caller.kind()
        || !stream.caller().id().equals(caller.id())) {
      throw unknown();
    }
    return stream;
  }

  /// Makes a response the stream of a token; NOT_FOUND, ALREADY_OPEN, and BAD_USER_INPUT where it
  /// is to go on with another one. Call on the event loop.
  void open(HttpServerRequest request, Caller caller, String token, Context loop) {
    SharedStream stream = of(token, caller);
    if (request.getHeader(LAST_EVENT_ID) != null) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "a stream of many operations does not go on, each of them does: leave %s out here, and send it with the operation"
              .formatted(LAST_EVENT_ID));
    }
    EventLine line = new EventLine(request, loop, options);
    if (!leaveReserved(stream)) {
      throw SharedStream.alreadyOpen();
    }
    line.open(
        null,
        () -> callers.isStillValid(stream.caller()),
        stream::farewell,
        () -> end(token, stream));
    stream.open(line);
  }

  /// Ends an operation; NOT_FOUND, BAD_USER_INPUT.
  void complete(HttpServerRequest request, Caller caller) {
    String token = token(request);
    if (token == null) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "name the event stream of the operation: " + TOKEN_HEADER + ": token");
    }
    SharedStream stream = of(token, caller);
    String id = GraphQlParameters.one(request, OPERATION_ID);
    if (id == null || id.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "name the operation: DELETE /graphql?operationId=id");
    }
    stream.complete(id);
    Replies.send(request, 200, PLAIN + "; charset=utf-8", Buffer.buffer());
    Bodies.discard(request);
  }
}
