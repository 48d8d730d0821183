package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is done through a whole server stands in its audit log, and its chain holds.
final class AuditedWorkTest {
  private static final String CONFIG =
      """
      collection: sale
      time: ts
      entity: { name: user, key: user_id }
      fields:
        ts: { type: timestamp }
        user_id: { type: string }
        country: { type: string }
        margin: { type: "decimal(18,2)", scope: finance }
      """;
  private static final String ASK = "{\"range\": {\"preset\": \"ALL_TIME\"}}";
  private static final Set<String> OTHERS = Set.of("query", "admin", "server.start", "key.create");

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private TytoServer server;
  private String admin;
  private String analyst;

  @BeforeEach
  void start() throws Exception {
    Map<Setting, String> values =
        Map.of(Setting.DATA, folder.toString(), Setting.LISTEN, "127.0.0.1:0");
    server =
        TytoServer.start(
            Settings.resolve(null, Map.of(), values),
            List.of(new ConfigFile("sale.yaml", CONFIG)),
            Clock.systemUTC());
    admin = Objects.requireNonNull(server.firstKey()).text().text();
    server
        .node()
        .ingest(
            "sale",
            "{\"ts\":\"2026-03-01T00:00:00Z\",\"user_id\":\"u\",\"country\":\"DE\",\"margin\":1}"
                .getBytes(StandardCharsets.UTF_8),
            Caller.SYSTEM)
        .join();
    analyst =
        ask(
                admin,
                "mutation { createApiKey(name: \"analyst\", scopes: [\"query:*\", \"define:*\"]) { secret } }")
            .getJsonObject("createApiKey")
            .getString("secret");
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    server.close();
  }

  private HttpResponse<String> send(
      String key, String method, String url, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + key)
            .method(method, BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject ask(String key, String document) throws Exception {
    String body = new JsonObject().put("query", document).encode();
    String answer = send(key, "POST", server.address() + "/graphql", body).body();
    assertFalse(new JsonObject(answer).containsKey("errors"), answer);
    return new JsonObject(answer).getJsonObject("data");
  }

  private HttpResponse<String> export(String key, String... headers) throws Exception {
    return send(key, "POST", server.address() + "/v1/collections/sale/records", ASK, headers);
  }

  private int apply(String text) throws Exception {
    JsonObject file = new JsonObject().put("name", "sale.yaml").put("text", text);
    String body = new JsonObject().put("files", new JsonArray().add(file)).encode();
    return send(admin, "POST", server.commandAddress() + "/v1/config", body).statusCode();
  }

  /// The end of a stream is noted when its reader has all of it.
  private void awaitNothingRuns() throws Exception {
    String url = server.commandAddress() + "/v1/queries";
    while (!send(admin, "GET", url, "").body().equals("{\"queries\":[]}")) {
      Thread.sleep(5);
    }
  }

  private List<String> noted() {
    String data = folder.toString();
    Outcome verified = CommandRunner.capture("audit", "verify", "--data", data);
    assertEquals(0, verified.code(), verified.output());
    Outcome tail = CommandRunner.capture("audit", "tail", "-n", "200", "--data", data);
    return tail.output()
        .lines()
        .map(JsonObject::new)
        .filter(entry -> !OTHERS.contains(entry.getString("action")))
        .map(entry ->
            "%s %s %s %s"
                .formatted(
                    who(entry.getString("caller")),
                    entry.getString("action"),
                    entry.getString("target"),
                    entry.getString("outcome")))
        .toList();
  }

  private String who(String caller) {
    return caller.equals(id(admin)) ? "admin" : caller.equals(id(analyst)) ? "analyst" : caller;
  }

  private static String id(String key) {
    return key.split("_")[2];
  }

  @Test
  void exportsAreNotedWhenTheyBeginAndWhenTheyEnd() throws Exception {
    assertEquals(200, export(admin, "Accept", "application/x-ndjson").statusCode());
    awaitNothingRuns();
    HttpResponse<String> begun = export(admin, "Prefer", "respond-async");
    String path = server.address() + begun.headers().firstValue("Location").orElseThrow();
    while (!send(admin, "GET", path, "").body().contains("\"DONE\"")) {
      Thread.sleep(5);
    }
    assertEquals(200, send(admin, "GET", path + "/result", "").statusCode());
    assertEquals(404, export(analyst).statusCode(), "records are not the analyst's");
    String id = path.substring(path.lastIndexOf('/') + 1);
    assertEquals(
        List.of(
            "system config.apply sale ok",
            "admin export sale/records begun",
            "admin export sale/records ok",
            "admin export sale/records begun",
            "admin export sale/records ok",
            "admin export.fetch sale/records/%s ok".formatted(id),
            "analyst export sale/records NOT_FOUND"),
        noted());
  }

  @Test
  void changesOfConfigsViewsAndCohortsAreNoted() throws Exception {
    assertEquals(200, apply(CONFIG + "  plan: { type: string }\n"));
    assertEquals(422, apply("collection: sale\nfields: 7\n"));
    assertEquals(200, apply(CONFIG + "  plan: { type: string }\n"), "which changes nothing");
    createView(admin, "by_country", "sum(margin)");
    ask(admin, "mutation { dropView(id: \"by_country\") { deletedId } }");
    String cohort =
        "{user: {did: {event: {sale: {country: {eq: \"DE\"}}}, range: {preset: ALL_TIME}}}}";
    ask(analyst, "mutation { saveCohort(name: \"de\", of: %s) { version } }".formatted(cohort));
    ask(analyst, "mutation { dropCohort(entity: \"user\", name: \"de\") }");
    assertEquals(
        List.of(
            "system config.apply sale ok",
            "admin config.apply sale ok",
            "admin config.apply  CONFIG_INVALID",
            "admin view.create by_country ok",
            "admin view.drop by_country ok",
            "analyst cohort.save user/de ok",
            "analyst cohort.drop user/de ok"),
        noted());
  }

  private JsonObject createView(String key, String name, String measure) throws Exception {
    return ask(
            key,
            """
            mutation { createView(input: {name: "%s", collection: "sale", dimensions: ["country"], measures: ["%s"]})
              { view { definition } errors { code message } } }
            """
                .formatted(name, measure))
        .getJsonObject("createView");
  }

  @Test
  void aViewOfHiddenFieldsIsNotThere() throws Exception {
    String whole = createView(admin, "by_country", "sum(margin)").getJsonObject("view").encode();
    assertTrue(whole.contains("sum(margin)"), whole);
    String views = "{ views { name definition } }";
    assertTrue(ask(admin, views).encode().contains("sum(margin)"));
    String shown = ask(analyst, views).encode();
    assertFalse(shown.contains("by_country") || shown.contains("margin"), shown);
    String refreshed =
        ask(
                analyst,
                "mutation { refreshView(id: \"by_country\") { view { definition } errors { code } } }")
            .encode();
    assertTrue(refreshed.contains("NOT_FOUND") && !refreshed.contains("margin"), refreshed);
    String hidden = createView(analyst, "mine", "sum(margin)").encode();
    String none = createView(analyst, "mine", "sum(nothing)").encode();
    assertEquals(none.replace("nothing", "margin"), hidden, "in the same words");
    assertEquals(new JsonArray(), createView(analyst, "mine", "count").getJsonArray("errors"));
  }
}
