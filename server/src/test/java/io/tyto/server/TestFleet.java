package io.tyto.server;

import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.cli.CommandRunner;
import io.tyto.server.cli.CommandRunner.Outcome;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.testkit.kafka.KafkaBroker;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/// Processes of a cluster, all within this one: they share a folder, and read a topic of a real
/// broker. Each keeps its name and its address over restarts. Thread-safe but for starts and stops.
final class TestFleet implements AutoCloseable {
  static final String QUERY =
      """
      { play { aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}]}) {
        totals { count user { countDistinct } amount { sum } }
        rows { key { country } measures { count amount { sum } } } } } }
      """;

  private final KafkaBroker broker = KafkaBroker.shared();
  private final String topic = "cluster-" + UUID.randomUUID();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path data;
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Map<String, TytoServer> servers =
      Collections.synchronizedMap(new LinkedHashMap<>());

  /// @param names of all that will ever be
  TestFleet(Path data, int partitions, String... names) throws IOException {
    this.data = data;
    broker.createTopic(topic, partitions);
    for (String name : names) {
      ports.put(name, twoFreePorts());
    }
  }

  /// A port whose next one is free as well.
  private static int twoFreePorts() throws IOException {
    while (true) {
      try (ServerSocket one = new ServerSocket(0);
          ServerSocket _ = new ServerSocket(one.getLocalPort() + 1)) {
        return one.getLocalPort();
      } catch (IOException e) {
        if (!String.valueOf(e.getMessage()).contains("in use")) {
          throw e;
        }
      }
    }
  }

  private ConfigFile config() {
    return new ConfigFile(
        "play.yaml",
        """
        collection: play
        time: ts
        entity: { name: user, key: user }
        fields:
          ts: { type: timestamp }
          user: { type: string }
          country: { type: string }
          amount: { type: long }
        source: { kafka: { topic: %s, partitioner: murmur2 } }
        """
            .formatted(topic));
  }

  /// What a process is started with, or would be.
  Map<Setting, String> settings(String name, String role) {
    Map<Setting, String> values = new HashMap<>();
    values.put(Setting.DATA, data.toString());
    values.put(Setting.LISTEN, "127.0.0.1:0");
    values.put(Setting.ACCESS, "open");
    values.put(Setting.OWNERSHIP, "group");
    values.put(Setting.NODE, name);
    values.put(Setting.ROLE, role);
    values.put(Setting.KAFKA_BROKERS, broker.bootstrap());
    values.put(Setting.KAFKA_GROUP, topic);
    values.put(Setting.CLUSTER_NAME, topic);
    values.put(Setting.CLUSTER_LISTEN, "127.0.0.1:" + ports.get(name));
    values.put(
        Setting.CLUSTER_SEEDS,
        String.join(",", ports.values().stream().map(port -> "127.0.0.1:" + port).toList()));
    return values;
  }

  TytoServer start(String name, String role) {
    Settings settings = Settings.resolve(null, Map.of(), settings(name, role));
    TytoServer server =
        TytoServer.start(
            settings, servers.isEmpty() ? List.of(config()) : List.of(), Clock.systemUTC());
    servers.put(name, server);
    return server;
  }

  void stop(String name) {
    Objects.requireNonNull(servers.remove(name)).close();
  }

  /// Runs `tyto cluster ...`, asking one of them.
  Outcome operate(String asked, String... arguments) {
    List<String> all = new ArrayList<>(List.of("cluster"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--data", data.toString(), "--node", asked));
    return CommandRunner.capture(all.toArray(String[]::new));
  }

  TytoServer server(String name) {
    return Objects.requireNonNull(servers.get(name));
  }

  List<TytoServer> servers() {
    return List.copyOf(servers.values());
  }

  String post(TytoServer server, String path, String type, String body) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.address() + path))
              .header("Content-Type", type)
              .POST(BodyPublishers.ofString(body))
              .build();
      return http.send(request, BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  String get(TytoServer server, String path) {
    try {
      URI uri = URI.create(server.commandAddress() + path);
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  JsonObject ask(TytoServer server) {
    return ask(server, QUERY);
  }

  JsonObject ask(TytoServer server, String query) {
    String body = new JsonObject().put("query", query).encode();
    return new JsonObject(post(server, "/graphql", "application/json", body));
  }

  static JsonObject aggregate(JsonObject answer) {
    JsonObject data = answer.getJsonObject("data");
    JsonObject play = data == null ? null : data.getJsonObject("play");
    JsonObject aggregate = play == null ? null : play.getJsonObject("aggregate");
    return aggregate == null ? new JsonObject() : aggregate;
  }

  /// -1 where there was no answer.
  static long count(JsonObject answer) {
    JsonObject totals = aggregate(answer).getJsonObject("totals");
    return totals == null ? -1 : totals.getLong("count");
  }

  void awaitCount(TytoServer server, long expected) throws InterruptedException {
    for (int turn = 0; ; turn++) {
      JsonObject answer = ask(server);
      if (count(answer) == expected) {
        return;
      }
      if (turn == 300) {
        throw new AssertionError("after 30 s: %s instead of %d".formatted(answer, expected));
      }
      Thread.sleep(100);
    }
  }

  static void await(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      Thread.sleep(100);
    }
  }

  /// Events, whose answer is how many were taken.
  int send(TytoServer server, int from, int count) {
    StringBuilder events = new StringBuilder();
    for (int i = from; i < from + count; i++) {
      events.append(
          "{\"ts\":\"2026-03-01T00:00:00Z\",\"user\":\"u%d\",\"country\":\"c%d\",\"amount\":%d}\n"
              .formatted(i % 50, i % 3, i));
    }
    String answer =
        post(server, "/v1/collections/play/events", "application/x-ndjson", events.toString());
    Integer accepted = new JsonObject(answer).getInteger("accepted");
    if (accepted == null) {
      throw new AssertionError(answer);
    }
    return accepted;
  }

  @Override
  public void close() {
    http.shutdownNow();
    servers.values().forEach(TytoServer::close);
  }
}
