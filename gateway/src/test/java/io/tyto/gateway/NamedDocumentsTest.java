package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.document.DocumentOptions;
import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.gateway.http.HttpOptions;
import io.tyto.graphqlschema.DocumentId;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Documents that are named by their hash: automatic persisted queries, and trusted documents.
final class NamedDocumentsTest {
  private static final String CURRENT = "application/graphql-response+json";
  private static final String QUERY = "{ play { values(dimension: COUNTRY) { value } } }";
  private static final String OTHER = "{ play { values(dimension: COUNTRY) { count } } }";

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private Gateway gateway;

  @BeforeEach
  void any() throws IOException {
    Files.createDirectories(folder.resolve("own"));
    start(DocumentPolicy.ANY);
  }

  private void start(DocumentPolicy policy) {
    if (gateway != null) {
      gateway.close();
    }
    FakePorts ports = new FakePorts();
    DocumentOptions documents =
        new DocumentOptions(policy, folder.resolve("own"), folder.resolve("registered"));
    gateway =
        Gateway.start(
            GatewayOptions.defaults().withHttp(HttpOptions.DEFAULT.withDocuments(documents)),
            ports,
            ports,
            ports,
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
    http.shutdownNow();
  }

  @Test
  void aDocumentIsSentOnceAndThenByItsHash() throws Exception {
    JsonObject named = persisted(QUERY);
    // Clients of Apollo expect 200 here, and these very words.
    HttpResponse<String> unknown = post(named, "application/json");
    assertError(200, "PERSISTED_QUERY_NOT_FOUND", unknown);
    assertTrue(unknown.body().contains("\"PersistedQueryNotFound\""), unknown.body());
    assertError(404, "PERSISTED_QUERY_NOT_FOUND", post(named, CURRENT));
    assertAnswer(post(named.copy().put("query", QUERY), CURRENT));
    assertAnswer(post(named, CURRENT));
    String url =
        "/graphql?extensions="
            + URLEncoder.encode(named.getJsonObject("extensions").encode(), StandardCharsets.UTF_8);
    assertAnswer(
        http.send(request(url).header("Accept", CURRENT).build(), BodyHandlers.ofString()));
    assertError(400, "BAD_USER_INPUT", post(persisted(OTHER).put("query", QUERY), CURRENT));
    assertError(404, "PERSISTED_QUERY_NOT_FOUND", post(persisted(OTHER), CURRENT));
    for (String extension :
        new String[] {
          "7", "{}", "{\"version\":2,\"sha256Hash\":\"a\"}", "{\"version\":1,\"sha256Hash\":\"A\"}"
        }) {
      JsonObject wrong = new JsonObject("{\"extensions\":{\"persistedQuery\":" + extension + "}}");
      assertError(400, "BAD_USER_INPUT", post(wrong, CURRENT));
    }
  }

  @Test
  void trustedDocumentsComeFromAFolderOrAreRegistered() throws Exception {
    assertError(404, "PERSISTED_QUERY_NOT_FOUND", post(trusted(QUERY), CURRENT));
    Files.writeString(folder.resolve("own/values.graphql"), QUERY);
    // The folder is looked at once a second.
    for (int i = 0; i < 600 && post(trusted(QUERY), CURRENT).statusCode() != 200; i++) {
      Thread.sleep(50);
    }
    assertAnswer(post(trusted(QUERY), CURRENT));
    String id = DocumentId.of(OTHER).toString();
    assertError(400, "BAD_USER_INPUT", put(id, QUERY));
    assertError(400, "GRAPHQL_PARSE_FAILED", put(id, "{ not a document"));
    assertEquals(200, put(id, OTHER).statusCode());
    assertAnswer(post(trusted(OTHER), CURRENT));
    assertError(400, "BAD_USER_INPUT", post(trusted(OTHER).put("query", OTHER), CURRENT));
    assertError(
        400, "BAD_USER_INPUT", post(new JsonObject().put("documentId", "../secret"), CURRENT));
    start(DocumentPolicy.ANY);
    assertAnswer(post(trusted(OTHER), CURRENT));
    assertTrue(send("GET", "/v1/documents", "").body().contains(id));
    assertEquals("{\"removed\":true}", send("DELETE", "/v1/documents/" + id, "").body());
    assertError(404, "PERSISTED_QUERY_NOT_FOUND", post(trusted(OTHER), CURRENT));
  }

  @Test
  void whereOnlyTrustedOnesAreTakenNothingElseIsRun() throws Exception {
    Files.writeString(folder.resolve("own/values.graphql"), QUERY);
    start(DocumentPolicy.TRUSTED_ONLY);
    assertAnswer(post(trusted(QUERY), CURRENT));
    assertAnswer(post(persisted(QUERY), CURRENT));
    assertAnswer(post(new JsonObject().put("query", QUERY), CURRENT));
    assertError(403, "DOCUMENT_NOT_TRUSTED", post(new JsonObject().put("query", OTHER), CURRENT));
    assertError(403, "DOCUMENT_NOT_TRUSTED", post(persisted(OTHER), CURRENT));
    assertError(403, "DOCUMENT_NOT_TRUSTED", post(persisted(OTHER).put("query", OTHER), CURRENT));
    assertError(403, "DOCUMENT_NOT_TRUSTED", post(persisted(OTHER), "application/json"));
  }

  @Test
  void whereHashesAreAskedForTextsAloneAreRefused() throws Exception {
    start(DocumentPolicy.APQ);
    assertError(403, "DOCUMENT_NOT_TRUSTED", post(new JsonObject().put("query", QUERY), CURRENT));
    assertAnswer(post(persisted(QUERY).put("query", QUERY), CURRENT));
    assertAnswer(post(persisted(QUERY), CURRENT));
  }

  private static JsonObject persisted(String document) {
    return new JsonObject()
        .put(
            "extensions",
            new JsonObject()
                .put(
                    "persistedQuery",
                    new JsonObject()
                        .put("version", 1)
                        .put("sha256Hash", DocumentId.of(document).hex())));
  }

  private static JsonObject trusted(String document) {
    return new JsonObject().put("documentId", DocumentId.of(document).toString());
  }

  private static void assertAnswer(HttpResponse<String> response) {
    assertEquals(200, response.statusCode(), response.body());
    assertTrue(response.body().startsWith("{\"data\":{\"play\":{"), response.body());
  }

  private static void assertError(int status, String code, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    JsonObject error = new JsonObject(response.body()).getJsonArray("errors").getJsonObject(0);
    assertEquals(code, error.getJsonObject("extensions").getString("code"), response.body());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
  }

  private HttpResponse<String> put(String id, String document) throws Exception {
    return send("PUT", "/v1/documents/" + id, document);
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> post(JsonObject body, String accept) throws Exception {
    return http.send(
        request("/graphql")
            .header("Content-Type", "application/json")
            .header("Accept", accept)
            .POST(BodyPublishers.ofString(body.encode()))
            .build(),
        BodyHandlers.ofString());
  }
}
