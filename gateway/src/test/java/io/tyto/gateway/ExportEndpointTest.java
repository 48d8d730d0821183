package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.export.ExportOptions;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.ResultColumn;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Streams of results against clients that are slow, that leave, and that take half for whole.
final class ExportEndpointTest {
  private static final int PART_ROWS = 1_000;
  private static final String ASK = "{\"range\":{\"preset\":\"ALL_TIME\"}}";

  @TempDir Path folder;
  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Queue<Rows> opened = new ConcurrentLinkedQueue<>();
  private @Nullable Gateway gateway;

  /// So many parts, or a failure behind them.
  private final class Rows implements RecordStream {
    final AtomicInteger given = new AtomicInteger();
    final CountDownLatch closed = new CountDownLatch(1);
    private final int parts;
    private final @Nullable RuntimeException failure;
    private final QueryContext context;

    Rows(int parts, @Nullable RuntimeException failure, QueryContext context) {
      this.parts = parts;
      this.failure = failure;
      this.context = context;
      opened.add(this);
    }

    @Override
    public @Nullable RecordRows next() {
      context.check();
      int part = given.getAndIncrement();
      if (part == parts && failure != null) {
        throw failure;
      }
      return part < parts ? new Part(part) : null;
    }

    @Override
    public QueryMeta meta() {
      context.check();
      return new QueryMeta(
          context.queryId(), "segments", 1, 1, 1, 1, 0, null, "s", false, List.of(), List.of());
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  /// Rows of a country and a score.
  private record Part(int number) implements RecordRows {
    @Override
    public int rowCount() {
      return PART_ROWS;
    }

    @Override
    public List<ResultColumn> columns() {
      String[] countries = new String[PART_ROWS];
      long[] scores = new long[PART_ROWS];
      Object[] received = new Object[PART_ROWS];
      for (int i = 0; i < PART_ROWS; i++) {
        countries[i] = i % 7 == 0 ? null : "country " + i % 50;
        scores[i] = (long) number * PART_ROWS + i;
        received[i] = java.time.Instant.EPOCH;
      }
      return List.of(
          new ResultColumn.Objects(countries),
          new ResultColumn.Longs(scores, new BitSet()),
          new ResultColumn.Objects(received));
    }

    @Override
    public List<String> ids() {
      return List.of();
    }
  }

  private void start(int parts, @Nullable RuntimeException failure, ExportOptions options) {
    ports.streams = context -> new Rows(parts, failure, context);
    GatewayOptions defaults = GatewayOptions.defaults();
    gateway = Gateway.start(defaults.withExports(options), ports, ports, ports, Clock.systemUTC());
  }

  private ExportOptions options(Duration stall, int concurrency, long bytes, Duration keep) {
    return new ExportOptions(
        Duration.ofMinutes(2), stall, concurrency, folder.resolve("exports"), bytes, keep);
  }

  private ExportOptions options() {
    return options(Duration.ofMinutes(1), 4, 1 << 30, Duration.ofHours(1));
  }

  @AfterEach
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  private int port() {
    return java.util.Objects.requireNonNull(gateway).port();
  }

  /// A connection on which everything can be seen; closed by the server after one answer.
  private Socket ask(String accept, String... headers) throws IOException {
    Socket socket = new Socket("127.0.0.1", port());
    socket.setSoTimeout(30_000);
    String head =
        "POST /v1/collections/play/records HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: %d\r\nAccept: %s\r\n%s\r\n"
                .formatted(
                    ASK.length(),
                    accept,
                    headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n");
    socket.getOutputStream().write((head + ASK).getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String all(Socket socket) throws IOException {
    try (socket) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private HttpResponse<String> send(String method, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .method(
                method,
                method.equals("POST") ? BodyPublishers.ofString(ASK) : BodyPublishers.noBody());
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void trailersSayThatItIsAllToWhomeverTakesThem() throws Exception {
    start(3, null, options());
    String csv = all(ask("text/csv", "TE: trailers"));
    assertTrue(csv.contains("Trailer: Tyto-Complete, Tyto-Rows\r\n"), csv.substring(0, 400));
    assertTrue(
        csv.endsWith("\r\n0\r\nTyto-Complete: true\r\nTyto-Rows: 3000\r\n\r\n")
            || csv.endsWith("\r\n0\r\nTyto-Rows: 3000\r\nTyto-Complete: true\r\n\r\n"));
    String without = all(ask("text/csv"));
    assertTrue(without.endsWith("\r\n0\r\n\r\n"));
    assertFalse(without.contains("Tyto-Complete"));
  }

  @Test
  void whatFailsInTheMiddleIsNeverWhole() throws Exception {
    start(
        400, new TytoException(ErrorCode.QUERY_TIMEOUT, "reached its deadline: narrow"), options());
    for (String type :
        List.of(
            "text/csv",
            "application/json",
            "application/x-ndjson",
            "application/vnd.apache.arrow.stream",
            "application/vnd.apache.parquet")) {
      String sent = all(ask(type, "TE: trailers"));
      assertTrue(sent.startsWith("HTTP/1.1 200"), type);
      // No last chunk, and so no trailers.
      assertFalse(sent.endsWith("\r\n0\r\n\r\n"), type);
      assertFalse(sent.contains("Tyto-Complete: true"), type);
      assertFalse(sent.contains("\"complete\""), type);
      assertFalse(sent.contains("tyto:complete"), type);
      assertFalse(sent.contains("tyto:meta"), type);
      assertEquals(
          type.equals("application/x-ndjson"),
          sent.contains("{\"_errors\":[{\"message\":\"reached its deadline: narrow\""),
          type);
    }
    // What is broken off is over, too.
    String gone = "status=\"gone\"} 5\n";
    URI metrics =
        URI.create(
            "http://127.0.0.1:%d/metrics"
                .formatted(java.util.Objects.requireNonNull(gateway).adminPort()));
    String told = "";
    for (int i = 0; i < 600 && !told.contains(gone); i++) {
      Thread.sleep(50);
      told = http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString()).body();
    }
    assertTrue(told.contains(gone), told);
  }

  @Test
  void whatFailsBeforeTheFirstRowIsAnOrdinaryError() throws Exception {
    start(0, new TytoException(ErrorCode.MEMORY_LIMIT_EXCEEDED, "too much"), options());
    HttpResponse<String> reply = send("POST", "/v1/collections/play/records", "Accept", "text/csv");
    assertEquals(500, reply.statusCode());
    assertTrue(reply.body().contains("MEMORY_LIMIT_EXCEEDED"), reply.body());
    assertTrue(opened.remove().closed.await(10, TimeUnit.SECONDS));
  }

  @Test
  void nothingPilesUpBeforeASlowReader() throws Exception {
    // About 250 MB if anybody made it.
    start(10_000, null, options());
    Rows rows;
    try (Socket socket = ask("application/x-ndjson")) {
      InputStream in = socket.getInputStream();
      byte[] some = new byte[1 << 16];
      for (int i = 0; i < 20; i++) {
        assertTrue(in.readNBytes(some, 0, some.length) > 0);
        Thread.sleep(20);
      }
      rows = opened.remove();
      int before = rows.given.get();
      Thread.sleep(300);
      // What was read, what the sockets hold (some MB), and what the server may have on its way.
      assertTrue(before < 1_000, before + " parts");
      assertTrue(rows.given.get() - before < 300, rows.given.get() + " after " + before);
      assertEquals(1, rows.closed.getCount());
    }
    assertTrue(rows.closed.await(10, TimeUnit.SECONDS), "the query goes on without its reader");
  }

  @Test
  void whoTakesNothingIsCutOff() throws Exception {
    start(100_000, null, options(Duration.ofMillis(300), 4, 1 << 20, Duration.ofHours(1)));
    try (Socket _ = ask("application/x-ndjson")) {
      while (opened.isEmpty()) {
        Thread.sleep(5);
      }
      assertTrue(opened.remove().closed.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void onlySoManyRunAtOnce() throws Exception {
    start(100_000, null, options(Duration.ofMinutes(1), 1, 1 << 20, Duration.ofHours(1)));
    try (Socket first = ask("text/csv")) {
      assertTrue(first.getInputStream().readNBytes(1 << 10).length > 0);
      HttpResponse<String> second =
          send("POST", "/v1/collections/play/records", "Accept", "text/csv");
      assertEquals(503, second.statusCode());
      assertTrue(second.headers().firstValue("Retry-After").isPresent());
    }
  }

  @Test
  void keptResultsHaveABoundATimeAndAnEnd() throws Exception {
    start(200, null, options(Duration.ofMinutes(1), 1, 100_000, Duration.ofMillis(400)));
    String tooLarge = keep();
    JsonObject failed = finished(tooLarge);
    assertEquals("FAILED", failed.getString("state"));
    assertEquals(
        "LIMIT_TOO_LARGE",
        failed
            .getJsonArray("errors")
            .getJsonObject(0)
            .getJsonObject("extensions")
            .getString("code"));
    assertEquals(404, send("GET", tooLarge + "/result").statusCode());
    assertEquals(List.of(), files());
    ports.streams = context -> new Rows(1, null, context);
    String small = keep();
    assertEquals("DONE", finished(small).getString("state"));
    assertEquals(200, send("GET", small + "/result").statusCode());
    // Until its time has come.
    while (send("GET", small).statusCode() != 404) {
      Thread.sleep(20);
    }
    while (!files().isEmpty()) {
      Thread.sleep(20);
    }
    assertEquals(404, send("GET", small + "/result").statusCode());
    ports.streams = context -> new Rows(Integer.MAX_VALUE, null, context);
  }

  @Test
  void whatIsMadeIsStoppedByDeletingIt() throws Exception {
    start(
        Integer.MAX_VALUE, null, options(Duration.ofMinutes(1), 1, 1L << 40, Duration.ofHours(1)));
    String endless = keep();
    while (opened.isEmpty()) {
      Thread.sleep(5);
    }
    assertEquals(202, send("GET", endless + "/result").statusCode());
    assertEquals(204, send("DELETE", endless).statusCode());
    assertTrue(opened.remove().closed.await(10, TimeUnit.SECONDS));
    assertEquals(404, send("GET", endless).statusCode());
    while (!files().isEmpty()) {
      Thread.sleep(5);
    }
  }

  private List<JsonObject> running() throws Exception {
    int port = java.util.Objects.requireNonNull(gateway).adminPort();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/queries")).build();
    return new JsonObject(http.send(request, BodyHandlers.ofString()).body())
        .getJsonArray("queries").stream().map(JsonObject.class::cast).toList();
  }

  private int kill(String id) throws Exception {
    int port = java.util.Objects.requireNonNull(gateway).adminPort();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/queries/" + id))
            .DELETE()
            .build();
    return http.send(request, BodyHandlers.ofString()).statusCode();
  }

  private void awaitNothingRuns() throws Exception {
    while (!running().isEmpty()) {
      Thread.sleep(5);
    }
  }

  @Test
  void aStreamIsListedAndEndsWhenItIsKilledAlsoBehindASlowReader() throws Exception {
    start(Integer.MAX_VALUE, null, options());
    try (Socket reader = ask("application/x-ndjson")) {
      assertTrue(reader.getInputStream().readNBytes(1 << 10).length > 0);
      JsonObject listed = running().getFirst();
      assertEquals("export play/records", listed.getString("what"));
      assertEquals("[\"play\"]", listed.getJsonArray("collections").encode());
      assertEquals(200, kill(listed.getString("id")));
      // Its reader takes nothing meanwhile.
      assertTrue(opened.remove().closed.await(10, TimeUnit.SECONDS));
      awaitNothingRuns();
    }
  }

  @Test
  void whatIsMadeAndWhatWaitsForItsTurnIsListedAndEndsWhenItIsKilled() throws Exception {
    start(
        Integer.MAX_VALUE, null, options(Duration.ofMinutes(1), 2, 1L << 40, Duration.ofHours(1)));
    // One caller makes one of two at a time.
    String made = keep();
    while (opened.isEmpty()) {
      Thread.sleep(5);
    }
    String waits = keep();
    while (running().size() < 2) {
      Thread.sleep(5);
    }
    for (String path : List.of(waits, made)) {
      String id = new JsonObject(send("GET", path).body()).getString("queryId");
      assertEquals(200, kill(id));
      JsonObject ended = finished(path);
      assertEquals("FAILED", ended.getString("state"));
      assertTrue(ended.getJsonArray("errors").encode().contains("\"CANCELLED\""), path);
    }
    assertEquals(1, opened.size(), "what waited never began");
    assertTrue(opened.remove().closed.await(10, TimeUnit.SECONDS));
    awaitNothingRuns();
    assertEquals(List.of(), files());
  }

  private String keep() throws Exception {
    HttpResponse<String> begun =
        send("POST", "/v1/collections/play/records", "Prefer", "respond-async");
    assertEquals(202, begun.statusCode(), begun.body());
    return begun.headers().firstValue("Location").orElseThrow();
  }

  private JsonObject finished(String path) throws Exception {
    while (true) {
      JsonObject status = new JsonObject(send("GET", path).body());
      if (!List.of("WAITING", "RUNNING").contains(status.getString("state"))) {
        return status;
      }
      Thread.sleep(5);
    }
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder.resolve("exports"))) {
      return files.toList();
    }
  }
}
