package io.tyto.cluster.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.rpc.NodeAddress;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class HazelcastMembersTest {
  private static NodeAddress free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return new NodeAddress("127.0.0.1", socket.getLocalPort());
    }
  }

  private static Member member(String id, Map<Integer, List<Integer>> owned) {
    return new Member(
        id,
        new NodeAddress("127.0.0.1", 7),
        "zone",
        Member.Role.NODE,
        Member.State.SERVING,
        owned,
        Map.of());
  }

  private static HazelcastMembers join(String id, NodeAddress listen, List<NodeAddress> seeds) {
    return join("test-" + seeds, id, listen, seeds);
  }

  private static HazelcastMembers join(
      String cluster, String id, NodeAddress listen, List<NodeAddress> seeds) {
    return HazelcastMembers.join(
        new HazelcastMembers.Discovery(cluster, listen, listen, seeds), member(id, Map.of()));
  }

  private static void until(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      Thread.sleep(50);
    }
  }

  @Test
  void membersSeeEachOtherComeChangeAndGo() throws IOException, InterruptedException {
    List<NodeAddress> seeds = List.of(free(), free());
    List<HazelcastMembers> members = new ArrayList<>();
    try {
      members.add(join("a", seeds.get(0), seeds));
      members.add(join("b", seeds.get(1), seeds));
      until(() -> members.stream().allMatch(each -> each.all().size() == 2));
      members.get(1).announce(member("b", Map.of(3, List.of(1, 4))));
      until(() -> members.get(0).all().get(1).owns(3, 4));
      assertEquals("a", members.get(0).self().id());
      members.removeLast().close();
      until(() -> members.get(0).all().size() == 1);
      assertTrue(members.get(0).all().contains(members.get(0).self()));
    } finally {
      members.forEach(HazelcastMembers::close);
    }
  }

  @Test
  void whoIsThereBeforeTheOthersFindsThemLater() throws IOException, InterruptedException {
    NodeAddress late = free();
    List<HazelcastMembers> members = new ArrayList<>();
    try {
      members.add(join("early-" + late, "early", free(), List.of(late)));
      members.add(join("early-" + late, "late", late, List.of()));
      until(() -> members.stream().allMatch(each -> each.all().size() == 2));
      members.get(1).announce(member("late", Map.of(3, List.of(1))));
      until(() -> members.get(0).all().get(1).owns(3, 1));
    } finally {
      members.forEach(HazelcastMembers::close);
    }
  }
}
