package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.graphqlschema.DocumentId;
import io.tyto.model.access.ApiKey.Documents;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.KeyService.KeyInput;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Queries and dashboards that are saved, as callers of several keys meet them.
final class SavedQueriesTest {
  private static final ConfigFile CONFIG =
      new ConfigFile(
          "note.yaml",
          """
          collection: note
          time: ts
          fields:
            ts: { type: timestamp }
            n:  { type: long }
            place:  { type: string }
            salary: { type: string, scope: finance }
          """);
  private static final String PLAIN = "{ note { values(dimension: PLACE) { value count } } }";
  private static final String HIDDEN = "{ note { values(dimension: SALARY) { value count } } }";
  private static final String BY_VARIABLE =
      "query Q($d: NoteDimension!) { note { values(dimension: $d) { value } } }";
  private static final String SAVE =
      "mutation ($in: SavedQueryInput!) { saveQuery(input: $in) { query { id documentId version variables } errors { code message } } }";
  private static final String SAVE_BOARD =
      "mutation ($in: DashboardInput!) { saveDashboard(input: $in) { dashboard { id version updatedAt panels { id title chart query { id name } } } errors { code message } } }";

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;
  private TytoServer server;
  private String admin;
  private String writer;
  private String reader;

  @BeforeEach
  void start() {
    open();
    admin = server.firstKey().text().text();
    writer = key(Documents.ANY, "query:note", "define:note", "fields:finance");
    reader = key(Documents.ANY, "query:note");
    server
        .node()
        .ingest(
            "note",
            "{\"ts\":\"2026-03-01T00:00:00Z\",\"n\":1,\"place\":\"Ulm\",\"salary\":\"high\"}"
                .getBytes(StandardCharsets.UTF_8),
            Caller.SYSTEM)
        .join();
  }

  private void open() {
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(Setting.DATA, folder.resolve("data").toString(), Setting.LISTEN, "127.0.0.1:0"));
    server = TytoServer.start(settings, List.of(CONFIG), Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    server.close();
    http.shutdownNow();
  }

  private String key(Documents documents, String... scopes) {
    return key(Caller.DEFAULT_PROJECT, documents, scopes);
  }

  private String key(String project, Documents documents, String... scopes) {
    KeyInput input =
        new KeyInput(
            KeyText.LIVE,
            "test",
            project,
            List.of(scopes),
            List.of(),
            Map.of(),
            List.of(),
            null,
            null,
            documents);
    return server.node().createKey(input).text().text();
  }

  private JsonObject send(String key, JsonObject body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + key)
            .POST(BodyPublishers.ofString(body.encode()))
            .build();
    return new JsonObject(http.send(request, BodyHandlers.ofString()).body());
  }

  private JsonObject ask(String key, String query) throws Exception {
    return data(send(key, new JsonObject().put("query", query)));
  }

  private static JsonObject data(JsonObject answer) {
    assertFalse(answer.containsKey("errors"), answer.encode());
    return answer.getJsonObject("data");
  }

  private static String refusal(JsonObject answer) {
    assertTrue(answer.containsKey("errors"), answer.encode());
    return answer
        .getJsonArray("errors")
        .getJsonObject(0)
        .getJsonObject("extensions")
        .getString("code");
  }

  private JsonObject mutate(String key, String mutation, JsonObject input) throws Exception {
    return send(
        key,
        new JsonObject()
            .put("query", mutation)
            .put("variables", new JsonObject().put("in", input)));
  }

  private JsonObject save(String key, JsonObject input) throws Exception {
    JsonObject payload = data(mutate(key, SAVE, input)).getJsonObject("saveQuery");
    assertEquals(new JsonArray(), payload.getJsonArray("errors"));
    return payload.getJsonObject("query");
  }

  private static JsonObject query(String document) {
    return new JsonObject().put("name", "a query").put("document", document);
  }

  /// The code among the errors of a payload.
  private static String mended(JsonObject answer) {
    JsonObject data = data(answer);
    JsonObject payload = data.getJsonObject(data.fieldNames().iterator().next());
    return payload.getJsonArray("errors").getJsonObject(0).getString("code");
  }

  private List<String> ids(String key, String field) throws Exception {
    JsonArray all = ask(key, "{ " + field + " { id } }").getJsonArray(field);
    return all.stream().map(each -> ((JsonObject) each).getString("id")).toList();
  }

  private JsonObject run(String key, String documentId) throws Exception {
    return send(key, new JsonObject().put("documentId", documentId));
  }

  @Test
  void aQueryIsThereForWhoseOwnSchemaItFits() throws Exception {
    JsonObject plain = save(writer, query(PLAIN));
    JsonObject hidden = save(writer, query(HIDDEN));
    JsonObject byVariable =
        save(writer, query(BY_VARIABLE).put("variables", new JsonObject().put("d", "SALARY")));
    List<String> all =
        Stream.of(plain, hidden, byVariable).map(each -> each.getString("id")).sorted().toList();
    assertEquals(all, ids(writer, "savedQueries"));
    assertEquals(all, ids(admin, "savedQueries"));
    assertEquals(List.of(plain.getString("id")), ids(reader, "savedQueries"));
    assertEquals(List.of(), ids(key("acme", Documents.ANY, "query:note"), "savedQueries"));

    assertEquals(DocumentId.of(PLAIN).toString(), plain.getString("documentId"));
    String value =
        data(run(reader, plain.getString("documentId")))
            .getJsonObject("note")
            .getJsonArray("values")
            .getJsonObject(0)
            .getString("value");
    assertEquals("Ulm", value);
    data(run(writer, hidden.getString("documentId")));
    // A validation error would tell the field's name.
    assertEquals("PERSISTED_QUERY_NOT_FOUND", refusal(run(reader, hidden.getString("documentId"))));
    assertEquals(
        "PERSISTED_QUERY_NOT_FOUND",
        refusal(run(key("acme", Documents.ANY, "query:note"), plain.getString("documentId"))));
  }

  @Test
  void aSavedQueryIsATrustedDocument() throws Exception {
    String bound = key(Documents.TRUSTED_ONLY, "query:note", "define:note");
    String hashed = key(Documents.APQ, "query:note");
    assertEquals(
        "DOCUMENT_NOT_TRUSTED", refusal(send(hashed, new JsonObject().put("query", PLAIN))));
    assertEquals(
        "DOCUMENT_NOT_TRUSTED", refusal(send(bound, new JsonObject().put("query", PLAIN))));
    String id = save(writer, query(PLAIN)).getString("documentId");
    data(run(bound, id));
    data(run(hashed, id));
    data(send(bound, new JsonObject().put("query", PLAIN)));
    data(send(hashed, new JsonObject().put("query", PLAIN)));

    // Who runs only what others trust cannot trust a document of their own.
    String document = DocumentId.of(SAVE).toString();
    HttpRequest register =
        HttpRequest.newBuilder(URI.create(server.commandAddress() + "/v1/documents/" + document))
            .header("Authorization", "Bearer " + admin)
            .PUT(BodyPublishers.ofString(SAVE))
            .build();
    assertEquals(200, http.send(register, BodyHandlers.ofString()).statusCode());
    assertEquals("DOCUMENT_NOT_TRUSTED", mended(mutate(bound, SAVE, query(BY_VARIABLE))));
    save(key(Documents.TRUSTED_ONLY, "admin"), query(BY_VARIABLE));
  }

  @Test
  void ofTwoWhoChangeItOneLearnsThatItWasTooLate() throws Exception {
    JsonObject first = save(writer, query(PLAIN).put("expectedVersion", 0));
    String id = first.getString("id");
    assertEquals(1, first.getInteger("version"));
    assertEquals(1, save(writer, query(PLAIN).put("id", id)).getInteger("version"));
    JsonObject next = query(BY_VARIABLE).put("id", id).put("expectedVersion", 1);
    JsonObject second = save(writer, next.put("variables", new JsonObject().put("d", "PLACE")));
    assertEquals(2, second.getInteger("version"));
    assertEquals("PLACE", second.getJsonObject("variables").getString("d"));
    assertEquals("VERSION_CONFLICT", mended(mutate(writer, SAVE, next.put("name", "another"))));
    assertEquals(
        "VERSION_CONFLICT", mended(mutate(writer, SAVE, query(PLAIN).put("expectedVersion", 1))));
    assertEquals("NOT_FOUND", mended(mutate(writer, SAVE, query(PLAIN).put("id", id + "0"))));
    assertEquals("PERSISTED_QUERY_NOT_FOUND", refusal(run(writer, first.getString("documentId"))));

    String acme = key("acme", Documents.ANY, "query:note", "define:note", "admin");
    String delete =
        "mutation { deleteQuery(id: \"%s\") { deletedId errors { code } } }".formatted(id);
    assertEquals("NOT_FOUND", mended(send(acme, new JsonObject().put("query", delete))));
    assertEquals("FORBIDDEN", refusal(send(reader, new JsonObject().put("query", delete))));
    assertEquals(id, ask(writer, delete).getJsonObject("deleteQuery").getString("deletedId"));
    assertEquals("NOT_FOUND", mended(send(writer, new JsonObject().put("query", delete))));
    assertEquals(List.of(), ids(admin, "savedQueries"));
  }

  @Test
  void whatIsNoQueryOfTheCallersSchemaIsNotSaved() throws Exception {
    assertEquals("FORBIDDEN", refusal(mutate(reader, SAVE, query(PLAIN))));
    String blind = key(Documents.ANY, "query:note", "define:note");
    assertEquals("GRAPHQL_VALIDATION_FAILED", mended(mutate(blind, SAVE, query(HIDDEN))));
    assertEquals("GRAPHQL_PARSE_FAILED", mended(mutate(writer, SAVE, query("{ note {"))));
    for (String wrong :
        List.of(
            "mutation { cancelQuery(id: \"1\") }",
            "query A { note { info { rowCount } } } query B { note { info { rowCount } } }",
            "{ collections { name } }",
            "{ note { info { rowCount } } ...F } fragment F on Query { deadLetters(collection: \"secret\") { totalCount } }",
            "{ __typename }")) {
      assertEquals("BAD_USER_INPUT", mended(mutate(writer, SAVE, query(wrong))), wrong);
    }
    for (JsonObject variables :
        List.of(new JsonObject().put("e", 1), new JsonObject().put("d", "NOTHING"))) {
      assertEquals(
          "BAD_USER_INPUT",
          mended(mutate(writer, SAVE, query(BY_VARIABLE).put("variables", variables))));
    }
    assertEquals(
        "BAD_USER_INPUT", mended(mutate(writer, SAVE, query(PLAIN).put("variables", "none"))));
    assertEquals("BAD_USER_INPUT", mended(mutate(writer, SAVE, query(PLAIN).put("name", " "))));
    assertEquals(List.of(), ids(admin, "savedQueries"));
  }

  private static JsonObject panel(String title, JsonObject query) {
    return new JsonObject()
        .put("title", title)
        .put("query", query.getString("id"))
        .put("chart", new JsonObject().put("kind", "line").put("axes", new JsonArray().add(1.5)));
  }

  @Test
  void aDashboardShowsEachCallerTheirOwnPanels() throws Exception {
    JsonObject plain = save(writer, query(PLAIN));
    JsonObject hidden = save(writer, query(HIDDEN));
    JsonObject input =
        new JsonObject()
            .put("name", "both")
            .put("panels", new JsonArray().add(panel("open", plain)).add(panel("closed", hidden)));
    JsonObject saved = data(mutate(writer, SAVE_BOARD, input)).getJsonObject("saveDashboard");
    assertEquals(new JsonArray(), saved.getJsonArray("errors"));
    JsonObject board = saved.getJsonObject("dashboard");
    String id = board.getString("id");
    assertEquals(1, board.getInteger("version"));
    assertEquals("2", board.getJsonArray("panels").getJsonObject(1).getString("id"));

    String all = "{ dashboards { id panels { id title chart query { name document } } } }";
    JsonArray seen = ask(reader, all).getJsonArray("dashboards");
    JsonArray panels = seen.getJsonObject(0).getJsonArray("panels");
    assertEquals(1, panels.size(), seen.encode());
    assertEquals(
        new JsonObject()
            .put("id", "1")
            .put("title", "open")
            .put("chart", panel("open", plain).getJsonObject("chart"))
            .put("query", new JsonObject().put("name", "a query").put("document", PLAIN)),
        panels.getJsonObject(0));
    String blind = key(Documents.ANY, "query:note", "define:note");
    JsonObject own =
        new JsonObject()
            .put("id", id)
            .put("name", "mine")
            .put("panels", new JsonArray().add(panel("open", plain)));
    // They would take away what they do not see.
    assertEquals("FORBIDDEN", refusal(mutate(blind, SAVE_BOARD, own)));
    assertEquals("FORBIDDEN", refusal(mutate(reader, SAVE_BOARD, own)));
    assertEquals(
        "NOT_FOUND",
        mended(
            mutate(
                blind,
                SAVE_BOARD,
                own.copy().put("panels", new JsonArray().add(panel("x", hidden))))));
    String deleteQuery = "mutation { deleteQuery(id: \"%s\") { errors { code } } }";
    assertEquals(
        "BAD_USER_INPUT",
        mended(
            send(
                blind,
                new JsonObject().put("query", deleteQuery.formatted(plain.getString("id"))))));
    JsonObject renamed =
        data(mutate(writer, SAVE_BOARD, own.put("expectedVersion", 1)))
            .getJsonObject("saveDashboard")
            .getJsonObject("dashboard");
    assertEquals(2, renamed.getInteger("version"));
    assertEquals("VERSION_CONFLICT", mended(mutate(writer, SAVE_BOARD, own.put("name", "n"))));
    ask(writer, deleteQuery.formatted(hidden.getString("id")));

    server.close();
    open();
    assertEquals(List.of(id), ids(reader, "dashboards"));
    assertEquals(List.of(plain.getString("id")), ids(writer, "savedQueries"));
    data(run(reader, plain.getString("documentId")));
    String delete = "mutation { deleteDashboard(id: \"%s\") { deletedId } }".formatted(id);
    assertEquals(id, ask(writer, delete).getJsonObject("deleteDashboard").getString("deletedId"));
    assertEquals(List.of(), ids(writer, "dashboards"));
  }

  @Test
  void savingMakesNoNewSchema() throws Exception {
    String version = ask(reader, "{ schemaVersion }").getString("schemaVersion");
    long catalog = server.node().catalogVersion();
    save(writer, query(PLAIN));
    assertEquals(catalog, server.node().catalogVersion());
    assertEquals(version, ask(reader, "{ schemaVersion }").getString("schemaVersion"));
    JsonArray saved = ask(reader, "{ savedQueries { variables } }").getJsonArray("savedQueries");
    assertNull(saved.getJsonObject(0).getValue("variables"));
  }

  private JsonObject node(String key, String id) throws Exception {
    return ask(
            key,
            "{ node(id: \"%s\") { __typename ...F ... on Node { key: id } } } fragment F on Node { ... on SavedQuery { name document } ... on Dashboard { name panels { title } } ... on MaterializedView { collection state } }"
                .formatted(id))
        .getJsonObject("node");
  }

  @Test
  void nodeFindsWhatIsThereForTheCaller() throws Exception {
    String plain = save(writer, query(PLAIN)).getString("id");
    JsonObject hidden = save(writer, query(HIDDEN));
    JsonObject input =
        new JsonObject()
            .put("name", "board")
            .put("panels", new JsonArray().add(panel("closed", hidden)));
    String board =
        data(mutate(writer, SAVE_BOARD, input))
            .getJsonObject("saveDashboard")
            .getJsonObject("dashboard")
            .getString("id");
    ask(
        admin,
        "mutation { createView(input: {name: \"by_place\", collection: \"note\", dimensions: [\"place\"], measures: [\"sum(n)\"]}) { errors { message } } }");
    assertEquals(
        new JsonObject()
            .put("__typename", "SavedQuery")
            .put("name", "a query")
            .put("document", PLAIN)
            .put("key", plain),
        node(reader, plain));
    assertEquals(
        new JsonObject()
            .put("__typename", "Dashboard")
            .put("name", "board")
            .put("panels", new JsonArray().add(new JsonObject().put("title", "closed")))
            .put("key", board),
        node(writer, board));
    JsonObject view = node(reader, "by_place");
    assertEquals("MaterializedView", view.getString("__typename"));
    assertEquals("note", view.getString("collection"));
    for (String nothing :
        List.of(hidden.getString("id"), board, "query:0", "dashboard:", "nothing", "")) {
      assertNull(node(reader, nothing), nothing);
    }
    assertNull(node(key("acme", Documents.ANY, "query:note"), plain));
    assertNull(node(key("acme", Documents.ANY, "query:note"), "by_place"));
  }
}
