package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import io.netty.handler.codec.compression.Brotli;
import io.tyto.gateway.export.ExportOptions;
import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.limits.CostGate;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.model.access.LimitClass;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LiveService;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GatewayTest {
  private static final int QUERY_BYTES = 100_000;
  private static final int INGEST_BYTES = 200_000;
  private static final int UNZIPPED_BYTES = 1_000_000;

  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private Gateway gateway;

  @BeforeEach
  void start() {
    GatewayOptions options =
        new GatewayOptions(
            "127.0.0.1",
            0,
            QUERY_BYTES,
            INGEST_BYTES,
            UNZIPPED_BYTES,
            Duration.ofSeconds(20),
            1 << 26,
            1,
            HttpOptions.DEFAULT,
            GraphQlOptions.DEFAULT,
            SocketOptions.DEFAULT,
            ExportOptions.defaults());
    LimitClass oneAtATime =
        new LimitClass(
            "default",
            Double.POSITIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            1,
            10,
            Double.POSITIVE_INFINITY);
    CostGate.Limits limits = new CostGate.Limits(_ -> oneAtATime, LimitClass::none);
    gateway =
        Gateway.start(
            options,
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            LiveService.NONE,
            ports,
            ports,
            new Guards(Authenticator.OPEN, new CostGate(limits, 2, Clock.systemUTC())),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    ports.release.countDown();
    gateway.close();
  }

  @Test
  void answersQueries() throws Exception {
    HttpResponse<String> response =
        graphQl("{ play { values(dimension: COUNTRY) { value count } } }");
    assertEquals(200, response.statusCode());
    assertEquals(
        "{\"data\":{\"play\":{\"values\":[{\"value\":\"DE\",\"count\":3}]}}}",
        withoutExtensions(response.body()));
  }

  @Test
  void takesADecisionOnATopicAsJsonOnly() throws Exception {
    String path = "/v1/feeds/accept?topic=t&partition=";
    assertEquals(200, post(path + 2, "application/json", "").statusCode());
    assertEquals(415, post(path + 2, "text/plain", "").statusCode());
    HttpResponse<String> wrong = post(path + "abc", "application/json", "");
    assertEquals(400, wrong.statusCode());
    assertTrue(wrong.body().contains("abc"), wrong.body());
  }

  @Test
  void tellsAQueryErrorByCodeAndKeepsTheInsideToItself() throws Exception {
    String overflow =
        graphQl(
                "{ play { aggregate(input: {range: {preset: ALL_TIME}}) { totals { score { sum } } } } }")
            .body();
    assertTrue(overflow.contains("NUMERIC_OVERFLOW"), overflow);
    String inside =
        graphQl("{ play { records(range: {preset: ALL_TIME}) { nodes { country } } } }").body();
    assertTrue(inside.contains("INTERNAL"), inside);
    assertFalse(inside.contains("secret"), inside);
  }

  @Test
  void refusesWhatIsNotAGraphQlRequest() throws Exception {
    assertError(400, "BAD_JSON", post("/graphql", "application/json", "{\"query\""));
    assertError(400, "BAD_USER_INPUT", post("/graphql", "application/json", "[]"));
    assertError(400, "BAD_JSON", post("/graphql", "application/json", ""));
    assertError(400, "BAD_USER_INPUT", post("/graphql", "application/json", "{}"));
    assertError(
        400,
        "BAD_USER_INPUT",
        post("/graphql", "application/json", "{\"query\":\"{a}\",\"variables\":7}"));
    assertError(
        415, "UNSUPPORTED_MEDIA_TYPE", post("/graphql", "text/plain", "{\"query\":\"{a}\"}"));
    assertError(
        400,
        "BAD_JSON",
        post("/graphql", "application/json", "{\"query\":\"{a}\",\"query\":\"{b}\"}"));
    assertError(400, "BAD_JSON", post("/graphql", "application/json", "[".repeat(10_000)));
  }

  @Test
  void tellsAnInvalidQueryByStatusToClientsOfTheCurrentMediaType() throws Exception {
    HttpRequest request =
        request("/graphql")
            .header("Content-Type", "application/json")
            .header("Accept", "application/graphql-response+json")
            .POST(BodyPublishers.ofString("{\"query\":\"{ nothing }\"}"))
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(400, response.statusCode());
    assertTrue(response.body().contains("GRAPHQL_VALIDATION_FAILED"), response.body());
    assertEquals(200, graphQl("{ nothing }").statusCode());
  }

  @Test
  void refusesBodiesBeyondTheLimitHoweverTheyCome() throws Exception {
    String large = " ".repeat(INGEST_BYTES + 1);
    assertError(413, "PAYLOAD_TOO_LARGE", post("/graphql", "application/json", large));
    assertError(
        413, "PAYLOAD_TOO_LARGE", post("/v1/collections/play/events", "application/json", large));
    HttpRequest chunked =
        request("/v1/collections/play/events")
            .POST(BodyPublishers.ofInputStream(() -> zeros(5 * INGEST_BYTES)))
            .build();
    assertError(413, "PAYLOAD_TOO_LARGE", http.send(chunked, HttpResponse.BodyHandlers.ofString()));
    assertTrue(ports.ingested.isEmpty());
    assertEquals(202, post("/v1/collections/play/events", "application/json", "{}").statusCode());
  }

  @Test
  void takesEventsPlainAndZipped() throws Exception {
    HttpResponse<String> plain = post("/v1/collections/play/events", "application/json", "[{}]");
    assertEquals(202, plain.statusCode());
    JsonObject reply = new JsonObject(plain.body());
    assertEquals(1, reply.getInteger("accepted"));
    assertEquals(2, reply.getInteger("duplicates"));
    assertEquals(3, reply.getJsonArray("rejected").getJsonObject(0).getInteger("index"));
    assertEquals(202, zipped("gzip", gzip("[{\"a\":1}]".getBytes(StandardCharsets.UTF_8))));
    assertEquals("[[{}], [{\"a\":1}]]", ports.ingested.toString());
    assertError(
        404, "UNKNOWN_COLLECTION", post("/v1/collections/none/events", "application/json", "{}"));
  }

  @Test
  void refusesBombsAndOtherEncodings() throws Exception {
    assertEquals(413, zipped("gzip", gzip(new byte[UNZIPPED_BYTES + 1])));
    assertEquals(415, zipped("br", new byte[100]));
    assertEquals(400, zipped("gzip", new byte[100]));
    assertTrue(ports.ingested.isEmpty());
  }

  @Test
  void cancelsTheQueryOfAClientThatLeaves() throws Exception {
    String body = body("{ play { values(dimension: COUNTRY, prefix: \\\"slow\\\") { value } } }");
    try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
      socket
          .getOutputStream()
          .write(
              ("POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                      + "Content-Length: %d\r\n\r\n%s")
                  .formatted(body.length(), body)
                  .getBytes(StandardCharsets.UTF_8));
      assertTrue(ports.started.await(10, TimeUnit.SECONDS), "the query never started");
    }
    assertTrue(ports.cancelled.await(10, TimeUnit.SECONDS), "the query was not cancelled");
  }

  @Test
  @SuppressWarnings("unchecked") // SAFETY: every future is of such a response
  void turnsAwayWhatNeitherRunsNorMayWait() throws Exception {
    String slow = "{ play { values(dimension: COUNTRY, prefix: \\\"slow\\\") { value } } }";
    CompletableFuture<HttpResponse<String>> running = send(slow);
    assertTrue(ports.started.await(10, TimeUnit.SECONDS));
    // Eight of them wait, in whatever order they arrive, and one is refused.
    List<CompletableFuture<HttpResponse<String>>> others = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      others.add(send(slow));
    }
    HttpResponse<String> refused =
        (HttpResponse<String>)
            CompletableFuture.anyOf(others.toArray(CompletableFuture[]::new))
                .get(20, TimeUnit.SECONDS);
    assertTrue(refused.body().contains("CONCURRENCY_LIMITED"), refused.body());
    ports.release.countDown();
    assertEquals(200, running.join().statusCode());
    others.forEach(other -> assertEquals(200, other.join().statusCode()));
  }

  @Test
  void streamsAFileThroughWithoutHoldingIt() throws Exception {
    long bytes = 50_000_000;
    HttpRequest request =
        request("/v1/collections/play/import?source=f&contentId=abc&bytes=" + bytes)
            .POST(BodyPublishers.ofInputStream(() -> zeros(bytes)))
            .build();
    String reply = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    assertEquals(bytes, ports.imported);
    String last = reply.strip().lines().reduce((_, line) -> line).orElse("");
    assertEquals(
        bytes, new JsonObject(last).getJsonObject("result").getLong("accepted").longValue());
  }

  @Test
  void servesStatusHealthConfigAndSchema() throws Exception {
    assertEquals(200, get("/live").statusCode());
    assertEquals(200, get("/ready").statusCode());
    assertEquals(
        "play",
        new JsonObject(get("/v1/status").body())
            .getJsonArray("collections")
            .getJsonObject(0)
            .getString("name"));
    assertTrue(get("/schema.graphql").body().contains("type Query"));
    assertTrue(get("/schema.graphql").body().contains("  ingestPlay("));
    String config = "{\"files\":[{\"name\":\"%s\",\"text\":\"%s\"}]}";
    assertEquals(
        200, post("/v1/config", "application/json", config.formatted("a.yaml", "x")).statusCode());
    assertError(
        422,
        "CONFIG_INVALID",
        post("/v1/config", "application/json", config.formatted("a.yaml", "bad")));
    assertError(400, "BAD_USER_INPUT", post("/v1/config", "application/json", "{}"));
    assertError(
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        post("/v1/config", "text/plain", config.formatted("a.yaml", "x")));
    assertEquals(
        "{\"plan\":[{\"collection\":\"a.yaml\",\"from\":1,\"to\":2,\"changes\":[{\"verdict\":"
            + "\"BREAKING\",\"what\":\"time: ts becomes at\",\"consequence\":\"no\"}]}]}",
        post("/v1/config/diff", "application/json", config.formatted("a.yaml", "x")).body());
    assertEquals(
        "{\"versions\":[{\"version\":1,\"text\":\"collection: play\",\"changes\":[\"new"
            + " collection\"],\"discovered\":[]}]}",
        get("/v1/config/history?collection=play").body());
  }

  @Test
  void servesGraphiqlWithEverythingItLoads() throws Exception {
    HttpResponse<String> page = get("/graphiql");
    assertEquals(200, page.statusCode());
    assertTrue(page.headers().firstValue("Content-Security-Policy").isPresent());
    for (String asset :
        new String[] {
          "react.js", "react-dom.js", "graphiql.js", "graphiql.css", "start.js", "page.css"
        }) {
      assertTrue(page.body().contains("/graphiql/" + asset), asset + " is not on the page");
      HttpResponse<String> file = get("/graphiql/" + asset);
      assertEquals(200, file.statusCode(), asset);
      assertFalse(file.body().isEmpty(), asset);
    }
    assertFalse(page.body().contains("http://") || page.body().contains("https://"));
  }

  @Test
  void namesWhatIsThereWhereAPathIsNot() throws Exception {
    assertError(404, "NOT_FOUND", get("/nowhere"));
    assertError(404, "NOT_FOUND", get("/graphiql/..%2Fsecret"));
    HttpResponse<String> response = get("/v1/collections/play/events");
    assertError(405, "METHOD_NOT_ALLOWED", response);
    assertEquals("POST", response.headers().firstValue("Allow").orElse(""));
  }

  @Test
  void packsAnswersAsClientsTakeThem() throws Exception {
    for (String encoding : new String[] {"gzip", "br"}) {
      HttpResponse<byte[]> packed =
          http.send(
              request("/schema.graphql").header("Accept-Encoding", encoding).build(),
              HttpResponse.BodyHandlers.ofByteArray());
      assertEquals(200, packed.statusCode());
      assertEquals(encoding, packed.headers().firstValue("Content-Encoding").orElse(""));
      byte[] plain = encoding.equals("gzip") ? gunzip(packed.body()) : unbrotli(packed.body());
      assertEquals(get("/schema.graphql").body(), new String(plain, StandardCharsets.UTF_8));
      assertTrue(packed.body().length * 3 < plain.length, () -> "packed " + packed.body().length);
    }
  }

  private static byte[] gunzip(byte[] packed) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    }
  }

  private static byte[] unbrotli(byte[] packed) throws IOException {
    assertTrue(Brotli.isAvailable(), () -> String.valueOf(Brotli.cause()));
    try (InputStream in = new BrotliInputStream(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    }
  }

  private static void assertError(int status, String code, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    JsonObject error = new JsonObject(response.body()).getJsonArray("errors").getJsonObject(0);
    assertEquals(code, error.getJsonObject("extensions").getString("code"), response.body());
    assertFalse(error.getString("message").isBlank());
  }

  private static String withoutExtensions(String body) {
    JsonObject json = new JsonObject(body);
    json.remove("extensions");
    return json.encode();
  }

  private static String body(String query) {
    return "{\"query\":\"" + query + "\"}";
  }

  private CompletableFuture<HttpResponse<String>> send(String query) {
    return http.sendAsync(
        request("/graphql")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body(query)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> graphQl(String query) throws Exception {
    return post("/graphql", "application/json", body(query));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String type, String body) throws Exception {
    return http.send(
        request(path).header("Content-Type", type).POST(BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private int zipped(String encoding, byte[] body) throws Exception {
    return http.send(
            request("/v1/collections/play/events")
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  private HttpRequest.Builder request(String path) {
    boolean isForOperators = path.matches("/v1/(status|feeds|config).*|.*/import\\?.*");
    int port = isForOperators ? gateway.adminPort() : gateway.port();
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(30));
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    }
    return bytes.toByteArray();
  }

  private static InputStream zeros(long bytes) {
    return new InputStream() {
      private long left = bytes;

      @Override
      public int read() {
        return left-- > 0 ? 0 : -1;
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        if (left <= 0) {
          return -1;
        }
        int n = (int) Math.min(left, length);
        left -= n;
        return n;
      }
    };
  }
}
