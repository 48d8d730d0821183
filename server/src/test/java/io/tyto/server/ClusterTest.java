package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.tyto.testkit.kafka.KafkaBroker;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes that share a folder and a topic answer together, each with the newest rows of all.
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ClusterTest {
  private static final String QUERY =
      """
      { play { aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}]}) {
        totals { count user { countDistinct } amount { sum } }
        rows { key { country } measures { count amount { sum } } } } } }
      """;

  private static final String RECORDS =
      """
      { play { records(range: {preset: ALL_TIME}, first: 3, orderBy: [{amount: DESC}]) {
        totalCount nodes { amount } } } }
      """;

  private final KafkaBroker broker = KafkaBroker.shared();
  private final String topic = "cluster-" + UUID.randomUUID();
  private final List<TytoServer> servers = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Integer> ports = new ArrayList<>();

  @TempDir Path data;

  @AfterEach
  void stop() {
    http.shutdownNow();
    servers.forEach(TytoServer::close);
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

  private TytoServer start(String node, String role) {
    Map<Setting, String> values = new HashMap<>();
    values.put(Setting.DATA, data.toString());
    values.put(Setting.LISTEN, "127.0.0.1:0");
    values.put(Setting.ACCESS, "open");
    values.put(Setting.OWNERSHIP, "group");
    values.put(Setting.NODE, node);
    values.put(Setting.ROLE, role);
    values.put(Setting.KAFKA_BROKERS, broker.bootstrap());
    values.put(Setting.KAFKA_GROUP, topic);
    values.put(Setting.CLUSTER_NAME, topic);
    values.put(Setting.CLUSTER_LISTEN, "127.0.0.1:" + ports.get(servers.size()));
    values.put(
        Setting.CLUSTER_SEEDS,
        String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList()));
    Settings settings = Settings.resolve(null, Map.of(), values);
    TytoServer server =
        TytoServer.start(
            settings, servers.isEmpty() ? List.of(config()) : List.of(), Clock.systemUTC());
    servers.add(server);
    return server;
  }

  private String post(TytoServer server, String path, String type, String body) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.address() + path))
              .header("Content-Type", type)
              .POST(BodyPublishers.ofString(body))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private JsonObject ask(TytoServer server) {
    return new JsonObject(
        post(
            server, "/graphql", "application/json", new JsonObject().put("query", QUERY).encode()));
  }

  private static JsonObject aggregate(JsonObject answer) {
    JsonObject data = answer.getJsonObject("data");
    JsonObject play = data == null ? null : data.getJsonObject("play");
    JsonObject aggregate = play == null ? null : play.getJsonObject("aggregate");
    return aggregate == null ? new JsonObject() : aggregate;
  }

  private long count(TytoServer server) {
    JsonObject totals = aggregate(ask(server)).getJsonObject("totals");
    return totals == null ? -1 : totals.getLong("count");
  }

  private void awaitCount(TytoServer server, long expected) throws InterruptedException {
    for (int turn = 0; count(server) != expected; turn++) {
      assertTrue(turn < 300, () -> "after 30 s: " + ask(server));
      Thread.sleep(100);
    }
  }

  private static void await(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      Thread.sleep(100);
    }
  }

  private void send(TytoServer server, int from, int count) {
    StringBuilder events = new StringBuilder();
    for (int i = from; i < from + count; i++) {
      events.append(
          "{\"ts\":\"2026-03-01T00:00:00Z\",\"user\":\"u%d\",\"country\":\"c%d\",\"amount\":%d}\n"
              .formatted(i % 50, i % 3, i));
    }
    String answer =
        post(server, "/v1/collections/play/events", "application/x-ndjson", events.toString());
    assertEquals(count, new JsonObject(answer).getInteger("accepted"), answer);
  }

  @Test
  void everyProcessAnswersWithTheNewestRowsOfAll() throws Exception {
    broker.createTopic(topic, 6);
    for (int i = 0; i < 3; i++) {
      ports.add(twoFreePorts());
    }
    TytoServer a = start("a", "all");
    TytoServer b = start("b", "all");
    TytoServer gateway = start("g", "gateway");
    int group = a.node().collections().getFirst().groupId();
    await(() ->
        a.node().owned().getOrDefault(group, List.of()).size() == 3
            && b.node().owned().getOrDefault(group, List.of()).size() == 3);
    assertEquals(Map.of(), gateway.node().owned());
    send(gateway, 0, 900);
    // Nothing is sealed within the time of this test: a follower alone would answer 0.
    for (TytoServer server : servers) {
      awaitCount(server, 900);
    }
    JsonObject expected = aggregate(ask(a));
    assertEquals(
        50, expected.getJsonObject("totals").getJsonObject("user").getLong("countDistinct"));
    assertEquals(
        899L * 900 / 2, expected.getJsonObject("totals").getJsonObject("amount").getLong("sum"));
    assertEquals(3, expected.getJsonArray("rows").size());
    assertEquals(rows(expected), rows(aggregate(ask(b))));
    assertEquals(rows(expected), rows(aggregate(ask(gateway))));
    String records =
        post(
            gateway,
            "/graphql",
            "application/json",
            new JsonObject().put("query", RECORDS).encode());
    assertTrue(records.contains("\"totalCount\":900"), records);
    assertTrue(records.contains("\"amount\":899"), records);
    everyProcessTellsTheSameCluster();
    assertTrue(servers.remove(b));
    b.close();
    send(a, 900, 100);
    awaitCount(gateway, 1_000);
    awaitCount(a, 1_000);
  }

  private void everyProcessTellsTheSameCluster() throws InterruptedException {
    for (TytoServer server : servers) {
      await(() -> owners(server).equals(List.of("a SERVING 3", "b SERVING 3", "g SERVING 0")));
      String numbers = get(server, "/metrics");
      assertTrue(numbers.contains("tyto_cluster_members{state=\"serving\"} 3.0"), numbers);
      assertTrue(
          numbers.contains("tyto_cluster_calls_seconds_count{method=\"scan\",outcome=\"ok\"}"),
          numbers);
    }
  }

  /// Of a cluster of which nothing is missing.
  private List<String> owners(TytoServer server) {
    JsonObject status = new JsonObject(get(server, "/v1/cluster"));
    assertEquals(List.of(), status.getJsonArray("missing").getList(), status.encode());
    List<String> owners = new ArrayList<>();
    for (Object each : status.getJsonArray("members")) {
      JsonObject member = (JsonObject) each;
      int owned =
          member.getJsonObject("owned").stream()
              .mapToInt(group -> ((JsonArray) group.getValue()).size())
              .sum();
      owners.add(member.getString("id") + " " + member.getString("state") + " " + owned);
    }
    return owners;
  }

  private String get(TytoServer server, String path) {
    try {
      URI uri = URI.create(server.commandAddress() + path);
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> rows(JsonObject aggregate) {
    JsonArray rows = aggregate.getJsonArray("rows");
    return rows.stream().map(Object::toString).sorted().toList();
  }

  @Test
  void settingsThatCannotBeMeantAreRefused() {
    Map<Setting, String> values = new HashMap<>();
    values.put(Setting.DATA, data.toString());
    values.put(Setting.CLUSTER_LISTEN, "127.0.0.1:7400");
    TytoException alone = refused(values);
    assertTrue(String.valueOf(alone.getMessage()).contains("`ownership` is `all`"));
    values.remove(Setting.CLUSTER_LISTEN);
    values.put(Setting.ROLE, "gateway");
    assertTrue(String.valueOf(refused(values).getMessage()).contains("`cluster.listen` is empty"));
    values.put(Setting.ROLE, "king");
    assertTrue(String.valueOf(refused(values).getMessage()).contains("`role` is 'king'"));
  }

  private static TytoException refused(Map<Setting, String> values) {
    TytoException error =
        assertThrows(
            TytoException.class,
            () ->
                TytoServer.start(
                    Settings.resolve(null, Map.of(), values), List.of(), Clock.systemUTC()));
    assertEquals(ErrorCode.BAD_USER_INPUT, error.code());
    return error;
  }
}
