package io.tyto.cluster.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.rpc.NodeAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private static final int PARTITIONS = 1_024;

  private static List<Member> nodes(int count, int zones) {
    List<Member> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      nodes.add(
          new Member(
              "n" + i,
              new NodeAddress("h", 1),
              "z" + i % zones,
              Member.Role.NODE,
              Member.State.SERVING,
              Map.of(),
              Map.of()));
    }
    return nodes;
  }

  @Test
  void replicasLieInDifferentZones() {
    List<Member> nodes = nodes(9, 3);
    for (int partition = 0; partition < PARTITIONS; partition++) {
      List<Member> holders = Placement.holders(1, partition, 3, nodes);
      assertEquals(3, holders.stream().map(Member::zone).distinct().count());
    }
    assertEquals(4, Placement.holders(1, 0, 4, nodes).size());
    assertEquals(9, Placement.holders(1, 0, 20, nodes).size());
  }

  @Test
  void partitionsAreSharedOutEvenly() {
    Map<String, Integer> held = new HashMap<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      for (Member node : Placement.holders(7, partition, 2, nodes(8, 4))) {
        held.merge(node.id(), 1, Integer::sum);
      }
    }
    assertEquals(8, held.size());
    held.forEach((node, count) ->
        assertTrue(count > 190 && count < 330, node + " holds " + count + " of " + held));
  }

  @Test
  void aNewNodeMovesOnlyWhatItTakes() {
    List<Member> before = nodes(9, 3);
    List<Member> after = nodes(10, 3);
    int moved = 0;
    for (int partition = 0; partition < PARTITIONS; partition++) {
      String was = Placement.order(1, partition, before).getFirst().id();
      String is = Placement.order(1, partition, after).getFirst().id();
      assertTrue(was.equals(is) || is.equals("n9"), was + " gave " + partition + " to " + is);
      moved += was.equals(is) ? 0 : 1;
    }
    assertTrue(moved > 60 && moved < 150, moved + " moved");
  }

  @Test
  void aDrainingNodeHoldsNothingThatAnotherCan() {
    List<Member> nodes = new ArrayList<>(nodes(5, 3));
    Member last = nodes.get(2);
    nodes.set(
        2,
        new Member(
            last.id(),
            last.address(),
            last.zone(),
            last.role(),
            Member.State.DRAINING,
            last.owned(),
            last.tails()));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      List<Member> holders = Placement.holders(1, partition, 3, nodes);
      assertTrue(holders.stream().noneMatch(each -> each.id().equals("n2")), "" + holders);
      assertEquals(2, holders.stream().map(Member::zone).distinct().count());
      assertEquals("n2", Placement.holders(1, partition, 5, nodes).getLast().id());
    }
  }

  /// What is placed by one release is looked for there by the next.
  @Test
  void placesNeverChange() {
    String order =
        Placement.order(3, 17, nodes(5, 5)).stream().map(Member::id).collect(Collectors.joining());
    assertEquals("n3n2n1n4n0", order);
  }
}
