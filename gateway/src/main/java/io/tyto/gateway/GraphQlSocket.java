package io.tyto.gateway;

import graphql.ExecutionResult;
import graphql.GraphQLError;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.tyto.gateway.http.ErrorBody;
import io.tyto.gateway.http.JsonText;
import io.tyto.gateway.http.Replies;
import io.tyto.graphqlschema.GraphQlApi.Begun;
import io.tyto.graphqlschema.LiveStream;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.query.QueryContext;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One WebSocket that speaks `graphql-transport-ws`: any operations, each under an id of the
/// client's.
///
/// Everything happens on the event loop of the socket; only operations run elsewhere. A client that
/// does not read is asked nothing and told nothing more than what is under way, until it is taken
/// for gone. *Lifetime*: that of the socket.
final class GraphQlSocket {
  static final String PROTOCOL = "graphql-transport-ws";

  private static final short PROTOCOL_ERROR = 1002;
  private static final short POLICY_VIOLATION = 1008;
  private static final short MESSAGE_TOO_BIG = 1009;
  private static final short INVALID_MESSAGE = 4400;
  private static final short UNAUTHORIZED = 4401;
  private static final short FORBIDDEN = 4403;
  private static final short SUBPROTOCOL_NOT_ACCEPTABLE = 4406;
  private static final short INIT_TIMEOUT = 4408;
  private static final short DUPLICATE_ID = 4409;
  private static final short TOO_MANY_INITS = 4429;

  /// What a close frame has room for, in bytes.
  private static final int MAX_REASON = 123;

  private final ServerWebSocket socket;
  private final Context context;
  private final GraphQlEndpoint endpoint;
  private final Opened opened;
  private final SocketOptions options;
  private final Map<String, Active> active = new HashMap<>();
  private final List<Active> waitingForRoom = new ArrayList<>();
  private final long initTimer;
  private final long pingTimer;
  private long checkTimer = -1;

  /// Null until the connection is acknowledged.
  private @Nullable Caller caller;

  private boolean isClosed;
  private boolean isPaused;
  private long heardNanos = System.nanoTime();

  /// How it was opened.
  ///
  /// @param isForeign whether a page of another site has opened it
  record Opened(HttpServerRequest handshake, boolean isForeign) {}

  /// Takes over an open socket; call on its event loop.
  ///
  /// @param onClose called once
  static void serve(
      ServerWebSocket socket,
      Context context,
      GraphQlEndpoint endpoint,
      Opened opened,
      SocketOptions options,
      Runnable onClose) {
    GraphQlSocket served = new GraphQlSocket(socket, context, endpoint, opened, options, onClose);
    if (opened.isForeign()) {
      served.close(FORBIDDEN, "Forbidden: the page is not of this server's origin");
    } else if (!PROTOCOL.equals(socket.subProtocol())) {
      served.close(SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable: use " + PROTOCOL);
    }
  }

  private GraphQlSocket(
      ServerWebSocket socket,
      Context context,
      GraphQlEndpoint endpoint,
      Opened opened,
      SocketOptions options,
      Runnable onClose) {
    this.socket = socket;
    this.context = context;
    this.endpoint = endpoint;
    this.opened = opened;
    this.options = options;
    this.initTimer = context.owner().setTimer(options.initTimeout().toMillis(), _ -> initLate());
    this.pingTimer = context.owner().setPeriodic(options.pingEvery().toMillis(), _ -> ping());
    socket.textMessageHandler(this::message);
    socket.binaryMessageHandler(_ -> close(INVALID_MESSAGE, "Invalid message: not text"));
    socket.pongHandler(_ -> heardNanos = System.nanoTime());
    socket.drainHandler(_ -> drained());
    socket.exceptionHandler(this::broken);
    socket.closeHandler(_ -> {
      end();
      onClose.run();
    });
  }

  private void initLate() {
    if (caller == null) {
      close(INIT_TIMEOUT, "Connection initialisation timeout");
    }
  }

  private void ping() {
    if (System.nanoTime() - heardNanos > options.stallTimeout().toNanos()) {
      close(POLICY_VIOLATION, "nothing heard for " + options.stallTimeout());
    } else if (!socket.writeQueueFull() && caller != null) {
      write(Map.of("type", "ping"));
      // Answered by whatever reads frames, also where the client knows no ping of the protocol.
      socket.writePing(Buffer.buffer());
    }
  }

  /// A frame that is none, or is too long; or a connection that is gone, where nothing can be told.
  private void broken(Throwable cause) {
    boolean isTooLong =
        cause instanceof CorruptedWebSocketFrameException corrupted
            && corrupted.closeStatus().code() == MESSAGE_TOO_BIG;
    if (isTooLong) {
      close(MESSAGE_TOO_BIG, "at most %d bytes a message".formatted(options.maxMessageBytes()));
    } else {
      close(PROTOCOL_ERROR, "Invalid frame");
    }
  }

  private void message(String text) {
    if (isClosed) {
      return;
    }
    heardNanos = System.nanoTime();
    try {
      if (!(JsonText.parse(text.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> message)) {
        throw invalid("expected a JSON object");
      }
      dispatch(message);
    } catch (TytoException e) {
      close(INVALID_MESSAGE, "Invalid message: " + e.getMessage());
    }
    if (socket.writeQueueFull() && !isClosed) {
      // What a client asks and does not take would pile up.
      isPaused = true;
      socket.pause();
    }
  }

  private void dispatch(Map<?, ?> message) {
    switch (message.get("type") instanceof String type ? type : "") {
      case "connection_init" -> initialise(payload(message));
      case "ping" -> pong(payload(message));
      case "pong" -> payload(message);
      case "subscribe" -> subscribe(id(message), request(message));
      case "complete" -> complete(id(message));
      default -> throw invalid("unknown type");
    }
  }

  private void initialise(@Nullable Map<?, ?> payload) {
    if (caller != null) {
      close(TOO_MANY_INITS, "Too many initialisation requests");
      return;
    }
    context.owner().cancelTimer(initTimer);
    try {
      Caller known = endpoint.caller(opened, payload);
      caller = known;
      checkTimer = context.owner().setPeriodic(Callers.RECHECK_MILLIS, _ -> check(known));
    } catch (TytoException e) {
      close(FORBIDDEN, "Forbidden: " + e.getMessage());
      return;
    }
    write(Map.of("type", "connection_ack"));
  }

  private void check(Caller known) {
    if (!endpoint.isStillValid(known)) {
      close(FORBIDDEN, "Forbidden: the key or token is not valid any more");
    }
  }

  private void pong(@Nullable Map<?, ?> payload) {
    write(payload == null ? Map.of("type", "pong") : Map.of("type", "pong", "payload", payload));
  }

  private void subscribe(String id, GraphQlParameters request) {
    Caller asking = caller;
    if (asking == null) {
      close(UNAUTHORIZED, "Unauthorized");
    } else if (active.containsKey(id)) {
      close(DUPLICATE_ID, "Subscriber for " + id + " already exists");
    } else if (active.size() >= options.maxSubscriptions()) {
      write(errors(id, tooMany()));
    } else {
      Active operation = new Active(id, endpoint.newContext(asking));
      active.put(id, operation);
      Thread.startVirtualThread(() -> operation.run(request));
    }
  }

  private Object tooMany() {
    return ErrorBody.errors(
        ErrorCode.LIMIT_TOO_LARGE,
        "%d operations are under way on this socket, which is as many as it may have: complete one, or open another socket"
            .formatted(options.maxSubscriptions()));
  }

  private void complete(String id) {
    Active operation = active.remove(id);
    if (operation != null) {
      operation.stop();
    }
  }

  private void drained() {
    heardNanos = System.nanoTime();
    if (isPaused) {
      isPaused = false;
      socket.resume();
    }
    List<Active> next = List.copyOf(waitingForRoom);
    waitingForRoom.clear();
    next.forEach(Active::more);
  }

  private void close(short code, String reason) {
    if (isClosed) {
      return;
    }
    end();
    socket.close(code, cut(reason));
  }

  private static String cut(String reason) {
    byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= MAX_REASON) {
      return reason;
    }
    int end = MAX_REASON;
    while ((bytes[end] & 0xC0) == 0x80) {
      end--; // not in the middle of a character
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private void end() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    context.owner().cancelTimer(initTimer);
    context.owner().cancelTimer(pingTimer);
    context.owner().cancelTimer(checkTimer);
    active.values().forEach(Active::stop);
    active.clear();
    waitingForRoom.clear();
  }

  private void write(Map<String, Object> message) {
    write(JsonText.of(message).toString(StandardCharsets.UTF_8));
  }

  private void write(String text) {
    if (!isClosed) {
      socket.writeTextMessage(text);
    }
  }

  private static String message(String type, String id, Object payload) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("id", id);
    message.put("type", type);
    message.put("payload", payload);
    return JsonText.of(message).toString(StandardCharsets.UTF_8);
  }

  private static String errors(String id, Object errors) {
    return message("error", id, errors);
  }

  private static TytoException invalid(String what) {
    return new TytoException(ErrorCode.BAD_USER_INPUT, what);
  }

  private static @Nullable Map<?, ?> payload(Map<?, ?> message) {
    return switch (message.get("payload")) {
      case null -> null;
      case Map<?, ?> payload -> payload;
      default -> throw invalid("payload is no object");
    };
  }

  private static String id(Map<?, ?> message) {
    if (message.get("id") instanceof String id && !id.isEmpty()) {
      return id;
    }
    throw invalid("id is no text, or empty");
  }

  private static GraphQlParameters request(Map<?, ?> message) {
    Map<?, ?> payload = payload(message);
    if (payload == null) {
      throw invalid("subscribe without payload");
    }
    GraphQlParameters parameters = GraphQlParameters.of(payload);
    if (!parameters.hasDocument()) {
      throw invalid("the payload has no query");
    }
    return parameters;
  }

  /// An operation under way.
  private final class Active implements LiveStream.Sink {
    private final String id;
    private final QueryContext query;
    private @Nullable Following following;

    Active(String id, QueryContext query) {
      this.id = id;
      this.query = query;
    }

    /// On a thread of its own.
    void run(GraphQlParameters request) {
      try {
        switch (endpoint.begin(request, false, query)) {
          case Begun.Answer(ExecutionResult result) -> answer(result);
          case Begun.Stream(LiveStream stream) -> follow(stream);
        }
      } catch (RuntimeException e) {
        refuse(Replies.errors(e));
      }
    }

    private void answer(ExecutionResult result) {
      Map<String, Object> specification = result.toSpecification();
      if (!result.isDataPresent()) {
        refuse(specification.getOrDefault("errors", List.of()));
        return;
      }
      String text = message("next", id, specification);
      onLoop(() -> {
        write(text);
        finish();
      });
    }

    private void follow(LiveStream stream) {
      Following begun;
      try {
        begun = stream.follow(this);
      } catch (TytoException e) {
        refuse(stream.errors(e).stream().map(GraphQLError::toSpecification).toList());
        return;
      }
      context.runOnContext(_ -> {
        if (isActive()) {
          following = begun;
          begun.request();
        } else {
          begun.close();
        }
      });
    }

    private void refuse(Object errors) {
      String text = errors(id, errors);
      onLoop(() -> {
        write(text);
        forget();
      });
    }

    @Override
    public void next(ExecutionResult answer, @Nullable String id) {
      String text = message("next", this.id, answer.toSpecification());
      onLoop(() -> {
        write(text);
        more();
      });
    }

    @Override
    public void ended(@Nullable ExecutionResult answer) {
      String text = answer == null ? null : message("next", id, answer.toSpecification());
      onLoop(() -> {
        if (text != null) {
          write(text);
        }
        finish();
      });
    }

    /// Asks for the next update once there is room for it.
    void more() {
      if (!isActive() || following == null) {
        return;
      }
      if (socket.writeQueueFull()) {
        waitingForRoom.add(this);
      } else {
        following.request();
      }
    }

    private void finish() {
      write(Map.of("id", id, "type", "complete"));
      forget();
    }

    private void forget() {
      active.remove(id);
      stop();
    }

    void stop() {
      query.cancel();
      if (following != null) {
        following.close();
      }
    }

    /// Nothing is sent for an id that the client has completed.
    private boolean isActive() {
      return !isClosed && active.get(id) == this;
    }

    private void onLoop(Runnable step) {
      context.runOnContext(_ -> {
        if (isActive()) {
          step.run();
        }
      });
    }
  }
}
