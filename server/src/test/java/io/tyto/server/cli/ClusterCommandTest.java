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

/// `tyto cluster status` against servers that say who is there.
class ClusterCommandTest {
  private static final String WELL =
      """
      {"isClustered": true, "cluster": "tyto", "self": "b", "members": [
        {"id": "a", "address": "10.0.0.1:7400", "zone": "east", "role": "all", "state": "SERVING",
         "isSilent": false, "owned": {"game": [0, 3], "shop": [1]}},
        {"id": "g", "address": "10.0.0.3:7400", "zone": "west", "role": "gateway", "state": "JOINING",
         "isSilent": false, "owned": {}}],
       "missing": []}
      """;

  private static final String ILL =
      """
      {"isClustered": true, "cluster": "tyto", "self": "a", "members": [
        {"id": "b", "address": "10.0.0.2:7400", "zone": "east", "role": "all", "state": "SERVING",
         "isSilent": true, "owned": {"game": [1]}}],
       "missing": [
        {"group": "game", "partition": 1, "why": "SILENT", "owner": "b"},
        {"group": "game", "partition": 2, "why": "LEFT", "owner": "c"},
        {"group": "game", "partition": 4, "why": "UNOWNED", "owner": ""}]}
      """;

  @TempDir Path folder;
  private final List<String> asked = new ArrayList<>();

  /// A server that answers this, operated under the name `b` beside another under `a`.
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
    try (DataLock first = DataLock.share(folder, "a");
        DataLock second = DataLock.share(folder, "b")) {
      first.publish("http://127.0.0.1:1");
      second.publish("http://127.0.0.1:" + server.getAddress().getPort());
      List<String> arguments = new ArrayList<>(List.of("cluster", "status"));
      arguments.addAll(List.of("--data", folder.toString(), "--node", "b"));
      arguments.addAll(List.of(more));
      return CommandRunner.capture(arguments.toArray(String[]::new));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void tellsWhoOwnsWhat() throws IOException {
    Outcome outcome = run(WELL);
    assertEquals(0, outcome.code(), outcome.output());
    List<String> lines = outcome.output().lines().toList();
    assertEquals("cluster tyto, as b sees it", lines.getFirst());
    assertEquals(
        List.of(
            "a                    serving   all      east           10.0.0.1:7400            game: 0, 3; shop: 1",
            "g                    joining   gateway  west           10.0.0.3:7400            nothing"),
        lines.subList(3, 5));
    assertTrue(outcome.output().contains("every partition has an owner"), outcome.output());
    assertEquals(List.of("GET /v1/cluster"), asked);
  }

  @Test
  void namesWhoIsSilentAndWhatNobodyHas() throws IOException {
    Outcome outcome = run(ILL);
    assertEquals(1, outcome.code(), outcome.output());
    for (String words :
        List.of(
            "b                    SILENT ",
            "MISSING game/1: b has its newest rows and does not answer",
            "MISSING game/2: c has left with its newest rows",
            "UNOWNED game/4: nobody takes its events now")) {
      assertTrue(outcome.output().contains(words), words + "\n" + outcome.output());
    }
  }

  @Test
  void whatProgramsReadIsWhatTheServerSays() throws IOException {
    Outcome outcome = run(ILL, "--json");
    assertEquals(1, outcome.code(), outcome.output());
    assertEquals(Json.parse(ILL), Json.parse(outcome.output()));
    assertEquals(1, outcome.output().lines().count());
  }

  @Test
  void aServerInNoClusterIsNoFault() throws IOException {
    Outcome outcome = run("{\"isClustered\": false}");
    assertEquals(0, outcome.code(), outcome.output());
    assertTrue(outcome.output().contains("is in no cluster"), outcome.output());
    assertEquals(
        "{\"isClustered\":false}", run("{\"isClustered\": false}", "--json").output().strip());
  }

  @Test
  void withoutAServerThereIsNobodyToAsk() throws IOException {
    Files.createDirectories(folder.resolve("store/1"));
    Outcome outcome = CommandRunner.capture("cluster", "status", "--data", folder.toString());
    assertEquals(1, outcome.code());
    assertTrue(outcome.output().contains("nobody to ask for a cluster"), outcome.output());
  }
}
