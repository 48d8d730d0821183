package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.FakeLive.Followed;
import io.tyto.gateway.FakeLive.FollowedEvents;
import io.tyto.gateway.export.ExportOptions;
import io.tyto.gateway.limits.CostGate;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// GraphQL over server-sent events, single connection mode.
final class SharedStreamsTest {
  private static final String LIVE =
      "subscription { playLive(input: {range: {preset: ALL_TIME}}) { sequence } }";
  private static final String VALUES = "{ play { values(dimension: COUNTRY) { value } } }";
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final SocketOptions PATIENT =
      new SocketOptions(100, 3, 10_000, LONG, Duration.ofMillis(200), LONG);

  private final FakePorts ports = new FakePorts();
  private final FakeLive live = new FakeLive();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Set<String> revoked = ConcurrentHashMap.newKeySet();
  private Gateway gateway;

  /// Every key is good, and somebody of its own.
  private final class AnyKey implements Authenticator {
    @Override
    public Caller authenticate(Credentials credentials) {
      String key = credentials.apiKey();
      if (key == null) {
        throw new TytoException(ErrorCode.UNAUTHENTICATED, "no key");
      }
      return new Caller(key, Caller.Kind.KEY, key, "default", Access.ALL, Caller.DEFAULT_LIMITS);
    }

    @Override
    public boolean isStillValid(Caller caller) {
      return !revoked.contains(caller.id());
    }
  }

  private void start(SocketOptions sockets) {
    GatewayOptions defaults = GatewayOptions.defaults();
    gateway =
        Gateway.start(
            new GatewayOptions(
                defaults.host(),
                0,
                defaults.queryBytes(),
                defaults.ingestBytes(),
                defaults.unzippedBytes(),
                defaults.queryTimeout(),
                defaults.queryMemoryBytes(),
                4,
                defaults.http(),
                GraphQlOptions.DEFAULT,
                sockets,
                ExportOptions.defaults()),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            live,
            ports,
            ports,
            new Guards(new AnyKey(), new CostGate(CostGate.Limits.NONE, 4, Clock.systemUTC())),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
    http.shutdownNow();
  }

  private HttpRequest.Builder request(String key, String query) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + gateway.port() + "/graphql" + query))
        .header("X-Api-Key", key)
        .timeout(Duration.ofSeconds(60));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> put(String key) throws Exception {
    return send(request(key, "").PUT(BodyPublishers.noBody()));
  }

  private String reserve() throws Exception {
    HttpResponse<String> reserved = put("a");
    assertEquals(201, reserved.statusCode(), reserved.body());
    return reserved.body();
  }

  private HttpResponse<InputStream> open(String key, String token) throws Exception {
    HttpRequest.Builder request =
        request(key, "")
            .header(SharedStreams.TOKEN_HEADER, token)
            .header("Accept", "text/event-stream");
    return http.send(request.build(), BodyHandlers.ofInputStream());
  }

  private HttpResponse<String> ask(String token, String id, String query, String... headers)
      throws Exception {
    JsonObject extensions = new JsonObject();
    if (id != null) {
      extensions.put("operationId", id);
    }
    BodyPublisher body =
        BodyPublishers.ofString(
            new JsonObject().put("query", query).put("extensions", extensions).encode());
    HttpRequest.Builder request =
        request("a", "")
            .header(SharedStreams.TOKEN_HEADER, token)
            .header("Content-Type", "application/json")
            .POST(body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  private HttpResponse<String> delete(String token, String id) throws Exception {
    return send(
        request("a", "?operationId=" + id).header(SharedStreams.TOKEN_HEADER, token).DELETE());
  }

  private static void assertCode(int status, ErrorCode code, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    assertTrue(response.body().contains('"' + code.name() + '"'), response.body());
  }

  private void awaitClosed() throws InterruptedException {
    for (int i = 0; i < 600 && live.closed.get() == 0; i++) {
      Thread.sleep(50);
    }
    assertEquals(1, live.closed.get());
  }

  @Test
  void oneStreamCarriesManyOperations() throws Exception {
    start(PATIENT);
    HttpResponse<String> reserved = put("a");
    assertEquals(201, reserved.statusCode());
    assertEquals(
        "text/plain; charset=utf-8", reserved.headers().firstValue("Content-Type").orElseThrow());
    String token = reserved.body();
    HttpResponse<InputStream> stream = open("a", token);
    assertEquals(200, stream.statusCode());
    assertEquals(
        "text/event-stream; charset=utf-8",
        stream.headers().firstValue("Content-Type").orElseThrow());
    try (TestEvents events = new TestEvents(stream.body())) {
      HttpResponse<String> taken = ask(token, "one", LIVE);
      assertEquals(202, taken.statusCode(), taken.body());
      assertEquals("", taken.body());
      Followed one = live.next();
      assertEquals(202, ask(token, "two", LIVE).statusCode());
      Followed two = live.next();
      two.tell();
      assertEquals(
          "event: next|data: {\"id\":\"two\",\"payload\":{\"data\":{\"playLive\":{\"sequence\":1}}}}",
          events.next());
      one.tell();
      assertTrue(events.next().startsWith("event: next|data: {\"id\":\"one\","));
      assertEquals(202, ask(token, "three", VALUES).statusCode());
      assertTrue(
          events
              .next()
              .startsWith(
                  "event: next|data: {\"id\":\"three\",\"payload\":{\"data\":{\"play\":{\"values\":[{\"value\":\"DE\"}]}}"));
      assertEquals("event: complete|data: {\"id\":\"three\"}", events.next());
      one.end();
      assertEquals("event: complete|data: {\"id\":\"one\"}", events.next());
      assertEquals(200, delete(token, "two").statusCode());
      assertEquals(2, live.closed.get());
      assertEquals(200, delete(token, "two").statusCode(), "which has ended");
      assertEquals(202, ask(token, "two", VALUES).statusCode(), "an id is free when it has ended");
      assertTrue(events.next().startsWith("event: next|data: {\"id\":\"two\","));
    }
  }

  @Test
  void operationsMayBeginBeforeTheStream() throws Exception {
    start(PATIENT);
    String token = reserve();
    assertEquals(202, ask(token, "query", VALUES).statusCode());
    assertEquals(202, ask(token, "live", LIVE).statusCode());
    Followed followed = live.next();
    try (TestEvents events = new TestEvents(open("a", token).body())) {
      assertTrue(events.next().startsWith("event: next|data: {\"id\":\"query\","));
      assertEquals("event: complete|data: {\"id\":\"query\"}", events.next());
      followed.tell();
      assertTrue(events.next().startsWith("event: next|data: {\"id\":\"live\","));
    }
  }

  @Test
  void aBrowserNamesItsStreamByTheUrl() throws Exception {
    start(PATIENT);
    String token = reserve();
    HttpRequest.Builder stream =
        request("a", "?token=" + token).header("Accept", "text/event-stream");
    HttpResponse<InputStream> opened = http.send(stream.build(), BodyHandlers.ofInputStream());
    assertEquals(200, opened.statusCode());
    try (TestEvents events = new TestEvents(opened.body())) {
      assertEquals(202, ask(token, "one", VALUES).statusCode());
      assertTrue(events.next().startsWith("event: next|data: {\"id\":\"one\","));
    }
  }

  @Test
  void whatIsWrongIsToldToWhoeverAsks() throws Exception {
    start(PATIENT);
    String token = reserve();
    try (TestEvents events = new TestEvents(open("a", token).body())) {
      assertCode(400, ErrorCode.BAD_USER_INPUT, ask(token, null, LIVE));
      assertCode(400, ErrorCode.BAD_USER_INPUT, ask(token, "i".repeat(257), LIVE));
      assertCode(
          400, ErrorCode.GRAPHQL_VALIDATION_FAILED, ask(token, "one", "subscription { nothing }"));
      assertCode(400, ErrorCode.GRAPHQL_PARSE_FAILED, ask(token, "one", "{"));
      live.isFull = true;
      assertCode(503, ErrorCode.OVERLOADED, ask(token, "one", LIVE));
      live.isFull = false;
      assertCode(400, ErrorCode.BAD_USER_INPUT, ask(token, "one", LIVE, "Last-Event-ID", "o1"));
      assertEquals(202, ask(token, "one", LIVE).statusCode(), "none of them has kept the id");
      assertCode(409, ErrorCode.ALREADY_OPEN, ask(token, "one", LIVE));
      assertEquals(202, ask(token, "two", LIVE).statusCode());
      assertEquals(202, ask(token, "three", LIVE).statusCode());
      assertCode(400, ErrorCode.LIMIT_TOO_LARGE, ask(token, "four", LIVE));
      live.next().tell();
      assertTrue(events.next().startsWith("event: next|data: {\"id\":\"one\","));
      assertCode(400, ErrorCode.BAD_USER_INPUT, delete(token, ""));
      assertCode(
          406,
          ErrorCode.NOT_ACCEPTABLE,
          send(request("a", "").header("Accept", "application/json").PUT(BodyPublishers.noBody())));
    }
  }

  @Test
  void aReservationIsForOneStreamOfOneCaller() throws Exception {
    start(PATIENT);
    String token = reserve();
    assertNotEquals(token, reserve());
    assertEquals(404, open("b", token).statusCode(), "another caller's");
    assertEquals(404, open("a", token + "x").statusCode());
    try (InputStream body = open("a", token).body()) {
      assertEquals(409, open("a", token).statusCode());
      assertEquals(202, ask(token, "one", LIVE).statusCode());
      live.next();
      assertTrue(body.read() >= 0);
    }
    // Its connection is noticed to be gone on writing, which keeping it alive does.
    awaitClosed();
    assertCode(404, ErrorCode.NOT_FOUND, ask(token, "two", LIVE));
    assertCode(404, ErrorCode.NOT_FOUND, delete(token, "one"));
    assertEquals(404, open("a", token).statusCode());
  }

  @Test
  void aReservationThatNobodyComesForIsGone() throws Exception {
    start(new SocketOptions(2, 3, 10_000, Duration.ofMillis(100), LONG, LONG));
    String token = reserve();
    int status = 0;
    for (int i = 0; i < 600 && status != 404; i++) {
      status = ask(token, "live" + i, VALUES).statusCode();
      assertTrue(status == 202 || status == 400 || status == 404, () -> "three at most wait");
      Thread.sleep(20);
    }
    assertEquals(404, status);
    for (int i = 0; i < 4; i++) {
      HttpResponse<String> next = put("a");
      for (int j = 0; j < 600 && next.statusCode() == 503; j++) {
        Thread.sleep(20);
        next = put("a");
      }
      assertEquals(201, next.statusCode(), "it has given its place back");
    }
  }

  @Test
  void reservationsAreBounded() throws Exception {
    start(PATIENT);
    for (int i = 0; i < 20; i++) {
      reserve();
    }
    assertCode(429, ErrorCode.CONCURRENCY_LIMITED, put("a"));
    assertEquals(201, put("b").statusCode(), "others are as free as before");
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      statuses.add(put("c" + i).statusCode());
    }
    assertEquals(79, statuses.stream().filter(status -> status == 201).count());
    assertEquals(503, statuses.getLast());
  }

  @Test
  void whoeverIsNotWelcomeAnyMoreIsToldInEachOperation() throws Exception {
    start(PATIENT);
    String token = reserve();
    try (TestEvents events = new TestEvents(open("a", token).body())) {
      assertEquals(202, ask(token, "one", LIVE).statusCode());
      live.next();
      revoked.add("a");
      String told = events.next();
      assertTrue(
          told.startsWith("event: next|data: {\"id\":\"one\"") && told.contains("UNAUTHENTICATED"),
          told);
      assertEquals("event: complete|data: {\"id\":\"one\"}", events.next());
      assertEquals("end", events.next());
      awaitClosed();
    }
  }

  @Test
  void anOperationGoesOnBehindItsLastEvent() throws Exception {
    start(PATIENT);
    String token = reserve();
    try (TestEvents events = new TestEvents(open("a", token).body())) {
      String query = "subscription { playEvents { dropped } }";
      assertEquals(202, ask(token, "one", query, "Last-Event-ID", "o7").statusCode());
      FollowedEvents followed = live.nextEvents();
      assertEquals("o7", followed.query.fromOffset());
      followed.tell("o8");
      assertTrue(events.next().startsWith("event: next|id: o8|data: {\"id\":\"one\","));
    }
    String next = reserve();
    HttpRequest.Builder stream =
        request("a", "")
            .header(SharedStreams.TOKEN_HEADER, next)
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", "o8");
    assertCode(400, ErrorCode.BAD_USER_INPUT, send(stream));
    open("a", next).body().close();
  }
}
