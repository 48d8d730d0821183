package io.tyto.perf.live;

import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.NavigableMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One client with one subscription: it notes how old each batch is when it first sees it.
final class LiveClient {
  private static final int SECONDS = 60;

  private final int kind;
  private final NavigableMap<Long, Long> sentNanos;
  private final LagTimes lags;
  private volatile @Nullable JsonObject last;
  private volatile boolean isClosed;
  private long seen = Long.MAX_VALUE;
  private long updates;

  /// @param kind number of the query
  /// @param sentNanos when each batch was sent, by its number
  LiveClient(int kind, NavigableMap<Long, Long> sentNanos, LagTimes lags) {
    this.kind = kind;
    this.sentNanos = sentNanos;
    this.lags = lags;
  }

  int kind() {
    return kind;
  }

  /// What it was told last; null before.
  @Nullable JsonObject last() {
    return last;
  }

  long updates() {
    return updates;
  }

  boolean isClosed() {
    return isClosed;
  }

  /// What it follows, as a query asks it too.
  static String selection(int kind) {
    return "(input: {range: {preset: ALL_TIME}, where: {kind: {eq: \"k%d\"}}, groupBy: [{dimension: COUNTRY}]}%%s) { %%s }"
        .formatted(kind);
  }

  /// Connects and subscribes.
  ///
  /// @param isStalled reads nothing from then on
  void open(WebSocketClient client, int port, String every, boolean isStalled) throws Exception {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI("/graphql");
    options.addSubProtocol("graphql-transport-ws");
    WebSocket socket =
        client
            .connect(options)
            .toCompletionStage()
            .toCompletableFuture()
            .get(SECONDS, TimeUnit.SECONDS);
    socket.closeHandler(_ -> isClosed = true);
    socket.exceptionHandler(_ -> isClosed = true);
    socket.textMessageHandler(text -> message(socket, text));
    String query =
        "subscription { hitLive"
            + selection(kind)
                .formatted(
                    ", every: \"" + every + "\"",
                    "aggregate { rows { key { country } measures { count batch { max } } } }")
            + " }";
    socket.writeTextMessage("{\"type\":\"connection_init\"}");
    socket.writeTextMessage(
        new JsonObject()
            .put("id", "1")
            .put("type", "subscribe")
            .put("payload", new JsonObject().put("query", query))
            .encode());
    if (isStalled) {
      socket.pause();
    }
  }

  private void message(WebSocket socket, String text) {
    JsonObject message = new JsonObject(text);
    switch (message.getString("type")) {
      case "ping" -> socket.writeTextMessage("{\"type\":\"pong\"}");
      case "next" -> update(message.getJsonObject("payload"));
      case "error" -> throw new IllegalStateException("refused: " + text);
      default -> {}
    }
  }

  private void update(JsonObject payload) {
    JsonObject data = payload.getJsonObject("data");
    if (data == null) {
      throw new IllegalStateException("an update failed: " + payload.encode());
    }
    long now = System.nanoTime();
    updates++;
    JsonObject answer = data.getJsonObject("hitLive").getJsonObject("aggregate");
    last = answer;
    long newest = newest(answer);
    if (seen < newest) {
      sentNanos
          .subMap(seen, false, newest, true)
          .values()
          .forEach(sent -> lags.add((now - sent) / 1_000_000));
    }
    seen = newest;
  }

  private static long newest(JsonObject answer) {
    long newest = -1;
    for (Object row : answer.getJsonArray("rows")) {
      Number batch =
          ((JsonObject) row).getJsonObject("measures").getJsonObject("batch").getNumber("max");
      newest = Math.max(newest, batch.longValue());
    }
    return newest;
  }
}
