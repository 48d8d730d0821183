package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.HttpProfile;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Media types, statuses and methods of GraphQL over HTTP, in both editions.
final class GraphQlOverHttpTest {
  private static final String CURRENT = "application/graphql-response+json";
  private static final String LEGACY = "application/json";
  private static final String QUERY = "{ play { values(dimension: COUNTRY) { value } } }";
  private static final String PARTIAL =
      "{ play { values(dimension: COUNTRY) { value } aggregate(input: {range: {preset: ALL_TIME}})"
          + " { totals { count } } } }";
  private static final String MUTATION =
      "mutation { replayDeadLetters(collection: \"play\") { replayed } }";

  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private Gateway gateway = start(HttpProfile.COMPATIBLE);

  private Gateway start(HttpProfile profile) {
    return Gateway.start(
        GatewayOptions.defaults().withHttp(HttpOptions.DEFAULT.withProfile(profile)),
        ports,
        ports,
        ports,
        Clock.systemUTC());
  }

  private void restart(HttpProfile profile) {
    gateway.close();
    gateway = start(profile);
  }

  @AfterEach
  void stop() {
    gateway.close();
    http.shutdownNow();
  }

  @Test
  void theFormIsTheOneTakenMostGladly() throws Exception {
    assertForm(LEGACY, null);
    assertForm(LEGACY, "*/*");
    assertForm(LEGACY, "application/*");
    assertForm(LEGACY, "application/json, text/plain, */*");
    assertForm(CURRENT, CURRENT);
    assertForm(CURRENT, "application/json, application/graphql-response+json");
    assertForm(CURRENT, "application/graphql-response+json, application/json;q=0.9");
    assertForm(LEGACY, "application/graphql-response+json;q=0.8, application/json;q=0.9");
    // What a client of urql sends: events are taken for subscriptions, not for queries.
    assertForm(
        CURRENT,
        "application/graphql-response+json, application/graphql+json, application/json,"
            + " text/event-stream, multipart/mixed");
    restart(HttpProfile.EDITION_2026);
    assertForm(CURRENT, null);
    assertForm(CURRENT, "*/*");
    assertForm(LEGACY, "application/json");
    assertForm(LEGACY, "application/json, */*");
  }

  private void assertForm(String form, String accept) throws Exception {
    HttpResponse<String> response = post(QUERY, accept);
    assertEquals(200, response.statusCode(), accept);
    assertEquals(form + "; charset=utf-8", type(response), accept);
  }

  @Test
  void whatNobodyServesIsRefusedBeforeItRuns() throws Exception {
    for (String accept : List.of("text/html", "application/vnd.apache.arrow.stream", "*/*;q=0")) {
      assertError(406, "NOT_ACCEPTABLE", post(QUERY, accept));
    }
  }

  @Test
  void aBodyIsJsonInUtf8() throws Exception {
    String body = new JsonObject().put("query", QUERY).encode();
    assertEquals(200, send("application/json;charset=UTF-8", body).statusCode());
    for (String type :
        List.of(
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
            "application/json; charset=iso-8859-1",
            "application/graphql")) {
      assertError(415, "UNSUPPORTED_MEDIA_TYPE", send(type, body));
    }
  }

  @Test
  void wrongRequestsHaveTheirStatusInBothEditions() throws Exception {
    Map<String, String> wrong =
        Map.of(
            "{\"query\":\"{ nothing }\"}", "GRAPHQL_VALIDATION_FAILED",
            "{\"query\":\"query Q($x: String!) { play { values(dimension: COUNTRY, prefix: $x) { value } } }\",\"variables\":{\"x\":7}}",
                "BAD_USER_INPUT",
            "{\"query\":7}", "BAD_USER_INPUT",
            "{\"query\":\"{__typename}\",\"operationName\":[]}", "BAD_USER_INPUT",
            "{\"query\":\"{__typename}\",\"variables\":[]}", "BAD_USER_INPUT",
            "{\"query\":\"{__typename}\",\"extensions\":false}", "BAD_USER_INPUT",
            "{}", "BAD_USER_INPUT",
            "[{\"query\":\"{__typename}\"}]", "BAD_USER_INPUT");
    for (Map.Entry<String, String> one : wrong.entrySet()) {
      assertError(400, one.getValue(), post(CURRENT, LEGACY, one.getKey()));
    }
    restart(HttpProfile.EDITION_2026);
    for (Map.Entry<String, String> one : wrong.entrySet()) {
      assertError(422, one.getValue(), post(CURRENT, LEGACY, one.getKey()));
    }
    assertError(400, "BAD_JSON", post(CURRENT, LEGACY, "{\"query\""));
    assertError(400, "GRAPHQL_PARSE_FAILED", post("{", CURRENT));
  }

  @Test
  void clientsOfJsonGetTheirErrorsWithAStatusOf200() throws Exception {
    for (HttpProfile profile : HttpProfile.values()) {
      restart(profile);
      assertError(200, "GRAPHQL_PARSE_FAILED", post("{", LEGACY));
      assertError(200, "GRAPHQL_VALIDATION_FAILED", post("{ nothing }", LEGACY));
    }
  }

  @Test
  void halfAnAnswerIsToldByItsStatus() throws Exception {
    HttpResponse<String> partial = post(PARTIAL, CURRENT);
    assertEquals(294, partial.statusCode());
    JsonObject body = new JsonObject(partial.body());
    assertEquals(
        "DE",
        body.getJsonObject("data")
            .getJsonObject("play")
            .getJsonArray("values")
            .getJsonObject(0)
            .getString("value"));
    assertEquals(1, body.getJsonArray("errors").size());
    assertEquals(200, post(PARTIAL, LEGACY).statusCode());
  }

  @Test
  void aQueryMayBeAGet() throws Exception {
    String query =
        "query V($p: String) { play { values(dimension: COUNTRY, prefix: $p) { value } } }";
    HttpResponse<String> response =
        get(
            "query=%s&operationName=V&variables=%s&extensions=%s"
                .formatted(encode(query), encode("{\"p\":\"D\"}"), encode("{\"a\":{}}")),
            CURRENT);
    assertEquals(200, response.statusCode(), response.body());
    assertTrue(response.body().contains("DE"), response.body());
    assertError(400, "BAD_JSON", get("query=" + encode(query) + "&variables=%7B", CURRENT));
    assertError(400, "BAD_USER_INPUT", get("query=" + encode(query) + "&variables=7", CURRENT));
    assertError(400, "BAD_USER_INPUT", get("query=a&query=b", CURRENT));
    assertError(400, "BAD_USER_INPUT", get("variables=%7B%7D", CURRENT));
    assertError(406, "NOT_ACCEPTABLE", get("query=" + encode(query), "text/html"));
    // A browser that asks for nothing gets the page; one that asks gets the answer.
    assertEquals(302, get("", "text/html,*/*;q=0.8").statusCode());
    assertEquals(200, get("query=" + encode(QUERY), "text/html,*/*;q=0.8").statusCode());
  }

  @Test
  void aMutationIsNeverAGet() throws Exception {
    for (String accept : List.of(CURRENT, LEGACY)) {
      for (String mutation : List.of(MUTATION, "mutation { __typename }")) {
        HttpResponse<String> refused = get("query=" + encode(mutation), accept);
        assertError(405, "METHOD_NOT_ALLOWED", refused);
        assertEquals("POST", refused.headers().firstValue("Allow").orElse(""));
        // The same has been answered by POST meanwhile, and nothing of that is kept for a GET.
        assertEquals(200, post(mutation, accept).statusCode() / 100 * 100);
        assertError(405, "METHOD_NOT_ALLOWED", get("query=" + encode(mutation), accept));
      }
    }
    HttpResponse<String> patch =
        http.send(
            request("/graphql").method("PATCH", BodyPublishers.ofString("{}")).build(),
            BodyHandlers.ofString());
    assertError(405, "METHOD_NOT_ALLOWED", patch);
    assertEquals("DELETE, GET, POST, PUT", patch.headers().firstValue("Allow").orElse(""));
  }

  @Test
  void anAnswerThatIsKnownIsNotSentAgain() throws Exception {
    String query =
        "query="
            + encode("{ play { aggregate(input: {range: {preset: ALL_TIME}}) { groupCount } } }");
    ports.snapshot = "s1";
    HttpResponse<String> first = get(query, CURRENT);
    assertEquals(200, first.statusCode(), first.body());
    String etag = first.headers().firstValue("ETag").orElseThrow();
    HttpResponse<String> again = getKnown(query, "W/\"other\", " + etag);
    assertEquals(304, again.statusCode());
    assertEquals("", again.body());
    assertEquals(etag, again.headers().firstValue("ETag").orElseThrow());
    ports.snapshot = "s2";
    HttpResponse<String> changed = getKnown(query, etag);
    assertEquals(200, changed.statusCode());
    assertNotEquals(etag, changed.headers().firstValue("ETag").orElseThrow());
    // What moves with the clock has no version that could be known.
    String moving =
        "query=" + encode("{ play { aggregate(input: {range: {last: \"P7D\"}}) { groupCount } } }");
    HttpResponse<String> today = get(moving, CURRENT);
    assertEquals(200, today.statusCode(), today.body());
    assertTrue(today.headers().firstValue("ETag").isEmpty());
    assertEquals("no-store", today.headers().firstValue("Cache-Control").orElse(""));
  }

  @Test
  void theParserOfJsonKeepsItsClassesToItself() throws Exception {
    for (String body :
        List.of(
            "{\"query\"",
            "[".repeat(100),
            "{\"query\":\"a\",\"query\":\"b\"}",
            "{\"variables\":{\"x\":" + "9".repeat(200) + "}}",
            "{\"x\":\"\\q\"}",
            "nonsense")) {
      HttpResponse<String> refused = post(LEGACY, LEGACY, body);
      assertError(400, "BAD_JSON", refused);
      for (String inside : List.of("Stream", "Source", "`", "Json", "Exception", "token")) {
        assertFalse(refused.body().contains(inside), refused.body());
      }
    }
  }

  private static void assertError(int status, String code, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    JsonObject error = new JsonObject(response.body()).getJsonArray("errors").getJsonObject(0);
    assertEquals(code, error.getJsonObject("extensions").getString("code"), response.body());
  }

  private static String type(HttpResponse<String> response) {
    return response.headers().firstValue("Content-Type").orElse("");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
  }

  private HttpResponse<String> get(String parameters, String accept) throws Exception {
    return http.send(
        request("/graphql?" + parameters).header("Accept", accept).build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> getKnown(String parameters, String etags) throws Exception {
    return http.send(
        request("/graphql?" + parameters)
            .header("Accept", CURRENT)
            .header("If-None-Match", etags)
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String query, String accept) throws Exception {
    return post(accept, LEGACY, new JsonObject().put("query", query).encode());
  }

  private HttpResponse<String> send(String type, String body) throws Exception {
    return post(null, type, body);
  }

  private HttpResponse<String> post(String accept, String type, String body) throws Exception {
    HttpRequest.Builder request =
        request("/graphql").header("Content-Type", type).POST(BodyPublishers.ofString(body));
    if (accept != null) {
      request.header("Accept", accept);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
