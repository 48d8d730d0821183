package io.tyto.cluster.member;

import io.tyto.cluster.rpc.NodeAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a process says of itself. Immutable.
///
/// @param id its name, which it keeps over restarts
/// @param zone what fails together with it
/// @param owned by group, the partitions whose newest rows it has
public record Member(
    String id,
    NodeAddress address,
    String zone,
    Role role,
    State state,
    Map<Integer, List<Integer>> owned) {
  public Member {
    Map<Integer, List<Integer>> copy = new TreeMap<>();
    owned.forEach((group, partitions) -> copy.put(group, List.copyOf(partitions)));
    owned = Map.copyOf(copy);
  }

  public enum Role {
    /// Takes events and answers other nodes, and whoever else asks.
    ALL,
    /// Asks nodes on behalf of callers.
    GATEWAY,
    /// Takes events and answers gateways.
    NODE
  }

  public enum State {
    /// Opens what it is to hold.
    JOINING,
    SERVING,
    /// Hands over what it has, and takes nothing more.
    DRAINING
  }

  /// Whether it holds rows.
  public boolean isNode() {
    return role != Role.GATEWAY;
  }

  public boolean owns(int group, int partition) {
    return owned.getOrDefault(group, List.of()).contains(partition);
  }
}
