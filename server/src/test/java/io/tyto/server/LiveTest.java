package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.LiveService.Following;
import io.tyto.model.port.LiveService.Listener;
import io.tyto.model.query.EventsQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.result.EventsUpdate;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Subscriptions over a real server: aggregates end in the answer of the same query, events are
/// told once each.
final class LiveTest {
  private static final int SECONDS = 60;
  private static final String CONFIG =
      """
      collection: hit
      time: ts
      fields:
        ts:      { type: timestamp }
        n:       { type: long }
        country: { type: string }
      """;

  private static final String SPEND =
      """
      collection: spend
      entity: { name: user, key: u }
      fields: { u: string, n: long }
      anomalies: { odd: { value: n, after: 5 } }
      """;

  private static final String ODD =
      """
      collection: oddSpend
      entity: { name: user, key: u }
      fields: { u: string, n: long, rule: string }
      source: { alertsOf: spend }
      """;

  @TempDir Path folder;
  private TytoServer server;
  private int sent;

  @BeforeEach
  void start() {
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(
                Setting.DATA,
                folder.resolve("data").toString(),
                Setting.LISTEN,
                "127.0.0.1:0",
                Setting.ACCESS,
                "open"));
    server =
        TytoServer.start(
            settings,
            List.of(
                new ConfigFile("hit.yaml", CONFIG),
                new ConfigFile("miss.yaml", CONFIG.replace("hit", "miss")),
                new ConfigFile("spend.yaml", SPEND),
                new ConfigFile("odd.yaml", ODD)),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void theLastUpdateIsWhatTheSameQueryAnswers() throws Exception {
    String input = "input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}]}";
    String selection = "{ rows { key { country } measures { count n { sum } } } totals { count } }";
    Vertx vertx = Vertx.vertx();
    WebSocketClient client = vertx.createWebSocketClient();
    List<AtomicReference<@Nullable JsonObject>> last = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        last.add(new AtomicReference<>());
        subscribe(
            client,
            "subscription { hitLive(%s, every: \"PT0.1S\") { aggregate %s } }"
                .formatted(input, selection),
            last.getLast());
      }
      for (int batch = 0; batch < 20; batch++) {
        ingest(200);
        if (batch % 7 == 6) {
          server.node().flush();
        }
      }
      JsonObject expected =
          query("{ hit { aggregate(%s) %s } }".formatted(input, selection))
              .getJsonObject("data")
              .getJsonObject("hit");
      assertEquals(
          4_000, expected.getJsonObject("aggregate").getJsonObject("totals").getInteger("count"));
      for (AtomicReference<@Nullable JsonObject> one : last) {
        awaitEqual(expected, one);
      }
      assertEquals(1, server.live().load().queries());
      assertEquals(8, server.live().load().followers());
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void awaitEqual(JsonObject expected, AtomicReference<@Nullable JsonObject> last)
      throws InterruptedException {
    for (int i = 0; i < SECONDS * 20 && !expected.equals(last.get()); i++) {
      Thread.sleep(50);
    }
    assertEquals(expected, last.get());
  }

  private void subscribe(
      WebSocketClient client, String query, AtomicReference<@Nullable JsonObject> last)
      throws Exception {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions()
            .setAbsoluteURI(server.address().replace("http:", "ws:") + "/graphql");
    options.addSubProtocol("graphql-transport-ws");
    WebSocket socket =
        client
            .connect(options)
            .toCompletionStage()
            .toCompletableFuture()
            .get(SECONDS, TimeUnit.SECONDS);
    socket.textMessageHandler(text -> {
      JsonObject message = new JsonObject(text);
      if ("next".equals(message.getString("type"))) {
        last.set(message.getJsonObject("payload").getJsonObject("data").getJsonObject("hitLive"));
      }
    });
    socket.writeTextMessage("{\"type\":\"connection_init\"}");
    socket.writeTextMessage(
        new JsonObject()
            .put("id", "1")
            .put("type", "subscribe")
            .put("payload", new JsonObject().put("query", query))
            .encode());
  }

  private JsonObject query(String query) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(new JsonObject().put("query", query).encode()))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return new JsonObject(http.send(request, BodyHandlers.ofString()).body());
    }
  }

  @Test
  void eventsGoOnFromAnOffsetWithoutLossOrRepetitionAcrossSeals() throws Exception {
    ingest(50); // before anybody follows: told to nobody
    List<Long> told = new ArrayList<>();
    String offset;
    try (Events events = new Events(null, 10)) {
      ingest(95);
      offset = events.take(told, 95);
    }
    assertEquals(numbers(50, 145), new HashSet<>(told));
    for (int round = 0; round < 4; round++) {
      int before = sent;
      ingest(40);
      server.node().flush();
      ingest(40);
      try (Events events = new Events(offset, 7)) {
        offset = events.take(told, 35); // leaves in the middle
        server.node().flush();
        server.node().maintain();
      }
      try (Events events = new Events(offset, 1_000)) {
        offset = events.take(told, sent - before - 35);
      }
    }
    assertEquals(sent - 50, told.size());
    assertEquals(numbers(50, sent), new HashSet<>(told));
    List<Long> all = new ArrayList<>(told);
    try (Events events = new Events(offset, 10)) {
      ingest(1);
      events.take(all, 1);
    }
    assertEquals(sent - 1, all.getLast());
  }

  @Test
  void eventStreamsThatBreakGoOnWithoutLossOrRepetition() throws Exception {
    ingest(10); // before anybody follows: told to nobody
    List<Long> told = new ArrayList<>();
    try (HttpClient http = HttpClient.newHttpClient()) {
      String id = follow(http, "", told, 0);
      for (int round = 1; round <= 5; round++) {
        ingest(20);
        if (round % 2 == 0) {
          server.node().flush();
        }
        id = follow(http, id, told, round * 15); // leaves in the middle
      }
      follow(http, id, told, 100);
    }
    List<Long> inOrder = new ArrayList<>();
    for (long n = 10; n < sent; n++) {
      inOrder.add(n);
    }
    assertEquals(inOrder, told);
  }

  /// Follows as a browser does, which says how far it has heard, until so much was told in all, or
  /// the stream is open.
  private String follow(HttpClient http, String lastId, List<Long> told, int count)
      throws Exception {
    String query = "subscription { hitEvents(maxBatch: 7) { events { n } } }";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream")
            .timeout(Duration.ofSeconds(SECONDS))
            .POST(BodyPublishers.ofString(new JsonObject().put("query", query).encode()));
    if (!lastId.isEmpty()) {
      request.header("Last-Event-ID", lastId);
    }
    String id = "";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                http.send(request.build(), BodyHandlers.ofInputStream()).body(),
                StandardCharsets.UTF_8))) {
      while (id.isEmpty() || told.size() < count) {
        String line = lines.readLine();
        assertNotNull(line, "the stream has ended");
        if (line.startsWith("id: ")) {
          id = line.substring("id: ".length());
        } else if (line.startsWith("data: ")) {
          JsonObject data = new JsonObject(line.substring("data: ".length()));
          data.getJsonObject("data").getJsonObject("hitEvents").getJsonArray("events").stream()
              .forEach(event -> told.add(Long.valueOf(((JsonObject) event).getString("n"))));
        }
      }
    }
    return id;
  }

  @Test
  void onlyWhatPassesIsTold() throws Exception {
    EventsQuery some =
        new EventsQuery(
            "hit",
            new Filter.Compare("country", Filter.Op.EQ, "DE", false),
            List.of("n", "country"),
            1,
            null,
            100);
    List<Long> told = new ArrayList<>();
    try (Events events = new Events(some)) {
      ingest(100);
      events.take(told, 50);
      ingest(2);
      events.take(told, 1);
    }
    assertTrue(told.stream().allMatch(n -> n % 2 == 0), told.toString());
    EventsQuery sampled = new EventsQuery("hit", null, List.of("n"), 0.25, null, 1_000);
    List<Long> chosen = new ArrayList<>();
    try (Events events = new Events(sampled)) {
      ingest(4_000);
      while (chosen.size() < 700) {
        events.take(chosen, 1);
      }
    }
    assertTrue(chosen.size() < 1_300, chosen.size() + " of 4000");
  }

  @Test
  void aListenerThatLagsLosesRowsAndIsToldHowMany() throws Exception {
    List<Long> told = new ArrayList<>();
    try (Events slow = new Events(new EventsQuery("hit", null, List.of("n"), 1, null, 100));
        Events quick = new Events(new EventsQuery("hit", null, List.of("n"), 1, null, 1_000))) {
      slow.isHolding = true;
      ingest(1);
      assertEquals(1, slow.next().rowCount());
      for (int i = 0; i < 11; i++) {
        ingest(1_000);
        quick.take(told, i == 0 ? 1_001 : 1_000);
      }
      slow.isHolding = false;
      slow.following.request();
      EventsUpdate lost = slow.next();
      assertEquals(0, lost.rowCount());
      assertEquals(11_000, lost.dropped());
      ingest(5);
      List<Long> after = new ArrayList<>();
      slow.take(after, 5);
      assertEquals(numbers(sent - 5, sent), new HashSet<>(after));
    }
    assertEquals(11_001, told.size());
  }

  @Test
  void alertsAreToldAsTheyAreRaisedAndGoOnFromAnOffset() throws Exception {
    List<Long> told = new ArrayList<>();
    String offset;
    try (Events events = new Events(alerts(null))) {
      spend(10, 11, 10, 12, 11, 10, 999);
      offset = events.take(told, 1);
    }
    server.node().flush();
    spend(12, 888_888);
    try (Events events = new Events(alerts(offset))) {
      events.take(told, 1);
    }
    assertEquals(List.of(999L, 888_888L), told);
    JsonObject answer =
        query("{ oddSpend { records(range: {preset: ALL_TIME}, first: 9) { nodes { n rule } } } }");
    assertEquals(2, answer.toString().split("\"rule\":\"odd\"", -1).length - 1, answer.toString());
  }

  private static EventsQuery alerts(@Nullable String offset) {
    return new EventsQuery("oddSpend", null, List.of("n", "rule"), 1, offset, 10);
  }

  private void spend(long... amounts) throws Exception {
    StringBuilder text = new StringBuilder();
    for (long amount : amounts) {
      text.append("{\"u\":\"one\",\"n\":%d}\n".formatted(amount));
    }
    byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
    var result = server.node().ingest("spend", body, Caller.SYSTEM).get(SECONDS, TimeUnit.SECONDS);
    assertEquals(amounts.length, result.accepted());
  }

  @Test
  void anOffsetOfAnotherCollectionIsRefused() throws Exception {
    String offset;
    try (Events events = new Events(null, 10)) {
      ingest(1);
      offset = events.take(new ArrayList<>(), 1);
    }
    EventsQuery other = new EventsQuery("miss", null, List.of("n"), 1, offset, 10);
    TytoException refused = assertThrows(TytoException.class, () -> new Events(other));
    assertEquals(ErrorCode.CURSOR_INVALID, refused.code());
    assertEquals(0, server.live().load().eventFollowers());
  }

  private static Set<Long> numbers(long from, long to) {
    Set<Long> numbers = new HashSet<>();
    for (long n = from; n < to; n++) {
      numbers.add(n);
    }
    return numbers;
  }

  private void ingest(int events) throws Exception {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < events; i++, sent++) {
      text.append(
          "{\"ts\":\"2026-03-01T00:00:%02dZ\",\"n\":%d,\"country\":\"%s\"}\n"
              .formatted(sent % 60, sent, sent % 2 == 0 ? "DE" : "FR"));
    }
    var result =
        server
            .node()
            .ingest("hit", text.toString().getBytes(StandardCharsets.UTF_8), Caller.SYSTEM)
            .get(SECONDS, TimeUnit.SECONDS);
    assertEquals(events, result.accepted());
  }

  /// Follows events from the moment it is made.
  private final class Events implements Listener<EventsUpdate>, AutoCloseable {
    private final BlockingQueue<EventsUpdate> updates = new LinkedBlockingQueue<>();
    private final Following following;
    private volatile @Nullable TytoException failure;
    private volatile boolean isHolding;

    Events(@Nullable String offset, int maxBatch) {
      this(new EventsQuery("hit", null, List.of("n"), 1, offset, maxBatch));
    }

    Events(EventsQuery query) {
      following = server.live().events(query, Caller.SYSTEM, this);
      following.request();
    }

    EventsUpdate next() throws InterruptedException {
      EventsUpdate update = updates.poll(SECONDS, TimeUnit.SECONDS);
      assertNull(failure);
      assertNotNull(update, "nothing was told");
      return update;
    }

    /// Takes at least so many rows; the offset behind them.
    String take(List<Long> told, int rows) throws InterruptedException {
      String offset = "";
      for (int taken = 0; taken < rows; ) {
        EventsUpdate update = next();
        assertEquals(update.rowCount(), new HashSet<>(update.ids()).size());
        for (int row = 0; row < update.rowCount(); row++) {
          told.add((Long) update.columns().getFirst().value(row));
        }
        taken += update.rowCount();
        offset = update.offset();
      }
      return offset;
    }

    @Override
    public void next(EventsUpdate update) {
      updates.add(update);
      if (!isHolding) {
        following.request();
      }
    }

    @Override
    public void failed(TytoException cause) {
      failure = cause;
    }

    @Override
    public void ended(@Nullable TytoException cause) {
      failure = cause;
    }

    @Override
    public void close() {
      following.close();
    }
  }
}
