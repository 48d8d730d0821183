package io.tyto.gateway.observe;

import io.tyto.gateway.http.Bodies;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ClusterService;
import io.tyto.model.port.ClusterService.Check;
import io.tyto.model.port.ClusterService.ClusterStatus;
import io.tyto.model.port.ClusterService.DrainStart;
import io.tyto.model.port.ClusterService.MemberStatus;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.port.ClusterService.Place;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `GET /v1/cluster`: the processes of the cluster, what each owns, and what nobody does; `GET
/// /v1/cluster/places`: who is to own what; and what can be done with a process, begun by the
/// request and not waited for.
final class ClusterEndpoint {
  private final ClusterService cluster;

  ClusterEndpoint(ClusterService cluster) {
    this.cluster = cluster;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v1/cluster", Audience.OPERATORS, (request, _, _) -> status(request)),
        Route.get("/v1/cluster/places", Audience.OPERATORS, (request, _, _) -> places(request)),
        Route.post("/v1/cluster/drain", Audience.OPERATORS, (request, _, _) -> drain(request)),
        Route.post(
            "/v1/cluster/resume",
            Audience.OPERATORS,
            (request, _, _) -> change(request, cluster::resume)),
        Route.post(
            "/v1/cluster/stop",
            Audience.OPERATORS,
            (request, _, _) -> change(request, cluster::stop)));
  }

  private void places(HttpServerRequest request) {
    Replies.onVirtualThread(
        request,
        () ->
            Replies.json(
                request,
                200,
                Map.of(
                    "places",
                    cluster.places(names(request, "with"), names(request, "without")).stream()
                        .map(ClusterEndpoint::body)
                        .toList())));
  }

  private static Set<String> names(HttpServerRequest request, String parameter) {
    return Arrays.stream(request.getParam(parameter, "").split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toSet());
  }

  private void drain(HttpServerRequest request) {
    Replies.onVirtualThread(
        request,
        () -> {
          Bodies.requireJson(request, "{}");
          DrainStart start =
              cluster.drain(
                  process(request),
                  Boolean.parseBoolean(request.getParam("force", "false")),
                  Boolean.parseBoolean(request.getParam("dryRun", "false")));
          Map<String, Object> body = new LinkedHashMap<>();
          body.put("isBegun", start.isBegun());
          body.put("checks", start.checks().stream().map(ClusterEndpoint::body).toList());
          Replies.json(request, 200, body);
        });
  }

  private static void change(HttpServerRequest request, Consumer<String> what) {
    Replies.onVirtualThread(
        request,
        () -> {
          Bodies.requireJson(request, "{}");
          what.accept(process(request));
          Replies.json(request, 200, Map.of("isBegun", true));
        });
  }

  private static String process(HttpServerRequest request) {
    String process = request.getParam("process", "");
    if (process.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the parameter `process` is missing: the name of one that GET /v1/cluster lists");
    }
    return process;
  }

  private void status(HttpServerRequest request) {
    Replies.onVirtualThread(request, () -> Replies.json(request, 200, body(cluster.status())));
  }

  private static Map<String, Object> body(@Nullable ClusterStatus status) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("isClustered", status != null);
    if (status != null) {
      body.put("cluster", status.cluster());
      body.put("self", status.self());
      body.put("members", status.members().stream().map(ClusterEndpoint::body).toList());
      body.put("missing", status.missing().stream().map(ClusterEndpoint::body).toList());
      body.put("unreplicated", status.unreplicated());
    }
    return body;
  }

  private static Map<String, Object> body(MemberStatus member) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", member.id());
    body.put("address", member.address());
    body.put("zone", member.zone());
    body.put("role", member.role());
    body.put("state", member.state().name());
    body.put("isSilent", member.isSilent());
    body.put("owned", member.owned());
    body.put("tails", member.tails());
    return body;
  }

  private static Map<String, Object> body(MissingPartition missing) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("group", missing.group());
    body.put("partition", missing.partition());
    body.put("why", missing.why().name());
    body.put("owner", missing.owner());
    return body;
  }

  private static Map<String, Object> body(Place place) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("group", place.group());
    body.put("partition", place.partition());
    body.put("owner", place.owner());
    body.put("next", place.next());
    body.put("why", place.why());
    return body;
  }

  private static Map<String, Object> body(Check check) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("what", check.what());
    body.put("isGood", check.isGood());
    body.put("says", check.says());
    return body;
  }
}
