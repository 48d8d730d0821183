package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.limits.CostGate;
import io.tyto.gateway.observe.Observatory;
import io.tyto.gateway.observe.ObserveOptions;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.port.AuditLog;
import io.tyto.model.port.ClusterService;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LiveService;
import io.vertx.core.Vertx;
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
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is seen of a gateway from outside: what runs, how it ends, and the numbers.
final class ObservedGatewayTest {
  private static final long PATIENCE_SECONDS = 30;
  private static final String SLOW =
      "{ play { values(dimension: COUNTRY, prefix: \"slow\") { value } } }";
  private static final String FAST = "query Fast { play { values(dimension: COUNTRY) { value } } }";

  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler log =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          logged.add(new SimpleFormatter().formatMessage(event));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final Logger slow = Logger.getLogger("io.tyto.slow");
  private Gateway gateway;

  @BeforeEach
  void start() {
    slow.addHandler(log);
    slow.setUseParentHandlers(false);
    gateway =
        Gateway.start(
            GatewayOptions.defaults(),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            LiveService.NONE,
            ports,
            ports,
            Guards.open(Clock.systemUTC()),
            new Observatory(new ObserveOptions(Duration.ZERO, "", 1, "7"), Clock.systemUTC()),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    ports.release.countDown();
    gateway.close();
    slow.removeHandler(log);
    slow.setUseParentHandlers(true);
  }

  private HttpRequest.Builder request(String path) {
    boolean isForOperators = path.matches("/metrics|/v1/queries.*");
    int port = isForOperators ? gateway.adminPort() : gateway.port();
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(PATIENCE_SECONDS));
  }

  private HttpRequest graphQl(String requestId, String text) {
    return request("/graphql")
        .header("Content-Type", "application/json")
        .header("X-Request-Id", requestId)
        .POST(BodyPublishers.ofString(new JsonObject().put("query", text).encode()))
        .build();
  }

  private String send(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private CompletableFuture<String> askSlowly(String requestId) throws Exception {
    CompletableFuture<String> answer =
        http.sendAsync(graphQl(requestId, SLOW), HttpResponse.BodyHandlers.ofString())
            .thenApply(HttpResponse::body);
    assertTrue(ports.started.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    return answer;
  }

  private JsonArray running() throws Exception {
    return new JsonObject(send(request("/v1/queries").build())).getJsonArray("queries");
  }

  @Test
  void whatRunsIsListedAndEndedByItsCaller() throws Exception {
    CompletableFuture<String> answer = askSlowly("mine.1");
    JsonArray running = running();
    assertEquals(1, running.size());
    JsonObject query = running.getJsonObject(0);
    assertTrue(
        send(request("/metrics").build()).contains("\ntyto_lane_running{lane=\"scan\"} 1.0\n"));
    assertEquals("mine.1", query.getString("requestId"));
    assertEquals("open", query.getString("caller"));
    assertEquals("query", query.getString("what"));
    assertEquals(32, query.getString("hash").length());
    assertEquals("[\"play\"]", query.getJsonArray("collections").encode());
    assertFalse(query.encode().contains("slow"), query.encode());
    String none = send(graphQl("mine.2", "mutation { cancelQuery(id: \"nobody's\") }"));
    assertTrue(none.contains("{\"cancelQuery\":false}"), none);
    String ended = send(graphQl("mine.3", "mutation { cancelQuery(id: \"mine.1\") }"));
    assertTrue(ended.contains("{\"cancelQuery\":true}"), ended);
    String body = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertTrue(body.contains("\"code\":\"CANCELLED\""), body);
    assertEquals(0, running().size());
  }

  /// A bearer is the id, the project and the scope of its caller.
  private static Caller said(Credentials credentials) {
    String[] parts = String.valueOf(credentials.bearer()).split("/");
    Access access = Access.of(List.of(Scope.parse(parts[2])), Map.of());
    return new Caller(parts[0], Caller.Kind.KEY, parts[0], parts[1], access, Caller.DEFAULT_LIMITS);
  }

  @Test
  void whoEndsWhatSomebodyElseAsksIsNoted() throws Exception {
    gateway.close();
    Queue<String> noted = new ConcurrentLinkedQueue<>();
    AuditLog audit =
        entry -> {
          noted.add(
              "%s %s %s %s"
                  .formatted(entry.caller(), entry.action(), entry.target(), entry.outcome()));
          return CompletableFuture.completedFuture(null);
        };
    gateway =
        Gateway.start(
            GatewayOptions.defaults(),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            LiveService.NONE,
            ports,
            ports,
            new Guards(
                ObservedGatewayTest::said,
                new CostGate(CostGate.Limits.NONE, 4, Clock.systemUTC())),
            new Observatory(
                new ObserveOptions(Duration.ZERO, "", 1, "7"),
                Clock.systemUTC(),
                audit,
                ClusterService.NONE),
            Clock.systemUTC());
    CompletableFuture<String> answer =
        http.sendAsync(
                as("alice/default/query:*", graphQl("slow.1", SLOW)),
                HttpResponse.BodyHandlers.ofString())
            .thenApply(HttpResponse::body);
    assertTrue(ports.started.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    String cancel = "mutation { cancelQuery(id: \"slow.1\") }";
    for (String other : List.of("bob/default/query:*", "root/acme/admin")) {
      String none = send(as(other, graphQl("other", cancel)));
      assertTrue(none.contains("{\"cancelQuery\":false}"), none);
    }
    assertFalse(answer.isDone());
    String ended = send(as("root/default/admin", graphQl("other", cancel)));
    assertTrue(ended.contains("{\"cancelQuery\":true}"), ended);
    assertTrue(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).contains("\"code\":\"CANCELLED\""));
    assertEquals(
        List.of("root query.cancel slow.1 ok"),
        noted.stream().filter(entry -> entry.contains("query.cancel")).toList());
  }

  private static HttpRequest as(String bearer, HttpRequest request) {
    return HttpRequest.newBuilder(request, (_, _) -> true)
        .header("Authorization", "Bearer " + bearer)
        .build();
  }

  @Test
  void anOperatorEndsItByTheIdOfTheQuery() throws Exception {
    CompletableFuture<String> answer = askSlowly("other");
    String id = running().getJsonObject(0).getString("id");
    HttpResponse<String> unknown =
        http.send(
            request("/v1/queries/nothing").DELETE().build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(404, unknown.statusCode(), unknown.body());
    assertEquals(
        "{\"cancelled\":\"" + id + "\"}", send(request("/v1/queries/" + id).DELETE().build()));
    assertTrue(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).contains("\"code\":\"CANCELLED\""));
  }

  @Test
  void readyIsWhatCanBeAskedAndStored() throws Exception {
    assertEquals("{\"ready\":true}", send(request("/ready").build()));
    ports.isReady = false;
    HttpResponse<String> full =
        http.send(request("/ready").build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(503, full.statusCode());
    assertTrue(full.body().contains("nothing can be stored"), full.body());
    assertEquals("{\"live\":true}", send(request("/live").build()));
  }

  @Test
  void aServerThatStopsEndsWhatRunsAndTakesNothingMore() throws Exception {
    CompletableFuture<String> answer = askSlowly("last");
    CompletableFuture<Void> closed = CompletableFuture.runAsync(gateway::close);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    HttpResponse<String> ready;
    do {
      assertTrue(System.nanoTime() < deadline, "it goes on");
      ready = http.send(request("/ready").build(), HttpResponse.BodyHandlers.ofString());
    } while (ready.statusCode() == 200);
    assertEquals(503, ready.statusCode());
    assertTrue(ready.body().contains("about to stop"), ready.body());
    HttpResponse<String> refused =
        http.send(graphQl("late", FAST), HttpResponse.BodyHandlers.ofString());
    assertEquals(503, refused.statusCode());
    assertTrue(refused.body().contains("DRAINING"), refused.body());
    assertEquals("1", refused.headers().firstValue("Retry-After").orElse(""));
    ports.release.countDown();
    String last = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertTrue(last.contains("{\"value\":\"DE\"}"), last);
    closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void aServerThatStopsTakesNothingMoreOnOpenSockets() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      TestSocket socket = TestSocket.ready(vertx, gateway.port());
      CompletableFuture<String> answer = askSlowly("last");
      CompletableFuture<Void> closed = CompletableFuture.runAsync(gateway::close);
      await(() -> send(request("/ready").build()).contains("about to stop"));
      socket.subscribe("late", FAST);
      JsonObject refused = socket.next();
      assertEquals("error", refused.getString("type"));
      assertTrue(refused.encode().contains("\"code\":\"DRAINING\""), refused.encode());
      ports.release.countDown();
      answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void whoeverLeavesIsKeptNoLonger() throws Exception {
    String body = new JsonObject().put("query", SLOW).encode();
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      raw.send(
          "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
              + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body));
      assertTrue(ports.started.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
    assertTrue(ports.cancelled.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    String gone = "tyto_http_seconds_count{route=\"POST /graphql\",status=\"gone\"} 1\n";
    await(() -> send(request("/metrics").build()).contains(gone));
  }

  private interface Condition {
    boolean isMet() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.isMet()) {
      assertTrue(System.nanoTime() < deadline, "it does not come");
      Thread.sleep(5);
    }
  }

  @Test
  void requestsKeepTheirNameWhereItIsOne() throws Exception {
    HttpResponse<String> named =
        http.send(graphQl("a-1_b.C", FAST), HttpResponse.BodyHandlers.ofString());
    assertEquals("a-1_b.C", named.headers().firstValue("X-Request-Id").orElse(""));
    HttpResponse<String> other =
        http.send(graphQl("a b\"{}", FAST), HttpResponse.BodyHandlers.ofString());
    assertNotEquals("a b\"{}", other.headers().firstValue("X-Request-Id").orElseThrow());
  }

  @Test
  void numbersAreToldWithoutAnythingThatClientsSay() throws Exception {
    for (int i = 0; i < 3; i++) {
      send(graphQl("request-of-carol-" + i, FAST));
    }
    send(graphQl("r", "{ play { records(range: {preset: ALL_TIME}) { nodes { country } } } }"));
    send(request("/no/such/path").build());
    send(
        request("/v1/collections/play/events")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("[{}]"))
            .build());
    send(
        request("/v1/collections/carols/events")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("[{}]"))
            .build());
    String told = send(request("/metrics").build());
    for (String line :
        new String[] {
          "tyto_operation_seconds_count{outcome=\"ok\"} 3",
          "tyto_query_answers_total{cache=\"bypass\",kind=\"values\",served=\"other\"} 3.0",
          "tyto_refused_total{code=\"INTERNAL\"} 1.0",
          "tyto_operations_slow_total 4.0",
          "tyto_http_seconds_count{route=\"POST /graphql\",status=\"2xx\"} 4",
          "tyto_http_seconds_count{route=\"none\",status=\"4xx\"} 1",
          "tyto_ingest_events_total{collection=\"play\",outcome=\"accepted\"} 1.0",
          "tyto_ingest_rejects_total{code=\"BAD_TYPE\"} 1.0",
          "tyto_collection_rows{collection=\"play\"} 3.0",
          "tyto_build{java=\"" + Runtime.version() + "\",version=\"7\"} 1.0",
          "tyto_schema_builds_total 1.0",
          "tyto_ready 1.0"
        }) {
      assertTrue(told.contains("\n" + line + "\n"), line + "\nis not in\n" + told);
    }
    assertFalse(told.contains("carol"), told);
    assertFalse(told.contains("open\""), told);
    HttpResponse<String> open =
        http.send(
            request("/metrics").header("Accept", "application/openmetrics-text").build(),
            HttpResponse.BodyHandlers.ofString());
    assertTrue(open.body().endsWith("# EOF\n"));
    assertTrue(
        open.headers()
            .firstValue("Content-Type")
            .orElse("")
            .startsWith("application/openmetrics-text"));
  }

  @Test
  void ofWhatIsNotValidNoTextIsLogged() throws Exception {
    send(graphQl("slow-2", "{ play { secretland(carol: carols) } }"));
    assertEquals(1, logged.size(), logged.toString());
    assertTrue(logged.getFirst().contains("outcome=GRAPHQL_VALIDATION_FAILED"));
    assertFalse(logged.getFirst().contains("carol"), logged.getFirst());
    assertFalse(logged.getFirst().contains("secretland"), logged.getFirst());
  }

  @Test
  void whatIsSlowIsLoggedWithoutItsValues() throws Exception {
    send(
        graphQl(
            "slow-1",
            "query Slow { play { values(dimension: COUNTRY, prefix: \"secretland\") { value } } }"));
    assertEquals(1, logged.size(), logged.toString());
    String line = logged.getFirst();
    assertFalse(line.contains("secretland"), line);
    for (String part :
        new String[] {
          "what=query Slow",
          "outcome=ok",
          "caller=open",
          "collections=[play]",
          "operation=query Slow{play{values(dimension:COUNTRY,prefix:\"\"){value}}}",
          "plan=[values of play in "
        }) {
      assertTrue(line.contains(part), part + " is not in " + line);
    }
    assertTrue(Pattern.compile("hash=[0-9a-f]{32} ").matcher(line).find(), line);
  }
}
