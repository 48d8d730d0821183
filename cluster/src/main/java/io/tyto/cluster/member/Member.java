package io.tyto.cluster.member;

import io.tyto.cluster.rpc.NodeAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a process says of itself. Immutable.
///
/// @param id its name, which it keeps over restarts
/// @param zone what fails together with it
/// @param owned by group, the partitions that it takes events for, and so has the newest rows of
/// @param tails likewise, the partitions that others own and whose newest rows it reads too
public record Member(
    String id,
    NodeAddress address,
    String zone,
    Role role,
    State state,
    Map<Integer, List<Integer>> owned,
    Map<Integer, List<Integer>> tails) {
  public Member {
    owned = copy(owned);
    tails = copy(tails);
  }

  /// @param partitions null: of a release that tells nothing of it
  private static Map<Integer, List<Integer>> copy(
      @Nullable Map<Integer, List<Integer>> partitions) {
    Map<Integer, List<Integer>> copy = new TreeMap<>();
    if (partitions != null) {
      partitions.forEach((group, numbers) -> copy.put(group, List.copyOf(numbers)));
    }
    return Map.copyOf(copy);
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

  /// Whether it reads the newest rows of a partition of another.
  public boolean tails(int group, int partition) {
    return tails.getOrDefault(group, List.of()).contains(partition);
  }
}
