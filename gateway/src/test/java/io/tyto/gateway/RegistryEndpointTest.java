package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.export.ExportOptions;
import io.tyto.gateway.http.HttpOptions;
import io.tyto.graphqlschema.GraphQlOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The shapes that Confluent documents for its registry's API.
final class RegistryEndpointTest {
  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private Gateway gateway;

  @BeforeEach
  void start() {
    GatewayOptions options =
        new GatewayOptions(
            "127.0.0.1",
            0,
            100_000,
            100_000,
            100_000,
            Duration.ofSeconds(20),
            1 << 26,
            1,
            HttpOptions.DEFAULT,
            GraphQlOptions.DEFAULT,
            SocketOptions.DEFAULT,
            ExportOptions.defaults());
    gateway = Gateway.start(options, ports, ports, ports, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonObject get(String path) throws Exception {
    HttpResponse<String> response = send("GET", path, "");
    assertEquals(200, response.statusCode(), response.body());
    assertEquals(
        "application/vnd.schemaregistry.v1+json",
        response.headers().firstValue("Content-Type").orElse(""));
    return new JsonObject(response.body());
  }

  private JsonArray list(String path) throws Exception {
    HttpResponse<String> response = send("GET", path, "");
    assertEquals(200, response.statusCode(), response.body());
    return new JsonArray(response.body());
  }

  private void refused(String method, String path, String body, int status, int code)
      throws Exception {
    HttpResponse<String> response = send(method, path, body);
    assertEquals(status, response.statusCode(), response.body());
    JsonObject error = new JsonObject(response.body());
    assertEquals(code, error.getInteger("error_code"), response.body());
    assertTrue(!error.getString("message").isEmpty());
  }

  @Test
  void subjectsVersionsAndIdsLeadToTheSameSchema() throws Exception {
    assertEquals(
        List.of("play-avro", "play-protobuf", "play-json-schema", "play-value"),
        list("/subjects").getList());
    assertEquals(List.of(1), list("/subjects/play-avro/versions").getList());
    JsonObject latest = get("/subjects/play-avro/versions/latest");
    assertEquals(latest, get("/subjects/play-avro/versions/1"));
    assertEquals(latest, get("/subjects/play-avro/versions/-1"));
    assertEquals("play-avro", latest.getString("subject"));
    assertEquals(1, latest.getInteger("version"));
    assertEquals(null, latest.getString("schemaType"));
    int id = latest.getInteger("id");
    assertEquals(1 << 15 | 1 << 2 | 1, id);
    JsonObject schema = get("/schemas/ids/" + id);
    assertEquals(latest.getString("schema"), schema.getString("schema"));
    assertEquals("tyto", new JsonObject(schema.getString("schema")).getString("namespace"));
    assertEquals(
        new JsonObject(schema.getString("schema")), get("/subjects/play-avro/versions/1/schema"));
    assertEquals(
        new JsonArray().add(new JsonObject().put("subject", "play-avro").put("version", 1)),
        list("/schemas/ids/" + id + "/versions"));
    assertEquals("JSON", get("/subjects/play-value/versions/1").getString("schemaType"));
    assertEquals("PROTOBUF", get("/schemas/ids/" + (id + 1)).getString("schemaType"));
    assertEquals(List.of("JSON", "PROTOBUF", "AVRO"), list("/schemas/types").getList());
    assertEquals("BACKWARD", get("/config").getString("compatibilityLevel"));
    assertEquals("READONLY", get("/mode").getString("mode"));
  }

  @Test
  void whatIsNotThereHasTheCodesOfTheApi() throws Exception {
    refused("GET", "/subjects/none/versions", "", 404, 40401);
    refused("GET", "/subjects/none/versions/1", "", 404, 40401);
    refused("GET", "/subjects/play-avro/versions/2", "", 404, 40402);
    refused("GET", "/schemas/ids/99", "", 404, 40403);
    refused("GET", "/schemas/ids/99999999999999", "", 404, 40403);
    refused("GET", "/schemas/ids/0", "", 404, 40403);
    refused("GET", "/subjects/play-avro", "", 404, 404);
    refused("DELETE", "/subjects/play-avro", "", 405, 405);
    refused("PUT", "/config", "{}", 405, 405);
  }

  @Test
  void aSchemaIsLookedUpInAnyFormAndRegisteringAnotherIsRefused() throws Exception {
    JsonObject latest = get("/subjects/play-avro/versions/latest");
    String spaced = new JsonObject(latest.getString("schema")).encodePrettily();
    String known = new JsonObject().put("schema", spaced).encode();
    assertEquals(latest, new JsonObject(send("POST", "/subjects/play-avro", known).body()));
    HttpResponse<String> again = send("POST", "/subjects/play-avro/versions", known);
    assertEquals(new JsonObject().put("id", latest.getInteger("id")), new JsonObject(again.body()));
    String other = new JsonObject().put("schema", "{\"type\":\"string\"}").encode();
    refused("POST", "/subjects/play-avro", other, 404, 40403);
    refused("POST", "/subjects/play-avro/versions", other, 422, 42205);
    refused("POST", "/subjects/new-subject/versions", other, 422, 42205);
    refused("POST", "/subjects/new-subject", other, 404, 40401);
    refused("POST", "/subjects/play-avro", "{\"schema\": \"not json\"}", 404, 40403);
    refused("POST", "/subjects/play-avro", "{", 400, 400);
  }

  @Test
  void schemasAreServedByCollectionToo() throws Exception {
    HttpResponse<String> json = send("GET", "/v1/collections/play/schemas/latest", "");
    assertEquals(200, json.statusCode(), json.body());
    assertTrue(new JsonObject(json.body()).getJsonObject("properties").containsKey("country"));
    HttpResponse<String> avro = send("GET", "/v1/collections/play/schemas/1?format=avro", "");
    assertEquals(get("/subjects/play-avro/versions/1").getString("schema"), avro.body());
    HttpResponse<String> proto = send("GET", "/v1/collections/play/schemas/1?format=protobuf", "");
    assertTrue(proto.body().startsWith("syntax = \"proto3\";"), proto.body());
    assertEquals(404, send("GET", "/v1/collections/play/schemas/2", "").statusCode());
    assertEquals(404, send("GET", "/v1/collections/none/schemas/1", "").statusCode());
    assertEquals(400, send("GET", "/v1/collections/play/schemas/1?format=x", "").statusCode());
    assertEquals(405, send("POST", "/v1/collections/play/schemas/1", "").statusCode());
  }
}
