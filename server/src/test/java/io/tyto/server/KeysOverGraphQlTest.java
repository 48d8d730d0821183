package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.port.AdminService.ConfigFile;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys that are made by mutations, against a whole server.
final class KeysOverGraphQlTest {
  private static final ConfigFile CONFIG =
      new ConfigFile(
          "note.yaml",
          """
          collection: note
          time: ts
          fields:
            ts: { type: timestamp }
            n:  { type: long }
          """);
  private static final String COUNT =
      "{ note { aggregate(input: {range: {preset: ALL_TIME}}) { totals { count } } } }";
  private static final String KEY =
      "{ key { id name prefix project scopes roles parameters { name values } ranges limits documents"
          + " createdAt expiresAt revokedAt lastUsedAt secrets } secret errors { code message } }";

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private TytoServer server;
  private String admin;

  @BeforeEach
  void start() {
    Map<Setting, String> values =
        Map.of(Setting.DATA, folder.toString(), Setting.LISTEN, "127.0.0.1:0");
    server =
        TytoServer.start(
            Settings.resolve(null, Map.of(), values), List.of(CONFIG), Clock.systemUTC());
    admin = Objects.requireNonNull(server.firstKey()).text().text();
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    server.close();
  }

  private HttpResponse<String> send(String key, String document) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + key)
            .POST(BodyPublishers.ofString(new JsonObject().put("query", document).encode()))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject ask(String key, String document) throws Exception {
    HttpResponse<String> answer = send(key, document);
    JsonObject body = new JsonObject(answer.body());
    assertFalse(body.containsKey("errors"), answer.body());
    return body.getJsonObject("data");
  }

  private String refusal(String key, String document) throws Exception {
    JsonArray errors = new JsonObject(send(key, document).body()).getJsonArray("errors");
    return errors.getJsonObject(0).getJsonObject("extensions").getString("code");
  }

  private JsonObject change(String key, String field, String arguments) throws Exception {
    return ask(key, "mutation { %s(%s) %s }".formatted(field, arguments, KEY)).getJsonObject(field);
  }

  private String create(String arguments) throws Exception {
    return change(admin, "createApiKey", arguments).getString("secret");
  }

  private static String id(String key) {
    return key.split("_")[2];
  }

  @Test
  void aKeyIsMadeUsedRotatedAndRevoked() throws Exception {
    Instant end = Instant.now().plus(Duration.ofDays(1));
    JsonObject made =
        change(
            admin,
            "createApiKey",
            """
            name: "panel", scopes: ["query:note"], roles: ["viewer"], expiresAt: "%s", limits: "small",
              parameters: [{name: "tenant", values: ["a", "b"]}], ranges: ["127.0.0.0/8", "::1"], environment: "test"
            """
                .formatted(end));
    String secret = made.getString("secret");
    JsonObject key = made.getJsonObject("key");
    assertEquals("ck_test_" + id(secret), key.getString("prefix"));
    assertEquals(List.of("query:note"), key.getJsonArray("scopes").getList());
    assertEquals(
        List.of("127.0.0.0/8", "0:0:0:0:0:0:0:1/128"), key.getJsonArray("ranges").getList());
    assertEquals(
        new JsonArray("[{\"name\": \"tenant\", \"values\": [\"a\", \"b\"]}]"),
        key.getJsonArray("parameters"));
    assertEquals("small", key.getString("limits"));
    assertEquals("default", key.getString("project"));
    assertEquals(1, key.getInteger("secrets"));
    assertTrue(Duration.between(Instant.parse(key.getString("expiresAt")), end).toMillis() < 1);
    ask(secret, COUNT);
    String listed = ask(admin, "{ apiKeys { id name prefix lastUsedAt revokedAt } }").encode();
    assertTrue(listed.contains(id(secret)) && !listed.contains(secret.split("_")[3]), listed);
    String id = "id: \"%s\"".formatted(id(secret));
    String next = change(admin, "rotateApiKey", id).getString("secret");
    ask(secret, COUNT);
    ask(next, COUNT);
    String last = change(admin, "rotateApiKey", id + ", overlap: \"PT0S\"").getString("secret");
    assertEquals("UNAUTHENTICATED", refusal(next, COUNT));
    ask(last, COUNT);
    JsonObject revoked = change(admin, "revokeApiKey", id);
    assertEquals(0, revoked.getJsonObject("key").getInteger("secrets"));
    assertFalse(revoked.getJsonObject("key").getString("revokedAt").isEmpty());
    assertEquals(null, revoked.getString("secret"));
    assertEquals("UNAUTHENTICATED", refusal(last, COUNT));
  }

  @Test
  void whatCanBeMendedIsToldInThePayload() throws Exception {
    for (String arguments :
        List.of(
            "name: \"x\", scopes: [\"read\"]",
            "name: \"x\"",
            "name: \"\", scopes: [\"query:*\"]",
            "name: \"x\", scopes: [\"query:*\"], ranges: [\"10.0.0.1/8\"]",
            "name: \"x\", scopes: [\"query:*\"], expiresAt: \"2020-01-01T00:00:00Z\"")) {
      JsonObject refused = change(admin, "createApiKey", arguments);
      assertEquals(null, refused.getString("secret"));
      JsonArray errors = refused.getJsonArray("errors");
      assertEquals("BAD_USER_INPUT", errors.getJsonObject(0).getString("code"), arguments);
    }
    JsonObject unknown = change(admin, "revokeApiKey", "id: \"nobody\"");
    assertEquals("NOT_FOUND", unknown.getJsonArray("errors").getJsonObject(0).getString("code"));
  }

  @Test
  void withoutAdminThereIsNothingOfIt() throws Exception {
    String analyst = create("name: \"analyst\", scopes: [\"query:*\", \"define:*\", \"fields:*\"]");
    assertFalse(schema(analyst).contains("ApiKey"));
    assertTrue(schema(admin).contains("ApiKeyPayload"));
    for (String document :
        List.of(
            "{ apiKeys { id } }",
            "mutation { createApiKey(name: \"x\", scopes: [\"admin\"]) { secret } }",
            "mutation { rotateApiKey(id: \"%s\") { secret } }".formatted(id(admin)),
            "mutation { revokeApiKey(id: \"%s\") { secret } }".formatted(id(admin)))) {
      assertEquals("GRAPHQL_VALIDATION_FAILED", refusal(analyst, document));
    }
  }

  private String schema(String key) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address() + "/schema.graphql"))
            .header("X-Api-Key", key)
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  @Test
  void anAdminOfATenantStaysOne() throws Exception {
    String tenant =
        create("name: \"acme\", scopes: [\"admin\"], project: \"acme\", ranges: [\"127.0.0.0/8\"]");
    String own =
        change(
                tenant,
                "createApiKey",
                "name: \"own\", scopes: [\"query:*\"], ranges: [\"127.0.0.1\"]")
            .getString("secret");
    ask(own, "{ collections { name } }");
    assertEquals(
        2, ask(tenant, "{ apiKeys { id project } }").getJsonArray("apiKeys").size(), "its own");
    for (String arguments :
        List.of(
            "project: \"default\", ranges: [\"127.0.0.1\"]",
            "project: \"other\", ranges: [\"127.0.0.1\"]",
            "ranges: [\"0.0.0.0/0\"]")) {
      String document =
          "mutation { createApiKey(name: \"x\", scopes: [\"admin\"], %s) { secret } }"
              .formatted(arguments);
      assertEquals("FORBIDDEN", refusal(tenant, document), arguments);
    }
    for (String field : List.of("rotateApiKey", "revokeApiKey")) {
      JsonObject refused = change(tenant, field, "id: \"%s\"".formatted(id(admin)));
      assertEquals("NOT_FOUND", refused.getJsonArray("errors").getJsonObject(0).getString("code"));
    }
    ask(admin, COUNT);
    change(tenant, "revokeApiKey", "id: \"%s\"".formatted(id(own)));
    assertEquals("UNAUTHENTICATED", refusal(own, "{ collections { name } }"));
  }
}
