package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ClusterService.Check;
import io.tyto.server.cli.CommandRunner;
import io.tyto.server.cli.CommandRunner.Outcome;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes that share a folder and a topic answer together, each with the newest rows of all.
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ClusterTest {
  private static final String RECORDS =
      """
      { play { records(range: {preset: ALL_TIME}, first: 3, orderBy: [{amount: DESC}]) {
        totalCount nodes { amount } } } }
      """;

  private final List<TestFleet> fleets = new ArrayList<>();

  @TempDir Path data;

  @AfterEach
  void stop() {
    fleets.forEach(TestFleet::close);
  }

  private TestFleet fleet(String... names) throws IOException {
    TestFleet fleet = new TestFleet(data, 6, names);
    fleets.add(fleet);
    return fleet;
  }

  @Test
  void everyProcessAnswersWithTheNewestRowsOfAll() throws Exception {
    TestFleet fleet = fleet("a", "b", "g");
    anEarlyOneFindsNobody(fleet);
    TytoServer a = fleet.start("a", "all");
    TytoServer b = startLookedAt(fleet);
    TytoServer gateway = fleet.start("g", "gateway");
    int group = a.node().collections().getFirst().groupId();
    TestFleet.await(() ->
        a.node().owned().getOrDefault(group, List.of()).size() == 3
            && b.node().owned().getOrDefault(group, List.of()).size() == 3);
    assertEquals(Map.of(), gateway.node().owned());
    assertEquals(900, fleet.send(gateway, 0, 900));
    // Nothing is sealed within the time of this test: a follower alone would answer 0.
    for (TytoServer server : fleet.servers()) {
      fleet.awaitCount(server, 900);
    }
    JsonObject expected = TestFleet.aggregate(fleet.ask(a));
    assertEquals(
        50, expected.getJsonObject("totals").getJsonObject("user").getLong("countDistinct"));
    assertEquals(
        899L * 900 / 2, expected.getJsonObject("totals").getJsonObject("amount").getLong("sum"));
    assertEquals(3, expected.getJsonArray("rows").size());
    assertEquals(rows(expected), rows(TestFleet.aggregate(fleet.ask(b))));
    assertEquals(rows(expected), rows(TestFleet.aggregate(fleet.ask(gateway))));
    String records = fleet.ask(gateway, RECORDS).encode();
    assertTrue(records.contains("\"totalCount\":900"), records);
    assertTrue(records.contains("\"amount\":899"), records);
    everyProcessTellsTheSameCluster(fleet);
    assertEquals(b.commandAddress(), b.address(), "nobody but operators asks a node");
    aProcessIsDrainedAndRemoved(fleet);
    assertEquals(100, fleet.send(a, 900, 100));
    fleet.awaitCount(gateway, 1_000);
    fleet.awaitCount(a, 1_000);
  }

  private static void aProcessIsDrainedAndRemoved(TestFleet fleet) throws Exception {
    Outcome alone = fleet.operate("a", "rebalance", "--dry-run", "--without", "b");
    assertEquals(0, alone.code(), alone.output());
    assertTrue(alone.output().contains("3 of 6 partitions move"), alone.output());
    Outcome drained = fleet.operate("g", "drain", "b");
    assertEquals(0, drained.code(), drained.output());
    assertTrue(drained.output().contains("b owns nothing, and others own"), drained.output());
    assertTrue(fleet.get(fleet.server("b"), "/ready").contains("drained"));
    fleet.awaitCount(fleet.server("b"), 900);
    Outcome last = fleet.operate("a", "drain");
    assertEquals(1, last.code(), last.output());
    assertTrue(last.output().contains("NO    takers"), last.output());
    Outcome back = fleet.operate("a", "drain", "b", "--cancel");
    assertEquals(0, back.code(), back.output());
    Outcome shared = fleet.operate("a", "rebalance");
    assertEquals(0, shared.code(), shared.output());
    CompletableFuture<Void> ended =
        fleet.server("b").stopAsked().thenRunAsync(() -> fleet.stop("b"));
    Outcome removed = fleet.operate("a", "remove", "b");
    assertEquals(0, removed.code(), removed.output());
    assertTrue(removed.output().contains("b is gone"), removed.output());
    ended.get(60, TimeUnit.SECONDS);
  }

  private static void everyProcessTellsTheSameCluster(TestFleet fleet) throws InterruptedException {
    for (TytoServer server : fleet.servers()) {
      TestFleet.await(
          () -> owners(fleet, server).equals(List.of("a SERVING 3", "b SERVING 3", "g SERVING 0")));
      String numbers = fleet.get(server, "/metrics");
      assertTrue(numbers.contains("tyto_cluster_members{state=\"serving\"} 3.0"), numbers);
      assertTrue(
          numbers.contains("tyto_cluster_calls_seconds_count{method=\"scan\",outcome=\"ok\"}"),
          numbers);
    }
  }

  /// Of a cluster of which nothing is missing.
  private static List<String> owners(TestFleet fleet, TytoServer server) {
    JsonObject status = new JsonObject(fleet.get(server, "/v1/cluster"));
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

  private static List<String> rows(JsonObject aggregate) {
    JsonArray rows = aggregate.getJsonArray("rows");
    return rows.stream().map(Object::toString).sorted().toList();
  }

  private static void anEarlyOneFindsNobody(TestFleet fleet) {
    try (Newcomer early = newcomer(fleet.settings("b", "node"))) {
      assertEquals(List.of("store", "seed", "cluster"), bad(early));
    }
  }

  private static TytoServer startLookedAt(TestFleet fleet) {
    Map<Setting, String> settings = fleet.settings("b", "node");
    try (Newcomer newcomer = newcomer(settings)) {
      // Nobody is at the address of the gateway yet, which is a seed too.
      assertEquals(List.of("seed"), bad(newcomer));
      assertEquals(Optional.empty(), newcomer.seenByOthers());
    }
    Outcome checked = add(settings, "--dry-run");
    assertEquals(0, checked.code(), checked.output());
    assertTrue(checked.output().startsWith("b is to be one of cluster"), checked.output());
    TytoServer b = fleet.start("b", "node");
    Outcome added = add(settings);
    assertEquals(0, added.code(), added.output());
    assertTrue(added.output().contains("the others see b serve"), added.output());
    settings.put(Setting.CLUSTER_LISTEN, "127.0.0.1:1");
    settings.put(Setting.CLUSTER_NAME, "others");
    settings.put(Setting.KAFKA_BROKERS, "127.0.0.1:1");
    settings.put(Setting.KAFKA_DEADLINE, "1s");
    try (Newcomer wrong = newcomer(settings)) {
      assertTrue(bad(wrong).containsAll(List.of("brokers", "cluster")), bad(wrong).toString());
    }
    return b;
  }

  private static Outcome add(Map<Setting, String> settings, String... more) {
    List<String> arguments = new ArrayList<>(List.of("cluster", "add"));
    settings.forEach((setting, value) -> arguments.addAll(List.of(setting.flag(), value)));
    arguments.addAll(List.of(more));
    return CommandRunner.capture(arguments.toArray(String[]::new));
  }

  private static Newcomer newcomer(Map<Setting, String> settings) {
    return Newcomer.of(Settings.resolve(null, Map.of(), settings));
  }

  private static List<String> bad(Newcomer newcomer) {
    return newcomer.checks().stream()
        .filter(check -> !check.isGood())
        .map(Check::what)
        .distinct()
        .toList();
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
    values.put(Setting.ROLE, "node");
    assertTrue(String.valueOf(refused(values).getMessage()).contains("nobody could ask it"));
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
