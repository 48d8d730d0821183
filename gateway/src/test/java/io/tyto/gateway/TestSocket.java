package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The client's end of a WebSocket, as raw as tests of a protocol need it.
final class TestSocket {
  static final int SECONDS = 30;

  /// Held, because a client that nobody holds is closed with all its sockets.
  private final WebSocketClient client;

  private final WebSocket socket;
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();

  private TestSocket(WebSocketClient client, WebSocket socket) {
    this.client = client;
    this.socket = socket;
    socket.textMessageHandler(messages::add);
    socket.closeHandler(_ -> {
      Short code = socket.closeStatusCode();
      closed.complete(code == null ? -1 : Short.toUnsignedInt(code));
    });
  }

  static TestSocket open(Vertx vertx, int port, List<String> protocols, Map<String, String> headers)
      throws Exception {
    WebSocketClient client = vertx.createWebSocketClient();
    WebSocketConnectOptions options =
        new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI("/graphql");
    options.setSubProtocols(protocols);
    headers.forEach(options::addHeader);
    CompletableFuture<TestSocket> opened = new CompletableFuture<>();
    client
        .connect(options)
        // On its event loop, before the first message can be there.
        .onSuccess(socket -> opened.complete(new TestSocket(client, socket)))
        .onFailure(opened::completeExceptionally);
    return opened.get(SECONDS, TimeUnit.SECONDS);
  }

  static TestSocket open(Vertx vertx, int port) throws Exception {
    return open(vertx, port, List.of("graphql-transport-ws"), Map.of());
  }

  /// The same, and ready for operations.
  static TestSocket ready(Vertx vertx, int port) throws Exception {
    TestSocket socket = open(vertx, port);
    socket.send("{\"type\":\"connection_init\"}");
    assertEquals("connection_ack", socket.next().getString("type"));
    return socket;
  }

  WebSocket raw() {
    return socket;
  }

  void close() {
    socket.close();
    client.close();
  }

  void send(String message) {
    socket.writeTextMessage(message);
  }

  void subscribe(String id, String query) {
    send(
        new JsonObject()
            .put("id", id)
            .put("type", "subscribe")
            .put("payload", new JsonObject().put("query", query))
            .encode());
  }

  /// The next message but for pings.
  JsonObject next() throws InterruptedException {
    while (true) {
      String message = messages.poll(SECONDS, TimeUnit.SECONDS);
      assertNotNull(message, () -> "no message; closed: " + closed.getNow(0));
      JsonObject json = new JsonObject(message);
      if (!"ping".equals(json.getString("type"))) {
        return json;
      }
    }
  }

  JsonObject nextPing() throws InterruptedException {
    while (true) {
      String message = messages.poll(SECONDS, TimeUnit.SECONDS);
      assertNotNull(message, "no ping");
      JsonObject json = new JsonObject(message);
      if ("ping".equals(json.getString("type"))) {
        return json;
      }
    }
  }

  int closeCode() throws Exception {
    return closed.get(SECONDS, TimeUnit.SECONDS);
  }

  String closeReason() {
    return socket.closeReason();
  }
}
