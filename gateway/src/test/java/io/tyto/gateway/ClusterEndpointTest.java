package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.observe.Observatory;
import io.tyto.gateway.observe.ObserveOptions;
import io.tyto.model.port.AuditLog;
import io.tyto.model.port.ClusterService;
import io.tyto.model.port.ClusterService.Check;
import io.tyto.model.port.ClusterService.ClusterStatus;
import io.tyto.model.port.ClusterService.DrainStart;
import io.tyto.model.port.ClusterService.MemberState;
import io.tyto.model.port.ClusterService.MemberStatus;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.port.ClusterService.Place;
import io.tyto.model.port.ClusterService.Why;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LiveService;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What operators are told of a cluster, in words for programs and as numbers.
final class ClusterEndpointTest {
  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private Gateway gateway;

  private void start(ClusterService cluster) {
    gateway =
        Gateway.start(
            GatewayOptions.defaults(),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            LiveService.NONE,
            ports,
            ports,
            Guards.open(Clock.systemUTC()),
            new Observatory(ObserveOptions.DEFAULT, Clock.systemUTC(), AuditLog.NONE, cluster),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private String get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + gateway.adminPort() + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  private static MemberStatus member(
      String id, MemberState state, Map<String, List<Integer>> owned, boolean isSilent) {
    return new MemberStatus(
        id, "10.0.0.1:7400", "east", "all", state, owned, Map.of("game", List.of(5, 4)), isSilent);
  }

  @Test
  void tellsWhoIsThereAndWhatIsMissing() throws Exception {
    ClusterStatus status =
        new ClusterStatus(
            "tyto",
            "a",
            List.of(
                member("a", MemberState.SERVING, Map.of("game", List.of(0, 3)), false),
                member("b", MemberState.SERVING, Map.of("game", List.of(1)), true),
                member("c", MemberState.DRAINING, Map.of(), false)),
            List.of(
                new MissingPartition("game", 1, Why.SILENT, "b"),
                new MissingPartition("game", 2, Why.UNOWNED, "")),
            Map.of("shop", "orders has a `join`"));
    start(() -> status);
    assertEquals(
        new JsonObject(
            """
            {"isClustered": true, "cluster": "tyto", "self": "a",
             "members": [
              {"id": "a", "address": "10.0.0.1:7400", "zone": "east", "role": "all",
               "state": "SERVING", "isSilent": false, "owned": {"game": [0, 3]}, "tails": {"game": [4, 5]}},
              {"id": "b", "address": "10.0.0.1:7400", "zone": "east", "role": "all",
               "state": "SERVING", "isSilent": true, "owned": {"game": [1]}, "tails": {"game": [4, 5]}},
              {"id": "c", "address": "10.0.0.1:7400", "zone": "east", "role": "all",
               "state": "DRAINING", "isSilent": false, "owned": {}, "tails": {"game": [4, 5]}}],
             "missing": [
              {"group": "game", "partition": 1, "why": "SILENT", "owner": "b"},
              {"group": "game", "partition": 2, "why": "UNOWNED", "owner": ""}],
             "unreplicated": {"shop": "orders has a `join`"}}
            """),
        new JsonObject(get("/v1/cluster")));
    List<String> numbers = get("/metrics").lines().toList();
    for (String line :
        List.of(
            "tyto_cluster_members{state=\"serving\"} 1.0",
            "tyto_cluster_members{state=\"draining\"} 1.0",
            "tyto_cluster_members{state=\"joining\"} 0.0",
            "tyto_cluster_members{state=\"silent\"} 1.0",
            "tyto_cluster_missing_partitions{why=\"silent\"} 1.0",
            "tyto_cluster_missing_partitions{why=\"unowned\"} 1.0",
            "tyto_cluster_missing_partitions{why=\"left\"} 0.0")) {
      assertTrue(numbers.contains(line), line);
    }
  }

  @Test
  void aProcessAloneSaysSo() throws Exception {
    start(ClusterService.NONE);
    assertEquals("{\"isClustered\":false}", get("/v1/cluster"));
    assertFalse(get("/metrics").contains("tyto_cluster_members{"));
  }

  /// Notes what it is told, and knows one partition.
  private static final class Told implements ClusterService {
    private final List<String> all = new ArrayList<>();
    private boolean isDraining;

    @Override
    public @Nullable ClusterStatus status() {
      return null;
    }

    @Override
    public boolean isDraining() {
      return isDraining;
    }

    @Override
    public DrainStart drain(String process, boolean isForced, boolean isTrial) {
      all.add("drain %s %s %s".formatted(process, isForced, isTrial));
      return new DrainStart(!isTrial, List.of(new Check("takers", false, "nobody is there")));
    }

    @Override
    public void resume(String process) {
      all.add("resume " + process);
    }

    @Override
    public void stop(String process) {
      all.add("stop " + process);
    }

    @Override
    public List<Place> places(Set<String> with, Set<String> without) {
      all.add("places %s %s".formatted(new TreeSet<>(with), new TreeSet<>(without)));
      return List.of(new Place("game", 3, "a", "b", "a owns nothing then"));
    }
  }

  private String post(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + gateway.adminPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{}"))
            .build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void tellsProcessesWhatOperatorsWant() throws Exception {
    Told told = new Told();
    start(told);
    assertEquals(
        new JsonObject(
            """
            {"isBegun": true,
             "checks": [{"what": "takers", "isGood": false, "says": "nobody is there"}]}
            """),
        new JsonObject(post("/v1/cluster/drain?process=b&force=true")));
    assertTrue(post("/v1/cluster/drain?process=b&dryRun=true").contains("\"isBegun\":false"));
    assertEquals("{\"isBegun\":true}", post("/v1/cluster/resume?process=b"));
    assertEquals("{\"isBegun\":true}", post("/v1/cluster/stop?process=b"));
    assertTrue(post("/v1/cluster/stop").contains("the parameter `process` is missing"));
    assertEquals(
        new JsonObject(
            """
            {"places": [{"group": "game", "partition": 3, "owner": "a", "next": "b",
              "why": "a owns nothing then"}]}
            """),
        new JsonObject(get("/v1/cluster/places?with=c,%20d&without=a")));
    assertEquals(
        List.of(
            "drain b true false", "drain b false true", "resume b", "stop b", "places [c, d] [a]"),
        told.all);
  }

  @Test
  void whoIsDrainedSaysThatItIsNotReady() throws Exception {
    Told told = new Told();
    start(told);
    assertEquals("{\"ready\":true}", get("/ready"));
    told.isDraining = true;
    assertTrue(get("/ready").contains("drained"));
    assertTrue(get("/live").contains("true"));
    assertTrue(get("/v1/cluster").contains("false"), "it goes on to answer");
  }

  @Test
  void whoIsInNoClusterIsToldNothing() throws Exception {
    start(ClusterService.NONE);
    assertTrue(post("/v1/cluster/drain?process=a").contains("is in no cluster"));
  }
}
