package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.cli.CommandRunner;
import io.tyto.server.cli.CommandRunner.Outcome;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole of it as a user meets it: configs, events over HTTP and from files, questions,
/// commands.
final class EndToEndTest {
  private static final String CONFIG =
      """
      collection: recharge
      time: ts
      eventId: id
      entity: { name: user, key: user_id }
      fields:
        ts:      { type: timestamp }
        id:      { type: string, role: id }
        user_id: { type: string }
        country: { type: string }
        amount:  { type: "decimal(18,2)" }
        tags:    { type: "string[]" }
      """;

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;

  @Test
  void eventsAreAcceptedOnceAndAnsweredForEver() throws Exception {
    try (TytoServer server = start(CONFIG)) {
      JsonObject first = post(server, events(0, 1_000));
      assertEquals(1_000, first.getInteger("accepted"));
      JsonObject retry = post(server, events(500, 1_500));
      assertEquals(500, retry.getInteger("accepted"));
      assertEquals(500, retry.getInteger("duplicates"));
      assertEquals(1_500, count(server));
      JsonObject broken =
          post(server, "{\"ts\":\"2026-03-01T00:00:00Z\",\"id\":\"x\",\"amount\":1.234}\n{oops\n");
      assertEquals(0, broken.getInteger("accepted"));
      JsonArray rejected = broken.getJsonArray("rejected");
      assertEquals(0, rejected.getJsonObject(0).getInteger("index"));
      assertEquals("amount", rejected.getJsonObject(0).getString("field"));
      assertEquals(1, rejected.getJsonObject(1).getInteger("index"));
    }
    try (TytoServer server = start(CONFIG)) {
      assertEquals(1_500, count(server));
      assertEquals(0, post(server, events(0, 1_500)).getInteger("accepted"));
      server.node().flush();
      assertEquals(1_500, count(server));
      assertEquals(2, server.node().status().collections().getFirst().deadLetters());
      assertEquals(
          "[{\"key\":{\"country\":\"DE\"},\"measures\":{\"count\":750,\"amount\":{\"sumExact\":\"280500.00\"}}},"
              + "{\"key\":{\"country\":\"FR\"},\"measures\":{\"count\":750,\"amount\":{\"sumExact\":\"281250.00\"}}}]",
          rows(
              server,
              "groupBy: [{dimension: COUNTRY}], orderBy: [{key: {country: ASC}}]",
              "key { country } measures { count amount { sumExact } }"));
    }
    Outcome verify = CommandRunner.capture("verify", "--data", data());
    assertEquals(0, verify.code(), verify.output());
    Outcome status = CommandRunner.capture("status", "--data", data());
    assertEquals(0, status.code(), status.output());
    assertTrue(status.output().contains("1,500"), status.output());
  }

  @Test
  void aFieldIsAddedWithoutARestart() throws Exception {
    try (TytoServer server = start(CONFIG)) {
      post(server, events(0, 100));
      server.node().flush();
      String grown =
          CONFIG
              + "  large:   { type: bool, derive: amount >= 250 }\n  note:    { type: string }\n";
      Files.writeString(folder.resolve("config/recharge.yaml"), grown);
      Outcome apply =
          CommandRunner.capture(
              "config", "apply", "--data", data(), "--config", folder.resolve("config").toString());
      assertEquals(0, apply.code(), apply.output());
      assertTrue(apply.output().contains("recharge"), apply.output());
      post(
          server,
          "{\"ts\":\"2026-03-01T00:00:00Z\",\"id\":\"n\",\"amount\":900,\"note\":\"new\",\"country\":\"US\"}");
      assertEquals(
          "[{\"key\":{\"large\":false,\"note\":null},\"measures\":{\"count\":100}},"
              + "{\"key\":{\"large\":true,\"note\":\"new\"},\"measures\":{\"count\":1}}]",
          rows(
              server,
              "groupBy: [{dimension: LARGE}, {dimension: NOTE}], orderBy: [{key: {large: ASC}}]",
              "key { large note } measures { count }"));
      Files.writeString(
          folder.resolve("config/recharge.yaml"),
          grown.replace("country: { type: string }", "country: { type: long }"));
      Outcome refused =
          CommandRunner.capture(
              "config", "apply", "--data", data(), "--config", folder.resolve("config").toString());
      assertFalse(refused.code() == 0, refused.output());
      assertTrue(refused.output().contains("country"), refused.output());
    }
  }

  @Test
  void aFileIsImportedOnceUnderAnyName() throws Exception {
    Path file = Files.writeString(folder.resolve("a.ndjson"), events(0, 5_000) + "{broken\n");
    Path same = Files.copy(file, folder.resolve("b.ndjson"));
    writeConfig(CONFIG);
    String[] arguments = {
      "import",
      "recharge",
      file.toString(),
      "--data",
      data(),
      "--config",
      folder.resolve("config").toString()
    };
    Outcome first = CommandRunner.capture(arguments);
    assertEquals(3, first.code(), first.output());
    assertTrue(first.output().contains("1 records refused"), first.output());
    arguments[2] = same.toString();
    Outcome again = CommandRunner.capture(arguments);
    assertTrue(again.output().contains("imported before"), again.output());
    try (TytoServer server = start(CONFIG)) {
      assertEquals(5_000, count(server));
      Path more = Files.writeString(folder.resolve("c.ndjson"), events(5_000, 6_000));
      arguments[2] = more.toString();
      Outcome handed = CommandRunner.capture(arguments);
      assertEquals(0, handed.code(), handed.output());
      assertTrue(handed.output().contains(server.commandAddress()), handed.output());
      assertEquals(6_000, count(server));
    }
    arguments[2] = folder.toString();
    Outcome directory = CommandRunner.capture(arguments);
    assertTrue(directory.output().contains("is a folder"), directory.output());
  }

  @Test
  void badConfigsAreRefusedWithEveryErrorAndNothingChanges() throws Exception {
    try (TytoServer server = start(CONFIG)) {
      post(server, events(0, 10));
      Files.writeString(
          folder.resolve("config/bad.yaml"),
          "collection: bad\ntime: when\nfields:\n  a: { type: strin }\n  b: { typo: long }\n");
      Outcome check = CommandRunner.capture("config", "check", folder.resolve("config").toString());
      assertEquals(1, check.code(), check.output());
      assertTrue(check.output().contains("bad.yaml:4"), check.output());
      assertTrue(check.output().contains("bad.yaml:5"), check.output());
      Outcome apply =
          CommandRunner.capture(
              "config", "apply", "--data", data(), "--config", folder.resolve("config").toString());
      assertFalse(apply.code() == 0, apply.output());
      assertEquals(1, server.node().collections().size());
      assertEquals(10, count(server));
    }
  }

  private TytoServer start(String config) throws IOException {
    writeConfig(config);
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(Setting.DATA, data(), Setting.LISTEN, "127.0.0.1:0", Setting.ACCESS, "open"));
    return TytoServer.start(
        settings, List.of(new ConfigFile("recharge.yaml", config)), Clock.systemUTC());
  }

  private void writeConfig(String config) throws IOException {
    Files.createDirectories(folder.resolve("config"));
    Files.writeString(folder.resolve("config/recharge.yaml"), config);
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private static String events(int from, int to) {
    StringBuilder body = new StringBuilder();
    for (int i = from; i < to; i++) {
      body.append(
          "{\"ts\":\"2026-03-01T%02d:%02d:00Z\",\"id\":\"e%d\",\"user_id\":\"u%d\",\"country\":\"%s\",\"amount\":%d.00,\"tags\":[\"a\"]}\n"
              .formatted(i / 60 % 24, i % 60, i, i % 77, i % 2 == 0 ? "DE" : "FR", i % 750));
    }
    return body.toString();
  }

  private JsonObject post(TytoServer server, String body) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(server.address() + "/v1/collections/recharge/events"))
                .POST(BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(202, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private long count(TytoServer server) throws Exception {
    JsonObject data =
        ask(
            server,
            "{ recharge { aggregate(input: {range: {preset: ALL_TIME}}) { totals { count } } } }");
    return data.getJsonObject("recharge")
        .getJsonObject("aggregate")
        .getJsonObject("totals")
        .getLong("count");
  }

  private String rows(TytoServer server, String input, String selection) throws Exception {
    return ask(
            server,
            "{ recharge { aggregate(input: {range: {preset: ALL_TIME}, %s}) { rows { %s } } } }"
                .formatted(input, selection))
        .getJsonObject("recharge")
        .getJsonObject("aggregate")
        .getJsonArray("rows")
        .encode();
  }

  private JsonObject ask(TytoServer server, String query) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(new JsonObject().put("query", query).encode()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    JsonObject body = new JsonObject(response.body());
    assertFalse(body.containsKey("errors"), body.encode());
    return body.getJsonObject("data");
  }
}
