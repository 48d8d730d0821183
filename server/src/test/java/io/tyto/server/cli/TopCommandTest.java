package io.tyto.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.tyto.server.cli.CommandRunner.Outcome;
import io.tyto.store.DataLock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `tyto top` against a server that says what runs.
class TopCommandTest {
  private static final String RUNNING =
      """
      {"queries": [
        {"id": "0d5a4f5e", "requestId": "r1", "caller": "short", "what": "query Revenue", "hash": "ab",
         "collections": ["sale", "visit"], "lane": "scan", "started": "2026-03-01T00:00:00Z",
         "runningMillis": 1500, "rowsScanned": 1234567, "costMillionths": 2500000, "isCancelled": false},
        {"id": "second", "requestId": null, "caller": "https://issuer.example/a\\u001b[31m/very/long", "what": "query",
         "hash": "cd", "collections": [], "lane": "", "started": "2026-03-01T00:00:01Z",
         "runningMillis": 92000, "rowsScanned": 0, "costMillionths": 0, "isCancelled": true}]}
      """;

  @TempDir Path folder;
  private final List<String> asked = new ArrayList<>();

  private Outcome run(String reply, String... more) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          byte[] body = reply.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    Files.createDirectories(folder.resolve("store/1"));
    try (DataLock lock = DataLock.acquire(folder)) {
      lock.publish("http://127.0.0.1:" + server.getAddress().getPort());
      List<String> arguments = new ArrayList<>(List.of("top", "--data", folder.toString()));
      arguments.addAll(List.of(more));
      return CommandRunner.capture(arguments.toArray(String[]::new));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void showsWhatRunsTheLongestFirst() throws IOException {
    Outcome outcome = run(RUNNING, "--once");
    assertEquals(0, outcome.code(), outcome.output());
    List<String> lines = outcome.output().lines().toList();
    assertEquals(
        List.of(
            "second                                    92.0     - https://issuer.example/a?~              0      0.00  query ENDING",
            "0d5a4f5e                                   1.5  scan short                           1,234,567      2.50  query Revenue of sale, visit (request r1)"),
        lines.subList(1, 3));
    assertEquals(List.of("GET /v1/queries"), asked);
  }

  @Test
  void saysWhenNothingRuns() throws IOException {
    assertTrue(run("{\"queries\": []}").output().contains("nothing runs"));
  }

  @Test
  void endsOne() throws IOException {
    Outcome outcome = run("{\"cancelled\": \"r1\"}", "--kill", "r1");
    assertEquals(0, outcome.code(), outcome.output());
    assertEquals(List.of("DELETE /v1/queries/r1"), asked);
    Outcome none =
        run(
            "{\"errors\": [{\"message\": \"nothing runs under r2\", \"extensions\": {\"code\": \"NOT_FOUND\"}}]}",
            "--kill",
            "r2");
    assertEquals(1, none.code());
    assertTrue(none.output().contains("nothing runs under r2 [NOT_FOUND]"), none.output());
  }
}
