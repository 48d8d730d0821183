package io.tyto.store.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A server of objects in memory that misbehaves as it is told. It checks no signatures.
/// Thread-safe.
final class ScriptedS3 implements AutoCloseable {

  /// What becomes of one put.
  ///
  /// @param status of the answer
  /// @param isApplied whether it takes effect first
  /// @param then runs behind it, such as a rival's put
  record Trouble(int status, boolean isApplied, Runnable then) {
    Trouble(int status, boolean isApplied) {
      this(status, isApplied, () -> {});
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final TreeMap<String, byte[]> objects = new TreeMap<>();
  private final Deque<Trouble> troubles = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private boolean ignoresConditions;
  private boolean listsInCircles;

  ScriptedS3() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  S3Location location() {
    return S3Location.of(
        "s3://bucket", "http://127.0.0.1:" + server.getAddress().getPort(), "us-east-1");
  }

  /// The next puts meet these, in turn.
  synchronized void expect(Trouble... all) {
    troubles.addAll(List.of(all));
  }

  synchronized void ignoreConditions() {
    ignoresConditions = true;
  }

  synchronized void listInCircles() {
    listsInCircles = true;
  }

  synchronized void put(String key, String content) {
    objects.put("/bucket/" + key, content.getBytes(StandardCharsets.UTF_8));
  }

  /// How many requests of a method came.
  synchronized long count(String method) {
    return asked.stream().filter(method::equals).count();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("Last-Modified", "Sun, 22 Nov 2026 09:00:00 GMT");
      synchronized (this) {
        asked.add(exchange.getRequestMethod());
        String path = exchange.getRequestURI().getPath();
        switch (exchange.getRequestMethod()) {
          case "PUT" -> put(exchange, path, body);
          case "DELETE" -> {
            objects.remove(path);
            exchange.sendResponseHeaders(204, -1);
          }
          default -> show(exchange, path);
        }
      }
    }
  }

  private void put(HttpExchange exchange, String path, byte[] body) throws IOException {
    Trouble trouble = troubles.poll();
    int status = 200;
    if (trouble == null || trouble.isApplied()) {
      boolean isConditional = exchange.getRequestHeaders().containsKey("If-None-Match");
      if (isConditional && !ignoresConditions && objects.containsKey(path)) {
        status = 412;
      } else {
        objects.put(path, body);
      }
    }
    if (trouble != null) {
      trouble.then().run();
      status = trouble.status();
    }
    exchange.sendResponseHeaders(status, -1);
  }

  private void show(HttpExchange exchange, String path) throws IOException {
    byte[] content = objects.get(path);
    if (path.equals("/bucket/")) {
      send(exchange, 200, page().getBytes(StandardCharsets.UTF_8));
    } else if (content == null) {
      send(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8));
    } else {
      send(exchange, 200, content);
    }
  }

  private String page() {
    StringBuilder page = new StringBuilder("<ListBucketResult>");
    objects
        .keySet()
        .forEach(
            path -> page.append("<Contents><Key>%s</Key></Contents>".formatted(path.substring(8))));
    if (listsInCircles) {
      page.append("<NextContinuationToken>again</NextContinuationToken>");
    }
    return page.append("</ListBucketResult>").toString();
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    boolean isHead = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, isHead || body.length == 0 ? -1 : body.length);
    if (!isHead) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
