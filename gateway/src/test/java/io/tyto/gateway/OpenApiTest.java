package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.gateway.limits.CostGate;
import io.tyto.model.access.Access;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LiveService;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The document of the REST part, as callers with more and with less see it.
final class OpenApiTest {
  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private Gateway gateway;

  private void start(Caller caller, DocumentPolicy documents) {
    CostGate gate =
        new CostGate(CostGate.Limits.NONE, CostGate.scansOfMachine(), Clock.systemUTC());
    gateway =
        Gateway.start(
            GatewayOptions.defaults(),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            LiveService.NONE,
            ports,
            ports,
            new Guards(_ -> caller, gate, _ -> documents, () -> AccessRules.NONE),
            Clock.systemUTC());
  }

  private static Caller caller(String... scopes) {
    return new Caller(
        "k1",
        Caller.Kind.KEY,
        "test",
        Caller.DEFAULT_PROJECT,
        Access.of(Stream.of(scopes).map(Scope::parse).toList(), Map.of()),
        Caller.DEFAULT_LIMITS);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return send(gateway.port(), method, path, body);
  }

  private HttpResponse<String> send(int port, String method, String path, String body)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private JsonObject document() throws Exception {
    return document(gateway.port());
  }

  private JsonObject document(int port) throws Exception {
    HttpResponse<String> reply = send(port, "GET", "/openapi.json", "");
    assertEquals(200, reply.statusCode(), reply.body());
    return new JsonObject(reply.body());
  }

  @Test
  void everythingItRefersToIsThere() throws Exception {
    start(Caller.OPEN, DocumentPolicy.ANY);
    JsonObject document = document();
    assertTrue(document.getString("openapi").startsWith("3.1."));
    JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
    List<String> references = new ArrayList<>();
    references(document, references);
    assertTrue(references.size() > 50, references.toString());
    for (String reference : references) {
      String name = reference.substring("#/components/schemas/".length());
      assertFalse(schemas.getJsonObject(name).isEmpty(), name);
    }
    JsonObject paths = document.getJsonObject("paths");
    for (String path :
        List.of(
            "/v1/collections/play/aggregate",
            "/v1/collections/play/table",
            "/v1/collections/play/records",
            "/v1/collections/play/events")) {
      assertNotNull(paths.getJsonObject(path).getJsonObject("post"), path);
    }
    assertEquals(null, paths.getJsonObject("/v1/config"));
    List<String> ids = new ArrayList<>();
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        ids.add(paths.getJsonObject(path).getJsonObject(method).getString("operationId"));
      }
    }
    assertEquals(ids.size(), Set.copyOf(ids).size(), ids.toString());
  }

  /// What the sources say is routed, but pages and sockets, as the document writes paths: names in
  /// braces.
  private static TreeSet<String> routed() throws IOException {
    TreeSet<String> routed = new TreeSet<>();
    Pattern route =
        Pattern.compile("Route\\.(get|post|put|delete)\\(\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|ONE)");
    try (Stream<Path> files = Files.walk(Path.of("src/main/java/io/tyto/gateway"))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
        Matcher found = route.matcher(Files.readString(file));
        while (found.find() && !file.endsWith("Pages.java")) {
          String path = found.group(2).replace("ONE", "\"/v1/documents/()\"").replace("\\\\.", ".");
          routed.add(found.group(1) + " " + path.replaceAll("\\([^)]*\\)", "{}").replace("\"", ""));
        }
      }
    }
    return routed;
  }

  @Test
  void allThatIsRoutedIsInThatOfOperators() throws Exception {
    start(Caller.OPEN, DocumentPolicy.ANY);
    JsonObject paths = document(gateway.adminPort()).getJsonObject("paths");
    TreeSet<String> told = new TreeSet<>();
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        told.add(
            method
                + " "
                + path.replaceAll("\\{[a-z]+}", "{}")
                    .replace("/play/events", "/{}/events")
                    .replaceAll("/play/(aggregate|table|records)", "/{}/{}"));
      }
    }
    TreeSet<String> routed = routed();
    assertTrue(routed.size() > 25, routed.toString());
    TreeSet<String> registry = new TreeSet<>(told);
    registry.removeIf(one -> !one.matches("[a-z]+ /(subjects|schemas|config|mode).*"));
    assertEquals(13, registry.size(), registry.toString());
    told.removeAll(registry);
    assertEquals(String.join("\n", routed), String.join("\n", told));
  }

  @Test
  void allThatItNamesIsAnsweredWhereItStands() throws Exception {
    start(Caller.OPEN, DocumentPolicy.ANY);
    for (int port : List.of(gateway.port(), gateway.adminPort())) {
      JsonObject paths = document(port).getJsonObject("paths");
      for (String path : paths.fieldNames()) {
        for (String method : paths.getJsonObject(path).fieldNames()) {
          String id = path.contains("documents") ? "sha256:" + "0".repeat(64) : "0".repeat(32);
          String asked = path.replace("{version}", "1").replaceAll("\\{[a-z]+}", id);
          HttpResponse<String> reply =
              send(port, method.toUpperCase(Locale.ROOT), asked, method.equals("get") ? "" : "{}");
          assertTrue(reply.statusCode() != 405, method + " " + asked + reply.body());
          assertFalse(reply.body().contains("nothing at this path"), method + " " + asked);
          assertFalse(reply.body().contains("admin.listen"), method + " " + asked);
        }
      }
    }
  }

  @Test
  void whoHasItAlreadyIsToldSoAndNobodyElse() throws Exception {
    start(caller("query:play"), DocumentPolicy.ANY);
    HttpResponse<String> first = send("GET", "/openapi.json", "");
    String etag = first.headers().firstValue("ETag").orElseThrow();
    assertEquals("private, no-cache", first.headers().firstValue("Cache-Control").orElse(""));
    assertTrue(first.headers().allValues("Vary").contains("Authorization, X-Api-Key"));
    assertTrue(first.headers().allValues("Vary").contains("Accept-Encoding"));
    HttpRequest again =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/openapi.json"))
            .header("If-None-Match", etag)
            .build();
    assertEquals(304, http.send(again, BodyHandlers.ofString()).statusCode());
    JsonArray security = new JsonObject(first.body()).getJsonArray("security");
    assertEquals("[{\"bearer\":[]},{\"apiKey\":[]}]", security.encode());
  }

  private static void references(Object value, List<String> found) {
    switch (value) {
      case JsonObject object ->
          object.forEach(member -> {
            if (member.getKey().equals("$ref")) {
              found.add((String) member.getValue());
            }
            references(member.getValue(), found);
          });
      case JsonArray array -> array.forEach(element -> references(element, found));
      case null, default -> {}
    }
  }

  @Test
  void bodiesHaveTheTypesOfGraphQl() throws Exception {
    start(Caller.OPEN, DocumentPolicy.ANY);
    JsonObject document = document();
    JsonObject body =
        document
            .getJsonObject("paths")
            .getJsonObject("/v1/collections/play/records")
            .getJsonObject("post")
            .getJsonObject("requestBody")
            .getJsonObject("content")
            .getJsonObject("application/json")
            .getJsonObject("schema");
    assertEquals(new JsonArray().add("range"), body.getJsonArray("required"));
    assertEquals(
        "[{\"_received\":\"DESC\"}]",
        body.getJsonObject("properties").getJsonObject("orderBy").getJsonArray("default").encode());
    JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
    JsonObject range = schemas.getJsonObject("TimeRange");
    assertEquals(1, range.getInteger("minProperties"));
    assertEquals(1, range.getInteger("maxProperties"));
    assertTrue(schemas.getJsonObject("PlayDimension").getJsonArray("enum").contains("COUNTRY"));
    assertEquals(
        "UTC",
        schemas
            .getJsonObject("PlayAggregateInput")
            .getJsonObject("properties")
            .getJsonObject("timezone")
            .getString("default"));
  }

  @Test
  void whatACallerMayNotDoIsNotInTheirs() throws Exception {
    start(caller("query:play"), DocumentPolicy.ANY);
    JsonObject paths = document().getJsonObject("paths");
    assertNotNull(paths.getJsonObject("/v1/collections/play/aggregate"));
    assertEquals(null, paths.getJsonObject("/v1/collections/play/records"));
    assertEquals(null, paths.getJsonObject("/v1/collections/play/events"));
    assertEquals(null, paths.getJsonObject("/v1/config"));
    String ask = "{\"range\":{\"preset\":\"ALL_TIME\"}}";
    assertEquals(404, send("POST", "/v1/collections/play/records", ask).statusCode());
  }

  @Test
  void whoMayRunTrustedDocumentsOnlyAsksNothingInBulk() throws Exception {
    start(caller("query:play"), DocumentPolicy.TRUSTED_ONLY);
    HttpResponse<String> reply =
        send(
            "POST",
            "/v1/collections/play/aggregate",
            "{\"input\":{\"range\":{\"preset\":\"ALL_TIME\"}},\"measures\":[{\"count\":true}]}");
    assertEquals(403, reply.statusCode());
    assertTrue(reply.body().contains("DOCUMENT_NOT_TRUSTED"), reply.body());
  }
}
