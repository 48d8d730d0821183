package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The twelve checks of graphql-cop, written anew: what it reports of a server is refused here, or
/// harmless for the reason that its test says.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CopChecksTest {
  private static final String JSON = "application/json";

  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Gateway gateway =
      Gateway.start(GatewayOptions.defaults(), ports, ports, ports, Clock.systemUTC());

  @AfterAll
  void stop() {
    gateway.close();
    http.shutdownNow();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
  }

  private HttpResponse<String> post(String type, String body) throws Exception {
    return http.send(
        request("/graphql")
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path, String accept) throws Exception {
    return http.send(request(path).header("Accept", accept).build(), BodyHandlers.ofString());
  }

  private JsonObject ask(String query) throws Exception {
    return new JsonObject(post(JSON, new JsonObject().put("query", query).encode()).body());
  }

  private static String code(JsonObject answer) {
    assertNull(answer.getValue("data"), answer.encode());
    return answer
        .getJsonArray("errors")
        .getJsonObject(0)
        .getJsonObject("extensions")
        .getString("code");
  }

  private static String many(int count, String form) {
    return IntStream.range(0, count)
        .mapToObj(i -> form.replace("#", Integer.toString(i)))
        .collect(Collectors.joining(" "));
  }

  @Test
  void aliasOverloading() throws Exception {
    assertEquals(
        "DOCUMENT_TOO_COMPLEX", code(ask("query cop {" + many(101, "alias#:__typename") + "}")));
  }

  @Test
  void arrayBatching() throws Exception {
    JsonArray batch = new JsonArray();
    for (int i = 0; i < 10; i++) {
      batch.add(new JsonObject().put("query", "query cop { __typename }"));
    }
    HttpResponse<String> refused = post(JSON, batch.encode());
    assertEquals(400, refused.statusCode());
    assertEquals("BAD_USER_INPUT", code(new JsonObject(refused.body())));
  }

  @Test
  void directiveOverloading() throws Exception {
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED", code(ask("query cop { __typename " + "@aa".repeat(10) + "}")));
    // Those that exist come once in a place.
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED",
        code(ask("query cop { __typename " + "@skip(if:false)".repeat(10) + "}")));
  }

  @Test
  void fieldDuplication() throws Exception {
    assertEquals(
        "DOCUMENT_TOO_COMPLEX", code(ask("query cop {" + "__typename \n".repeat(500) + "}")));
  }

  @Test
  void circularIntrospection() throws Exception {
    String circle = "fields { type {";
    assertEquals(
        "DOCUMENT_TOO_COMPLEX",
        code(
            ask(
                "query cop { __schema { types { "
                    + circle.repeat(5)
                    + " name "
                    + "}}".repeat(5)
                    + "}}}")));
  }

  @Test
  void fieldSuggestions() throws Exception {
    String answer = ask("query cop { __schema { directive } pla { info { name } } }").encode();
    assertTrue(answer.contains("GRAPHQL_VALIDATION_FAILED"), answer);
    assertFalse(answer.toLowerCase().contains("did you mean"), answer);
    assertFalse(answer.contains("directives"), answer);
  }

  /// The page is there on purpose, at a path of its own. It holds no data, and what it asks is
  /// asked with the credentials that its reader types.
  @Test
  void anEditorIsAPageLikeOthers() throws Exception {
    HttpResponse<String> page = get("/graphiql", "text/html");
    assertEquals(200, page.statusCode());
    String policy = page.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.contains("default-src"), policy);
    assertFalse(policy.contains("unsafe-eval"), policy);
    for (String path : List.of("/playground", "/console", "/graphql/console", "/altair")) {
      assertEquals(404, get(path, "text/html").statusCode(), path);
    }
  }

  @Test
  void noTracing() throws Exception {
    JsonObject answer = ask("query cop { __typename }");
    assertFalse(answer.getJsonObject("extensions").containsKey("tracing"), answer.encode());
    HttpResponse<String> traced =
        http.send(
            request("/graphql")
                .header("Content-Type", JSON)
                .header("X-Apollo-Tracing", "1")
                .POST(BodyPublishers.ofString("{\"query\":\"{__typename}\"}"))
                .build(),
            BodyHandlers.ofString());
    assertFalse(traced.body().contains("tracing"), traced.body());
  }

  /// A query may be a GET: a foreign page gains nothing by it, as no cookie is ever taken for
  /// credentials, and no page of another origin may read the answer.
  @Test
  void aQueryByGetIsOfNoUseToAForeignPage() throws Exception {
    String query = URLEncoder.encode("query cop {__typename}", StandardCharsets.UTF_8);
    HttpResponse<String> answer =
        http.send(
            request("/graphql?query=" + query)
                .header("Origin", "https://evil.example")
                .header("Cookie", "session=1")
                .build(),
            BodyHandlers.ofString());
    assertTrue(answer.headers().firstValue("Access-Control-Allow-Origin").isEmpty());
    assertTrue(answer.headers().firstValue("Set-Cookie").isEmpty());
  }

  @Test
  void noMutationByGet() throws Exception {
    String mutation = URLEncoder.encode("mutation cop {__typename}", StandardCharsets.UTF_8);
    assertEquals(405, get("/graphql?query=" + mutation, JSON).statusCode());
  }

  @Test
  void noForms() throws Exception {
    String form = "query=" + URLEncoder.encode("query cop {__typename}", StandardCharsets.UTF_8);
    for (String type :
        List.of(
            "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain")) {
      assertEquals(415, post(type, form).statusCode(), type);
    }
  }

  @Test
  void noErrorUnhandled() throws Exception {
    JsonObject answer = ask("qwerty cop { abc }");
    assertEquals("GRAPHQL_PARSE_FAILED", code(answer));
    for (String inside : List.of("Exception", "stack", "trace", "java", "io.tyto", "graphql.")) {
      assertFalse(answer.encode().contains(inside), answer.encode());
    }
  }
}
