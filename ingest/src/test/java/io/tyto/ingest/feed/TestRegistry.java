package io.tyto.ingest.feed;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// A registry of a few schemas, which can fail.
final class TestRegistry implements AutoCloseable {
  private final HttpServer server;
  final Map<String, String> replies = new ConcurrentHashMap<>();
  final AtomicInteger failures = new AtomicInteger();
  final AtomicInteger requests = new AtomicInteger();
  volatile String notFound = "{\"error_code\":40403,\"message\":\"Schema not found\"}";

  TestRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          String query = exchange.getRequestURI().getRawQuery();
          String path = exchange.getRequestURI().getRawPath();
          String reply = replies.get(query == null ? path : path + "?" + query);
          int status =
              failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0 ? 503 : reply == null ? 404 : 200;
          byte[] body = (status == 200 ? reply : notFound).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void register(int id, String schema, String more) {
    replies.put("/schemas/ids/" + id, "{\"schema\": " + quoted(schema) + more + "}");
  }

  /// A record's bytes behind the id of its schema.
  static byte[] framed(int id, byte[] data) {
    return ByteBuffer.allocate(5 + data.length).put((byte) 0).putInt(id).put(data).array();
  }

  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
