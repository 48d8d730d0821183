package io.tyto.perf.bench;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.query.ClusterSnapshots;
import io.tyto.cluster.query.LeafMethods;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.NodeServer;
import io.tyto.cluster.rpc.RpcTls;
import io.tyto.engine.EngineOptions;
import io.tyto.engine.LeafService;
import io.tyto.engine.LocalQueryService;
import io.tyto.ingest.LocalNode;
import io.tyto.model.port.QueryService;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Nodes in this process that answer for some partitions each of the rows of one store, over
/// loopback, and a gateway that asks them. What is missed of a real fleet is the wire between
/// machines; what is not missed is each byte of the calls.
final class LoopbackFleet implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final NodeClient client = new NodeClient(vertx, RpcTls.NONE);
  private final List<LocalQueryService> engines = new ArrayList<>();
  private final List<LeafService> leaves = new ArrayList<>();
  private final List<NodeServer> servers = new ArrayList<>();
  private final ClusterSnapshots snapshots;
  private final LocalQueryService gateway;

  /// By query, nanoseconds that each node spent on it.
  private final Map<String, long[]> spent = new ConcurrentHashMap<>();

  /// @param workers scan threads of each node
  /// @param mergers threads of the gateway
  LoopbackFleet(LocalNode node, int nodes, int workers, int mergers) {
    int group = node.collections().getFirst().groupId();
    int partitions = node.partitions(group);
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      LocalQueryService engine =
          new LocalQueryService(node, EngineOptions.defaults().withWorkers(workers).withoutCache());
      LeafService leaf = engine.leaf(node);
      NodeServer server =
          NodeServer.start(vertx, "127.0.0.1", 0, RpcTls.NONE, timed(leaf, i, nodes));
      engines.add(engine);
      leaves.add(leaf);
      servers.add(server);
      members.add(
          member("n" + i, server.port(), Member.Role.NODE, owned(group, partitions, i, nodes)));
    }
    Member self = member("gateway", 1, Member.Role.GATEWAY, Map.of());
    members.add(self);
    snapshots = new ClusterSnapshots(node, new Fixed(self, members), _ -> partitions, client);
    gateway =
        new LocalQueryService(
            snapshots, EngineOptions.defaults().withWorkers(mergers).withoutCache());
    leaves.add(gateway.leaf(node));
    snapshots.serve(leaves.getLast());
  }

  private static Map<Integer, List<Integer>> owned(int group, int partitions, int node, int nodes) {
    List<Integer> owned = new ArrayList<>();
    for (int partition = node; partition < partitions; partition += nodes) {
      owned.add(partition);
    }
    return Map.of(group, owned);
  }

  private static Member member(
      String id, int port, Member.Role role, Map<Integer, List<Integer>> owned) {
    return new Member(
        id, new NodeAddress("127.0.0.1", port), "z", role, Member.State.SERVING, owned, Map.of());
  }

  private Map<String, NodeServer.Method> timed(LeafService leaf, int node, int nodes) {
    Map<String, NodeServer.Method> timed = new HashMap<>();
    new LeafMethods(leaf)
        .methods()
        .forEach((name, method) ->
            timed.put(
                name,
                call -> {
                  long began = System.nanoTime();
                  String answer = method.answer(call);
                  spent.computeIfAbsent(call.query().queryId(), _ -> new long[nodes])[node] +=
                      System.nanoTime() - began;
                  return answer;
                }));
    return timed;
  }

  QueryService queries() {
    return gateway;
  }

  /// What the slowest node spent on a query, in nanoseconds.
  long slowest(String queryId) {
    long slowest = 0;
    for (long nanos : spent.getOrDefault(queryId, new long[0])) {
      slowest = Math.max(slowest, nanos);
    }
    return slowest;
  }

  @Override
  public void close() {
    gateway.close();
    snapshots.close();
    servers.forEach(NodeServer::close);
    leaves.forEach(LeafService::close);
    engines.forEach(LocalQueryService::close);
    client.close();
    vertx.close();
  }

  /// Members that do not change.
  private record Fixed(Member self, List<Member> all) implements Members {
    @Override
    public void announce(Member member) {
      throw new UnsupportedOperationException("nobody changes here");
    }

    @Override
    public Duration spread() {
      return Duration.ZERO;
    }

    @Override
    public void close() {}
  }
}
