package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.FakeLive.Followed;
import io.tyto.gateway.export.ExportOptions;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `graphql-transport-ws` frame by frame.
final class GraphQlSocketTest {
  private static final String LIVE =
      "subscription { playLive(input: {range: {preset: ALL_TIME}}) { sequence } }";
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(200);

  private final FakePorts ports = new FakePorts();
  private final FakeLive live = new FakeLive();
  private final Vertx vertx = Vertx.vertx();
  private Gateway gateway;

  @BeforeEach
  void start() {
    start(new SocketOptions(4, 3, 10_000, LONG, LONG, LONG));
  }

  private void start(SocketOptions sockets) {
    if (gateway != null) {
      gateway.close();
    }
    GatewayOptions defaults = GatewayOptions.defaults();
    GatewayOptions options =
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
            ExportOptions.defaults());
    gateway =
        Gateway.start(
            options,
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
  void stop() throws Exception {
    ports.release.countDown();
    gateway.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private TestSocket ready() throws Exception {
    return TestSocket.ready(vertx, gateway.port());
  }

  private TestSocket open() throws Exception {
    return TestSocket.open(vertx, gateway.port());
  }

  @Test
  void tellsUpdatesUntilTheClientCompletes() throws Exception {
    TestSocket socket = ready();
    socket.subscribe("a", LIVE);
    Followed followed = live.next();
    followed.tell();
    assertEquals(
        new JsonObject(
            "{\"id\":\"a\",\"type\":\"next\",\"payload\":{\"data\":{\"playLive\":{\"sequence\":1}}}}"),
        socket.next());
    followed.tell();
    assertEquals(2, sequence(socket.next()));
    socket.send("{\"id\":\"a\",\"type\":\"complete\"}");
    socket.send("{\"type\":\"ping\"}");
    assertEquals("pong", socket.next().getString("type"));
    assertEquals(1, live.closed.get());
    // The id is free again.
    socket.subscribe("a", LIVE);
    live.next().tell();
    assertEquals(1, sequence(socket.next()));
  }

  @Test
  void completesWhatTheServerEnds() throws Exception {
    TestSocket socket = ready();
    socket.subscribe("a", LIVE);
    Followed followed = live.next();
    followed.tell();
    socket.next();
    followed.fail(new TytoException(ErrorCode.NUMERIC_OVERFLOW, "too much"));
    JsonObject payload = socket.next().getJsonObject("payload");
    assertTrue(payload.containsKey("data"));
    assertNull(payload.getValue("data"));
    assertEquals("NUMERIC_OVERFLOW", code(payload));
    followed.tell();
    assertEquals(2, sequence(socket.next()));
    followed.end();
    assertEquals(new JsonObject("{\"id\":\"a\",\"type\":\"complete\"}"), socket.next());
  }

  @Test
  void runsQueriesToo() throws Exception {
    TestSocket socket = ready();
    socket.subscribe("q", "{ play { values(dimension: COUNTRY) { value } } }");
    JsonObject next = socket.next();
    assertEquals("next", next.getString("type"));
    assertEquals(
        new JsonObject("{\"play\":{\"values\":[{\"value\":\"DE\"}]}}"),
        next.getJsonObject("payload").getJsonObject("data"));
    assertEquals("complete", socket.next().getString("type"));
  }

  @Test
  void aWrongOperationIsAnErrorWithoutComplete() throws Exception {
    TestSocket socket = ready();
    for (String wrong :
        List.of(
            "{ nothing",
            "subscription { nothing }",
            "subscription { __typename }",
            "subscription { playLive(input: {range: {preset: ALL_TIME}}, every: \"PT0.05S\") { sequence } }",
            "subscription { playLive(input: {range: {preset: ALL_TIME}}, limit: 1001) { sequence } }",
            "subscription { playLive(input: {range: {preset: ALL_TIME}}) { aggregate { rows { cursor } } } }")) {
      socket.subscribe("e", wrong);
      JsonObject error = socket.next();
      assertEquals("error", error.getString("type"), wrong);
      assertEquals("e", error.getString("id"));
      assertFalse(error.getJsonArray("payload").isEmpty());
      String code =
          error
              .getJsonArray("payload")
              .getJsonObject(0)
              .getJsonObject("extensions")
              .getString("code");
      assertFalse(code.equals("INTERNAL"), error.encode());
    }
    live.isFull = true;
    socket.subscribe("e", LIVE);
    JsonObject extensions =
        socket.next().getJsonArray("payload").getJsonObject(0).getJsonObject("extensions");
    assertEquals("OVERLOADED", extensions.getString("code"));
    assertEquals(1_000, extensions.getInteger("retryAfterMs"));
    socket.send("{\"type\":\"ping\",\"payload\":{\"a\":1}}");
    assertEquals(new JsonObject("{\"type\":\"pong\",\"payload\":{\"a\":1}}"), socket.next());
  }

  @Test
  void closesWith4400OnWhatIsNoMessage() throws Exception {
    for (String wrong :
        List.of(
            "no json",
            "[]",
            "{}",
            "{\"type\":\"start\"}",
            "{\"type\":1}",
            "{\"type\":\"ping\",\"payload\":[]}",
            "{\"type\":\"connection_init\",\"payload\":\"x\"}",
            "{\"type\":\"subscribe\",\"payload\":{\"query\":\"{a}\"}}",
            "{\"type\":\"subscribe\",\"id\":\"\",\"payload\":{\"query\":\"{a}\"}}",
            "{\"type\":\"subscribe\",\"id\":\"1\"}",
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{}}",
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"{a}\",\"variables\":[]}}",
            "{\"type\":\"complete\"}")) {
      TestSocket socket = open();
      socket.send(wrong);
      assertEquals(4400, socket.closeCode(), wrong);
      assertTrue(socket.closeReason().startsWith("Invalid message"), socket.closeReason());
    }
    TestSocket binary = open();
    binary.raw().writeBinaryMessage(Buffer.buffer("{\"type\":\"connection_init\"}"));
    assertEquals(4400, binary.closeCode());
  }

  @Test
  void closesWith4401BeforeTheAcknowledgement() throws Exception {
    TestSocket socket = open();
    socket.subscribe("a", LIVE);
    assertEquals(4401, socket.closeCode());
    assertEquals("Unauthorized", socket.closeReason());
  }

  @Test
  void closesWith4403ForAPageOfAnotherSite() throws Exception {
    TestSocket socket =
        TestSocket.open(
            vertx,
            gateway.port(),
            List.of("graphql-transport-ws"),
            Map.of("Origin", "https://elsewhere.example"));
    assertEquals(4403, socket.closeCode());
    TestSocket own =
        TestSocket.open(
            vertx,
            gateway.port(),
            List.of("graphql-transport-ws"),
            Map.of("Origin", "http://127.0.0.1:" + gateway.port()));
    own.send("{\"type\":\"connection_init\"}");
    assertEquals("connection_ack", own.next().getString("type"));
  }

  @Test
  void closesWith4406WithoutTheSubprotocol() throws Exception {
    assertEquals(4406, TestSocket.open(vertx, gateway.port(), List.of(), Map.of()).closeCode());
  }

  @Test
  void closesWith4408WhereNobodyInitialises() throws Exception {
    start(new SocketOptions(4, 3, 10_000, SHORT, LONG, LONG));
    TestSocket socket = open();
    assertEquals(4408, socket.closeCode());
    assertEquals("Connection initialisation timeout", socket.closeReason());
  }

  @Test
  void closesWith4409WhereAnIdIsTaken() throws Exception {
    TestSocket socket = ready();
    socket.subscribe("a", LIVE);
    live.next();
    socket.subscribe("a", LIVE);
    assertEquals(4409, socket.closeCode());
    assertEquals("Subscriber for a already exists", socket.closeReason());
  }

  @Test
  void closesWith4429AtASecondInit() throws Exception {
    TestSocket socket = ready();
    socket.send("{\"type\":\"connection_init\"}");
    assertEquals(4429, socket.closeCode());
    assertEquals("Too many initialisation requests", socket.closeReason());
  }

  @Test
  void closesOnAMessageThatIsTooLong() throws Exception {
    TestSocket socket = ready();
    socket.subscribe("a", "#" + "x".repeat(20_000));
    assertEquals(1009, socket.closeCode());
    ready();
  }

  @Test
  void aClosedSocketStopsWhatItAskedFor() throws Exception {
    TestSocket socket = ready();
    socket.subscribe("a", LIVE);
    live.next();
    socket.subscribe("q", "{ play { values(dimension: COUNTRY, prefix: \"slow\") { value } } }");
    assertTrue(ports.started.await(20, TimeUnit.SECONDS));
    socket.close();
    assertTrue(ports.cancelled.await(20, TimeUnit.SECONDS));
    assertEquals(1, live.closed.get());
  }

  @Test
  void aSocketHasSoManyOperations() throws Exception {
    TestSocket socket = ready();
    for (String id : List.of("a", "b", "c")) {
      socket.subscribe(id, LIVE);
      live.next();
    }
    socket.subscribe("d", LIVE);
    JsonObject error = socket.next();
    assertEquals("d", error.getString("id"));
    assertEquals(
        "LIMIT_TOO_LARGE",
        error
            .getJsonArray("payload")
            .getJsonObject(0)
            .getJsonObject("extensions")
            .getString("code"));
    socket.send("{\"id\":\"a\",\"type\":\"complete\"}");
    socket.subscribe("d", LIVE);
    live.next().tell();
    assertEquals("d", socket.next().getString("id"));
  }

  @Test
  void theServerPingsAndTakesTheSilentForGone() throws Exception {
    start(new SocketOptions(4, 3, 10_000, LONG, SHORT, LONG));
    TestSocket socket = ready();
    socket.nextPing();
    socket.send("{\"type\":\"pong\"}");
    socket.nextPing();
    start(new SocketOptions(4, 3, 10_000, LONG, SHORT, Duration.ofMillis(1)));
    assertEquals(1008, ready().closeCode());
  }

  @Test
  void aClientThatDoesNotReadIsAskedForNoMore() throws Exception {
    TestSocket stalled = ready();
    stalled.subscribe(
        "a",
        LIVE.replace("{ sequence }", "{ ...F } } fragment F on PlayLive { " + aliases() + " "));
    Followed followed = live.next();
    followed.tell();
    stalled.next();
    stalled.raw().pause();
    int told = 1;
    while (followed.requests.poll(1, TimeUnit.SECONDS) != null) {
      followed.requests.add(true);
      followed.tell();
      told++;
      assertTrue(told < 100_000, "it never ends");
    }
    // Others are served meanwhile.
    TestSocket quick = ready();
    quick.subscribe("b", LIVE);
    live.next().tell();
    assertEquals(1, sequence(quick.next()));
    stalled.raw().resume();
    for (int i = 1; i < told; i++) {
      stalled.next();
    }
    followed.tell();
    stalled.next();
  }

  /// Makes an update large, so that few fill what is between server and client.
  private static String aliases() {
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i < 90; i++) {
      fields
          .append("a_rather_long_name_so_that_it_weighs_".repeat(2))
          .append(i)
          .append(": sequence ");
    }
    return fields.toString();
  }

  @Test
  void thereIsRoomForSoManySockets() throws Exception {
    for (int i = 0; i < 4; i++) {
      ready();
    }
    ExecutionException refused = assertThrows(ExecutionException.class, this::open);
    assertTrue(refused.getMessage().contains("503"), refused.getMessage());
  }

  private static int sequence(JsonObject next) {
    return next.getJsonObject("payload")
        .getJsonObject("data")
        .getJsonObject("playLive")
        .getInteger("sequence");
  }

  private static String code(JsonObject payload) {
    return payload
        .getJsonArray("errors")
        .getJsonObject(0)
        .getJsonObject("extensions")
        .getString("code");
  }
}
