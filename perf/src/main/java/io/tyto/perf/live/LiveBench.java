package io.tyto.perf.live;

import io.tyto.perf.Folders;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto bench live`.
@Command(
    name = "live",
    mixinStandardHelpOptions = true,
    description = {
      "Clients follow live queries over WebSockets while events come: how old a batch is when a client"
          + " first sees it, and what the server's process weighs. One client more reads nothing."
    })
public final class LiveBench implements Callable<Integer> {
  private static final String CONFIG =
      """
      collection: hit
      time: ts
      fields:
        ts:      { type: timestamp }
        kind:    { type: string }
        country: { type: string }
        batch:   { type: long }
      """;
  private static final int BATCHES_A_SECOND = 10;
  private static final int COUNTRIES = 7;
  private static final int FIRST_SECONDS = 120;
  private static final int HEAP_MEGABYTES = 768;
  private static final int SETTLE_SECONDS = 60;

  @Spec private CommandSpec spec;

  @Option(names = "--seconds", defaultValue = "600", description = "default: 600")
  private int seconds;

  @Option(names = "--clients", defaultValue = "1000", description = "default: 1,000")
  private int clients;

  @Option(names = "--queries", defaultValue = "20", description = "different ones (default: 20)")
  private int queries;

  @Option(names = "--rate", defaultValue = "5000", description = "events a second (default: 5,000)")
  private int rate;

  @Option(names = "--every", defaultValue = "PT1S", description = "default: PT1S")
  private String every;

  private final NavigableMap<Long, Long> sentNanos = new ConcurrentSkipListMap<>();
  private final LagTimes lags = new LagTimes();
  private final List<LiveClient> all = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private long sent;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Path folder =
        Path.of(System.getProperty("java.io.tmpdir"))
            .resolve("tyto-bench-live-" + System.getProperty("user.name"));
    if (Files.exists(folder)) {
      Folders.delete(folder);
    }
    Path configs = Files.createDirectories(folder.resolve("config"));
    Files.writeString(configs.resolve("hit.yaml"), CONFIG);
    Vertx vertx = Vertx.vertx();
    try (ServerProcess server = ServerProcess.start(folder, configs, HEAP_MEGABYTES)) {
      WebSocketClient sockets =
          vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(clients + 10));
      send(server, 0); // so that every query has rows when it is first asked
      connect(server, sockets);
      boolean isRight = run(server, sockets, out) & compare(server, out);
      return isRight ? 0 : 1;
    } finally {
      http.shutdownNow();
      vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }

  private void connect(ServerProcess server, WebSocketClient sockets) throws Exception {
    for (int i = 0; i < clients; i++) {
      LiveClient client = new LiveClient(i % queries, sentNanos, lags);
      client.open(sockets, server.port(), every, false);
      all.add(client);
    }
  }

  private boolean run(ServerProcess server, WebSocketClient sockets, PrintWriter out)
      throws Exception {
    LiveClient stalled = stall(server, sockets);
    long began = System.nanoTime();
    long firstAnon = 0;
    int stalls = 1;
    for (int batch = 1; batch <= seconds * BATCHES_A_SECOND; batch++) {
      send(server, batch);
      if (stalled.isClosed()) {
        stalled = stall(server, sockets);
        stalls++;
      }
      long due = began + batch * (1_000_000_000L / BATCHES_A_SECOND);
      Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      if (batch % (60 * BATCHES_A_SECOND) == 0) {
        tell(server, batch / BATCHES_A_SECOND, out);
        lags.clear();
      }
      if (batch == Math.min(FIRST_SECONDS, seconds / 2) * BATCHES_A_SECOND) {
        firstAnon = server.megabytes("RssAnon");
      }
    }
    double took = (System.nanoTime() - began) / 1e9;
    long lastAnon = server.megabytes("RssAnon");
    long updates = all.stream().mapToLong(LiveClient::updates).sum();
    out.printf(
        "%,.0f events/s, %,.0f updates/s, %.2f cores of the server; %d stalled clients, one after the other%n",
        sent / took, updates / took, server.cpu().toMillis() / 1e3 / took, stalls);
    out.printf(
        "memory of its own %,d MB after %d s, %,d MB at the end: %+.1f %% (goal: within 10 %%)%n",
        firstAnon,
        Math.min(FIRST_SECONDS, seconds / 2),
        lastAnon,
        100.0 * (lastAnon - firstAnon) / firstAnon);
    out.flush();
    return lastAnon <= firstAnon * 1.1;
  }

  private LiveClient stall(ServerProcess server, WebSocketClient sockets) throws Exception {
    LiveClient stalled = new LiveClient(0, sentNanos, new LagTimes());
    stalled.open(sockets, server.port(), "PT0.1S", true);
    return stalled;
  }

  private void tell(ServerProcess server, int second, PrintWriter out) throws IOException {
    out.printf(
        "%4d s: lag p50 %,d ms, p99 %,d ms, p99.9 %,d ms of %,d batches seen; %,d MB of its own, %,d MB resident%n",
        second,
        lags.quantile(0.5),
        lags.quantile(0.99),
        lags.quantile(0.999),
        lags.size(),
        server.megabytes("RssAnon"),
        server.megabytes("VmRSS"));
    out.flush();
  }

  private void send(ServerProcess server, long batch) throws Exception {
    StringBuilder events = new StringBuilder();
    int size = rate / BATCHES_A_SECOND;
    for (int i = 0; i < size; i++) {
      events
          .append("{\"ts\":\"2026-03-01T00:00:00Z\",\"kind\":\"k")
          .append(i % queries)
          .append("\",\"country\":\"c")
          .append((i / queries + batch) % COUNTRIES)
          .append("\",\"batch\":")
          .append(batch)
          .append("}\n");
    }
    sentNanos.put(batch, System.nanoTime());
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port() + "/v1/collections/hit/events"))
            .timeout(Duration.ofSeconds(60))
            .POST(BodyPublishers.ofString(events.toString()))
            .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 202) {
      throw new IllegalStateException("events were refused: " + response.body());
    }
    sent += size;
  }

  /// Whether each client was told last what the same query answers now.
  private boolean compare(ServerProcess server, PrintWriter out) throws Exception {
    int wrong = 0;
    for (int kind = 0; kind < queries; kind++) {
      JsonObject expected = ask(server, kind);
      for (LiveClient client : all) {
        if (client.kind() == kind && !settles(client, expected)) {
          wrong++;
        }
      }
    }
    out.printf(
        "%,d of %,d clients were told last what the same query answers%n",
        clients - wrong, clients);
    out.flush();
    return wrong == 0;
  }

  private static boolean settles(LiveClient client, JsonObject expected)
      throws InterruptedException {
    for (int i = 0; i < SETTLE_SECONDS * 10 && !expected.equals(client.last()); i++) {
      Thread.sleep(100);
    }
    return expected.equals(client.last());
  }

  private JsonObject ask(ServerProcess server, int kind) throws Exception {
    String query =
        "{ hit { aggregate"
            + LiveClient.selection(kind)
                .formatted("", "rows { key { country } measures { count batch { max } } }")
            + " } }";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/graphql"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(new JsonObject().put("query", query).encode()))
            .build();
    return new JsonObject(http.send(request, BodyHandlers.ofString()).body())
        .getJsonObject("data")
        .getJsonObject("hit")
        .getJsonObject("aggregate");
  }
}
