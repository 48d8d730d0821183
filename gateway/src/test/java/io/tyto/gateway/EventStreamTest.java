package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.FakeLive.Followed;
import io.tyto.gateway.FakeLive.FollowedEvents;
import io.tyto.gateway.export.ExportOptions;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// GraphQL over server-sent events, distinct connections mode.
final class EventStreamTest {
  private static final String LIVE =
      "subscription { playLive(input: {range: {preset: ALL_TIME}}) { sequence } }";
  private static final Duration LONG = Duration.ofMinutes(5);

  private final FakePorts ports = new FakePorts();
  private final FakeLive live = new FakeLive();
  private final HttpClient http = HttpClient.newHttpClient();
  private Gateway gateway;

  @BeforeEach
  void start() {
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
                new SocketOptions(2, 3, 10_000, LONG, Duration.ofMillis(200), LONG),
                ExportOptions.defaults()),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            live,
            ports,
            ports,
            Guards.open(Clock.systemUTC()),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
    http.shutdownNow();
  }

  private HttpResponse<InputStream> post(String query, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/graphql"))
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream")
            .header("Accept-Encoding", "gzip, br")
            .POST(BodyPublishers.ofString(new JsonObject().put("query", query).encode()))
            .timeout(Duration.ofSeconds(60));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofInputStream());
  }

  private static BufferedReader reader(HttpResponse<InputStream> response) {
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  /// The next event's type and data, past comments.
  private static String event(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    while (line != null && (line.isEmpty() || line.startsWith(":"))) {
      line = lines.readLine();
    }
    return line == null ? "end" : line + "|" + lines.readLine();
  }

  @Test
  void tellsUpdatesThenThatItIsComplete() throws Exception {
    HttpResponse<InputStream> response = post(LIVE);
    assertEquals(200, response.statusCode());
    assertEquals(
        "text/event-stream; charset=utf-8",
        response.headers().firstValue("Content-Type").orElseThrow());
    // A compressor would hold events back.
    assertTrue(response.headers().firstValue("Content-Encoding").isEmpty());
    try (BufferedReader lines = reader(response)) {
      Followed followed = live.next();
      followed.tell();
      assertEquals("event: next|data: {\"data\":{\"playLive\":{\"sequence\":1}}}", event(lines));
      followed.tell();
      assertEquals("event: next|data: {\"data\":{\"playLive\":{\"sequence\":2}}}", event(lines));
      followed.end();
      assertEquals("event: complete|data: ", event(lines));
      assertEquals("end", event(lines));
    }
  }

  @Test
  void aQueryIsOneUpdate() throws Exception {
    try (BufferedReader lines = reader(post("{ play { values(dimension: COUNTRY) { value } } }"))) {
      assertTrue(
          event(lines)
              .startsWith(
                  "event: next|data: {\"data\":{\"play\":{\"values\":[{\"value\":\"DE\"}]}}"));
      assertEquals("event: complete|data: ", event(lines));
      assertEquals("end", event(lines));
    }
  }

  @Test
  void whatIsWrongIsToldInTheStream() throws Exception {
    HttpResponse<InputStream> response = post("subscription { nothing }");
    assertEquals(200, response.statusCode());
    try (BufferedReader lines = reader(response)) {
      String event = event(lines);
      assertTrue(event.startsWith("event: next|data: {\"errors\":[{"), event);
      assertTrue(event.contains("GRAPHQL_VALIDATION_FAILED"), event);
      assertEquals("event: complete|data: ", event(lines));
    }
  }

  @Test
  void eventsHaveIdsToGoOnBehind() throws Exception {
    String query = "subscription { playEvents(fromOffset: \"old\") { offset } }";
    try (TestEvents events = new TestEvents(post(query).body())) {
      FollowedEvents followed = live.nextEvents();
      assertEquals("old", followed.query.fromOffset());
      assertEquals("id: old", events.next(), "before the first event there is one, too");
      followed.tell("o1");
      assertEquals(
          "event: next|id: o1|data: {\"data\":{\"playEvents\":{\"offset\":\"o1\"}}}",
          events.next());
    }
    try (TestEvents events = new TestEvents(post(query, "Last-Event-ID", "o1").body())) {
      FollowedEvents followed = live.nextEvents();
      assertEquals("o1", followed.query.fromOffset(), "whoever comes again asks as the first time");
      assertEquals("id: o1", events.next());
      followed.tell("o2");
      assertTrue(events.next().startsWith("event: next|id: o2|"));
    }
  }

  @Test
  void anIdThatNoHeaderHasRoomForIsNone() throws Exception {
    try (TestEvents events =
        new TestEvents(post("subscription { playEvents { dropped } }").body())) {
      FollowedEvents followed = live.nextEvents();
      assertEquals("id: begin", events.next());
      followed.tell("o".repeat(EventLine.MAX_ID + 1));
      assertEquals(
          "event: next|id|data: {\"data\":{\"playEvents\":{\"dropped\":0}}}", events.next());
    }
  }

  @Test
  void anAggregateHasNothingToGoOnBehind() throws Exception {
    HttpResponse<InputStream> response = post(LIVE, "Last-Event-ID", "o1");
    assertEquals(200, response.statusCode());
    try (TestEvents events = new TestEvents(response.body())) {
      String told = events.next();
      assertTrue(told.contains("BAD_USER_INPUT") && told.contains("Last-Event-ID"), told);
      assertEquals("event: complete|data: ", events.next());
      assertEquals("end", events.next());
    }
  }

  @Test
  void streamsThatEndGiveTheirPlaceBack() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (TestEvents events = new TestEvents(post(LIVE).body())) {
        live.next().end();
        assertEquals("event: complete|data: ", events.next());
        assertEquals("end", events.next());
      }
    }
  }

  @Test
  void aQuietStreamIsKeptAlive() throws Exception {
    try (BufferedReader lines = reader(post(LIVE))) {
      live.next();
      for (int comments = 0; comments < 3; comments++) {
        assertEquals(":", lines.readLine());
        assertEquals("", lines.readLine());
      }
    }
  }

  @Test
  void aFullServerSaysWhenToComeBack() throws Exception {
    live.isFull = true;
    HttpResponse<InputStream> full = post(LIVE);
    assertEquals(503, full.statusCode());
    assertEquals("1", full.headers().firstValue("Retry-After").orElseThrow());
    live.isFull = false;
    HttpResponse<InputStream> first = post(LIVE);
    HttpResponse<InputStream> second = post(LIVE);
    assertEquals(503, post(LIVE).statusCode());
    first.body().close();
    second.body().close();
  }

  @Test
  void aStreamThatTheServerEndsMakesRoomForAnother() throws Exception {
    for (int i = 0; i < 4; i++) { // two may be open
      HttpResponse<InputStream> response = post(LIVE);
      assertEquals(200, response.statusCode(), "stream " + i);
      try (BufferedReader lines = reader(response)) {
        live.next().end();
        assertEquals("event: complete|data: ", event(lines));
        assertEquals("end", event(lines));
      }
    }
  }

  @Test
  void aClientThatLeavesIsFollowedNoLonger() throws Exception {
    HttpResponse<InputStream> response = post(LIVE);
    live.next();
    response.body().close();
    // Its connection is noticed to be gone on writing, which keeping it alive does.
    for (int i = 0; i < 600 && live.closed.get() == 0; i++) {
      Thread.sleep(50);
    }
    assertEquals(1, live.closed.get());
  }

  @Test
  void withoutTheHeaderASubscriptionIsRefusedWithAdvice() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/graphql"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(new JsonObject().put("query", LIVE).encode()))
            .build();
    JsonObject body = new JsonObject(http.send(request, BodyHandlers.ofString()).body());
    assertNull(body.getValue("data"));
    String message = body.getJsonArray("errors").getJsonObject(0).getString("message");
    assertTrue(message.contains("text/event-stream"), message);
  }
}
