package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.cli.CommandRunner;
import io.tyto.server.cli.CommandRunner.Outcome;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Dead letters as operators meet them: in GraphQL and by command, with and without a server.
final class DeadLettersTest {
  private static final String CONFIG =
      """
      collection: %s
      time: ts
      eventId: id
      fields:
        ts:      { type: timestamp }
        id:      { type: string, role: id }
        amount:  { type: long }
      """;

  /// Long before the time that commands go by.
  private static final Clock EARLY =
      Clock.fixed(Instant.parse("2020-01-01T00:00:00Z"), ZoneOffset.UTC);

  private static final Clock LATE = Clock.offset(EARLY, Duration.ofDays(40));

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;

  private TytoServer start(Clock clock) {
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(
                Setting.DATA,
                folder.toString(),
                Setting.LISTEN,
                "127.0.0.1:0",
                Setting.ACCESS,
                "open"));
    return TytoServer.start(
        settings,
        List.of(
            new ConfigFile("a.yaml", CONFIG.formatted("alpha")),
            new ConfigFile("b.yaml", CONFIG.formatted("beta"))),
        clock);
  }

  private JsonObject post(TytoServer server, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address() + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return new JsonObject(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private JsonObject ask(TytoServer server, String query) throws Exception {
    JsonObject reply = post(server, "/graphql", new JsonObject().put("query", query).encode());
    assertNull(reply.getJsonArray("errors"), reply.encode());
    return reply.getJsonObject("data");
  }

  /// Ten events of the next month, three whose amount is no number, and one of another collection.
  private void fill(TytoServer server) throws Exception {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      body.append("{\"id\":\"e%d\",\"ts\":\"2020-02-01T00:00:00Z\",\"amount\":1}\n".formatted(i));
    }
    for (int i = 0; i < 3; i++) {
      body.append(
          "{\"id\":\"bad%d\",\"ts\":\"2020-01-01T00:00:00Z\",\"amount\":\"x\"}\n".formatted(i));
    }
    post(server, "/v1/collections/alpha/events", body.toString());
    post(
        server,
        "/v1/collections/beta/events",
        "{\"id\":\"b\",\"ts\":\"2020-01-01T00:00:00Z\",\"amount\":\"y\"}\n{}");
  }

  @Test
  void lettersAreAskedForInGraphQl() throws Exception {
    try (TytoServer server = start(EARLY)) {
      fill(server);
      for (int round = 0; round < 2; round++) {
        JsonArray reasons =
            ask(server, "{ deadLetterReasons { collection code field count firstSeen example } }")
                .getJsonArray("deadLetterReasons");
        assertEquals(3, reasons.size(), reasons.encode());
        assertEquals(
            "alpha TIME_OUT_OF_BOUNDS ts 10 2020-01-01T00:00:00Z",
            words(reasons.getJsonObject(0), "collection", "code", "field", "count", "firstSeen"));
        assertEquals("3", reasons.getJsonObject(1).getValue("count").toString());
        assertEquals("beta", reasons.getJsonObject(2).getString("collection"));
        assertTrue(reasons.getJsonObject(2).getString("example").contains("y"));
        checkPages(server);
        server.node().flush();
      }
      JsonObject some =
          ask(
                  server,
                  "{ deadLetters(collection: \"alpha\", where: {code: \"BAD_FORMAT\", field: \"amount\"}) { totalCount nodes { payload payloadBase64 withheld source topic partition offset size configVersion message } } }")
              .getJsonObject("deadLetters");
      assertEquals(3, some.getInteger("totalCount"));
      JsonObject node = some.getJsonArray("nodes").getJsonObject(0);
      assertTrue(node.getString("payload").contains("bad"));
      assertEquals("http 1", words(node, "source", "configVersion"));
      assertEquals(node.getString("payload").length(), node.getInteger("size"));
      assertNull(node.getValue("topic"));
      assertNull(node.getValue("partition"));
      assertEquals(
          0,
          ask(
                  server,
                  "{ deadLetters(collection: \"alpha\", where: {since: \"2020-01-02T00:00:00Z\"}) { totalCount } }")
              .getJsonObject("deadLetters")
              .getInteger("totalCount"));
      String large = "x".repeat(70_000);
      post(
          server,
          "/v1/collections/beta/events",
          "{\"id\":\"large\",\"ts\":\"2020-01-01T00:00:00Z\",\"amount\":\"%s\"}".formatted(large));
      JsonArray all =
          ask(
                  server,
                  "{ deadLetters(collection: \"beta\") { nodes { size replayable obstacle obstacleMessage } } }")
              .getJsonObject("deadLetters")
              .getJsonArray("nodes");
      for (int i = 0; i < all.size(); i++) {
        boolean isLarge = all.getJsonObject(i).getInteger("size") > 65_536;
        assertEquals(!isLarge, all.getJsonObject(i).getBoolean("replayable"));
        assertEquals(isLarge ? "TRUNCATED" : null, all.getJsonObject(i).getString("obstacle"));
      }
      assertTrue(all.encode().contains("65536 bytes are kept of a record of 700"), all.encode());
      JsonObject unknown =
          post(
              server,
              "/graphql",
              new JsonObject()
                  .put("query", "{ deadLetters(collection: \"nope\") { totalCount } }")
                  .encode());
      assertEquals(
          "UNKNOWN_COLLECTION",
          unknown
              .getJsonArray("errors")
              .getJsonObject(0)
              .getJsonObject("extensions")
              .getString("code"));
    }
  }

  private void checkPages(TytoServer server) throws Exception {
    Set<String> ids = new HashSet<>();
    String after = "null";
    int pages = 0;
    while (true) {
      JsonObject page =
          ask(
                  server,
                  "{ deadLetters(collection: \"alpha\", first: 5, after: %s) { totalCount edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }"
                      .formatted(after))
              .getJsonObject("deadLetters");
      assertEquals(13, page.getInteger("totalCount"));
      pages++;
      page.getJsonArray("edges")
          .forEach(edge -> ids.add(((JsonObject) edge).getJsonObject("node").getString("id")));
      JsonObject info = page.getJsonObject("pageInfo");
      if (!info.getBoolean("hasNextPage")) {
        break;
      }
      after = "\"" + info.getString("endCursor") + "\"";
    }
    assertEquals(3, pages);
    assertEquals(13, ids.size());
  }

  @Test
  void aMutationReplaysThem() throws Exception {
    try (TytoServer server = start(EARLY)) {
      fill(server);
    }
    try (TytoServer server = start(LATE)) {
      String replay =
          "mutation { replayDeadLetters(collection: \"alpha\"%s) { replayed duplicates stillFailing errors { id code field message } } }";
      JsonObject some =
          ask(server, replay.formatted(", code: \"TIME_OUT_OF_BOUNDS\", limit: 4"))
              .getJsonObject("replayDeadLetters");
      assertEquals("4 0 0", words(some, "replayed", "duplicates", "stillFailing"));
      JsonObject rest = ask(server, replay.formatted("")).getJsonObject("replayDeadLetters");
      assertEquals("6 0 3", words(rest, "replayed", "duplicates", "stillFailing"));
      JsonObject error = rest.getJsonArray("errors").getJsonObject(0);
      assertEquals("BAD_FORMAT amount", words(error, "code", "field"));
      assertEquals(
          10,
          ask(server, "{ alpha { info { rowCount } } }")
              .getJsonObject("alpha")
              .getJsonObject("info")
              .getInteger("rowCount"));
    }
  }

  @Test
  void commandsDoTheSameWithAndWithoutAServer() throws Exception {
    try (TytoServer server = start(EARLY)) {
      fill(server);
      checkCommands();
    }
    checkCommands();
    // Commands on a folder go by the real clock, by which those times are past.
    Outcome replay = run("replay", "alpha", "--limit", "3");
    assertEquals(0, replay.code(), replay.output());
    assertTrue(replay.output().startsWith("3 letters are rows now"), replay.output());
    try (TytoServer server = start(LATE)) {
      Outcome rest = run("replay", "alpha", "--json");
      assertEquals(3, rest.code(), rest.output());
      JsonObject result = new JsonObject(rest.output());
      assertEquals("7 0 3", words(result, "replayed", "duplicates", "stillFailing"));
      assertEquals(10, server.node().status().collections().getFirst().rows());
    }
  }

  private void checkCommands() {
    Outcome list = run("list", "alpha", "--code", "BAD_FORMAT", "--json");
    assertEquals(0, list.code(), list.output());
    List<JsonObject> letters = list.output().lines().map(JsonObject::new).toList();
    assertEquals(3, letters.size(), list.output());
    String id = letters.getFirst().getString("id");
    Outcome show = run("show", "alpha", id);
    assertTrue(show.output().contains("amount"), show.output());
    Outcome all = run("list", "alpha", "--limit", "2");
    assertTrue(all.output().endsWith("13 letters\n"), all.output());
    Outcome reasons = run("reasons");
    assertTrue(reasons.output().contains("alpha  TIME_OUT_OF_BOUNDS ts"), reasons.output());
    assertTrue(reasons.output().contains("beta"), reasons.output());
    Outcome one = run("reasons", "beta", "--json", "--since", "2019-01-01T00:00:00Z");
    assertEquals(1, one.output().lines().count(), one.output());
    assertEquals(1, run("show", "alpha", "none").code());
    assertEquals(1, run("list", "alpha", "--since", "yesterday").code());
  }

  private Outcome run(String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of("dead-letters", command));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--data", folder.toString()));
    return CommandRunner.capture(all.toArray(String[]::new));
  }

  private static String words(JsonObject object, String... names) {
    List<String> words = new ArrayList<>();
    for (String name : names) {
      words.add(String.valueOf(object.getValue(name)));
    }
    return String.join(" ", words);
  }
}
