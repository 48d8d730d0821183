package io.tyto.gateway.observe;

import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.gateway.http.Route.Audience;
import io.tyto.model.port.ClusterService;
import io.tyto.model.port.ClusterService.ClusterStatus;
import io.tyto.model.port.ClusterService.MemberStatus;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `GET /v1/cluster`: the processes of the cluster, what each owns, and what nobody does.
final class ClusterEndpoint {
  private final ClusterService cluster;

  ClusterEndpoint(ClusterService cluster) {
    this.cluster = cluster;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/v1/cluster", Audience.OPERATORS, (request, _, _) -> status(request)));
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
}
