package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.export.ExportOptions;
import io.tyto.gateway.limits.CostGate;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.ResultColumn;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whose exports are whose, how many one caller may have, and what becomes of them when it may not
/// be here any more.
final class ExportCallersTest {
  private static final String RECORDS = "/v1/collections/play/records";
  private static final int ENDLESS = Integer.MAX_VALUE;

  @TempDir Path folder;
  private final FakePorts ports = new FakePorts();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, Caller> callers = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<Rows> opened = new LinkedBlockingQueue<>();
  private Gateway gateway;
  private volatile int parts = ENDLESS;

  /// So many rows, one at a time.
  private final class Rows implements RecordStream {
    final CountDownLatch closed = new CountDownLatch(1);
    private final QueryContext context;
    private int given;

    Rows(QueryContext context) {
      this.context = context;
      opened.add(this);
    }

    @Override
    public @Nullable RecordRows next() {
      context.check();
      return given++ < parts ? new OneRow() : null;
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

  private record OneRow() implements RecordRows {
    @Override
    public int rowCount() {
      return 1;
    }

    @Override
    public List<ResultColumn> columns() {
      return List.of(
          new ResultColumn.Objects(new Object[] {"DE"}),
          new ResultColumn.Longs(new long[] {7}, new BitSet()),
          new ResultColumn.Objects(new Object[] {Instant.EPOCH}));
    }

    @Override
    public List<String> ids() {
      return List.of();
    }
  }

  private final class Known implements Authenticator {
    @Override
    public Caller authenticate(Credentials credentials) {
      Caller caller = callers.get(String.valueOf(credentials.bearer()));
      if (caller == null) {
        throw new TytoException(ErrorCode.UNAUTHENTICATED, "no key, or a wrong one");
      }
      return caller;
    }

    @Override
    public boolean isStillValid(Caller caller) {
      return callers.containsValue(caller);
    }
  }

  private static Caller caller(String id, String project, String scope, String tenant) {
    Access access = Access.of(List.of(Scope.parse(scope)), Map.of("tenant", List.of(tenant)));
    return new Caller(id, Caller.Kind.KEY, id, project, access, "default");
  }

  @BeforeEach
  void start() {
    callers.put("anna", caller("anna", "default", "records:*", "1"));
    callers.put("bert", caller("bert", "default", "records:*", "1"));
    ports.streams = Rows::new;
    ExportOptions options =
        new ExportOptions(
            Duration.ofMinutes(2),
            Duration.ofMinutes(1),
            4,
            folder.resolve("exports"),
            1L << 40,
            Duration.ofHours(1));
    gateway =
        Gateway.start(
            GatewayOptions.defaults().withExports(options),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            new FakeLive(),
            ports,
            ports,
            new Guards(new Known(), new CostGate(CostGate.Limits.NONE, 4, Clock.systemUTC())),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    gateway.close();
  }

  private HttpRequest request(String key, String method, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
            .timeout(Duration.ofSeconds(60))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .header("Accept", "text/csv")
            .method(
                method,
                method.equals("POST")
                    ? BodyPublishers.ofString("{\"range\":{\"preset\":\"ALL_TIME\"}}")
                    : BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  private HttpResponse<String> send(String key, String method, String path, String... headers)
      throws Exception {
    return http.send(request(key, method, path, headers), BodyHandlers.ofString());
  }

  /// One that goes on until somebody ends it.
  private InputStream stream(String key) throws Exception {
    HttpResponse<InputStream> streamed =
        http.send(request(key, "POST", RECORDS), BodyHandlers.ofInputStream());
    assertEquals(200, streamed.statusCode());
    return streamed.body();
  }

  private HttpResponse<String> keep(String key) throws Exception {
    return send(key, "POST", RECORDS, "Prefer", "respond-async");
  }

  private String kept(String key) throws Exception {
    HttpResponse<String> begun = keep(key);
    assertEquals(202, begun.statusCode(), begun.body());
    String path = begun.headers().firstValue("Location").orElseThrow();
    while (parts != ENDLESS && !send(key, "GET", path).body().contains("\"DONE\"")) {
      Thread.sleep(2);
    }
    return path;
  }

  private Rows opened() throws InterruptedException {
    return java.util.Objects.requireNonNull(opened.poll(30, TimeUnit.SECONDS), "nobody asked");
  }

  @Test
  void theExportsOfAKeyEndWithIt() throws Exception {
    try (InputStream _ = stream("anna")) {
      Rows streamed = opened();
      kept("anna");
      Rows made = opened();
      Rows others;
      try (InputStream _ = stream("bert")) {
        others = opened();
        callers.remove("anna");
        assertTrue(streamed.closed.await(30, TimeUnit.SECONDS), "it streams on");
        assertTrue(made.closed.await(30, TimeUnit.SECONDS), "it is made all the same");
        assertEquals(1, others.closed.getCount());
      }
      assertTrue(others.closed.await(30, TimeUnit.SECONDS), "its reader has left");
    }
  }

  @Test
  void oneCallerLeavesPlacesForOthers() throws Exception {
    try (InputStream _ = stream("anna");
        InputStream _ = stream("anna")) {
      HttpResponse<String> third = send("anna", "POST", RECORDS);
      assertEquals(429, third.statusCode());
      assertTrue(third.body().contains("CONCURRENCY_LIMITED"), third.body());
      assertTrue(third.headers().firstValue("Retry-After").isPresent());
      try (InputStream _ = stream("bert")) {
        assertEquals(429, send("anna", "POST", RECORDS).statusCode());
      }
    }
  }

  @Test
  void oneCallerKeepsSoManyAndNoMore() throws Exception {
    parts = 1;
    String first = kept("anna");
    for (int i = 1; i < 50; i++) {
      kept("anna");
    }
    HttpResponse<String> oneMore = keep("anna");
    assertEquals(429, oneMore.statusCode());
    assertTrue(oneMore.body().contains("delete those that were fetched"), oneMore.body());
    kept("bert");
    assertEquals(204, send("anna", "DELETE", first).statusCode());
    kept("anna");
  }

  @Test
  void whatIsKeptIsForWhoAskedAndForOperators() throws Exception {
    parts = 1;
    String path = kept("anna");
    callers.put("operator", caller("root", "default", "admin", "1"));
    callers.put("tenant", caller("root", "acme", "admin", "1"));
    callers.put("namesake", caller("anna", "acme", "records:*", "1"));
    assertEquals(200, send("anna", "GET", path + "/result").statusCode());
    assertEquals(200, send("operator", "GET", path + "/result").statusCode());
    for (String other : List.of("bert", "tenant", "namesake")) {
      assertEquals(404, send(other, "GET", path).statusCode(), other);
      assertEquals(404, send(other, "GET", path + "/result").statusCode(), other);
      assertEquals(404, send(other, "DELETE", path).statusCode(), other);
    }
    callers.put("anna", caller("anna", "default", "records:*", "2"));
    assertEquals(404, send("anna", "GET", path + "/result").statusCode(), "rows of others now");
  }
}
