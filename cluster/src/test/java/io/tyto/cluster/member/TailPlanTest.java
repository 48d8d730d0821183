package io.tyto.cluster.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.rpc.NodeAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Who reads the newest rows of partitions beside their owners.
class TailPlanTest {
  private static final int GROUP = 7;
  private static final int PARTITIONS = 60;

  private static Member member(
      String id, String zone, Member.Role role, List<Integer> owned, List<Integer> tails) {
    return new Member(
        id,
        new NodeAddress("127.0.0.1", 1),
        zone,
        role,
        Member.State.SERVING,
        Map.of(GROUP, owned),
        Map.of(GROUP, tails));
  }

  private static Member node(String id, List<Integer> owned, List<Integer> tails) {
    return member(id, id.substring(0, 1), Member.Role.ALL, owned, tails);
  }

  private static List<Integer> wanted(TailPlan plan, Member self, List<Member> all) {
    return plan.of(self, all, List.of(GROUP), _ -> PARTITIONS).getOrDefault(GROUP, List.of());
  }

  private static List<Integer> every(int modulo) {
    return IntStream.range(0, PARTITIONS).filter(i -> i % 4 == modulo).boxed().toList();
  }

  /// Two zones of two nodes each, of which each owns a quarter.
  private static List<Member> fleet() {
    List<Member> all = new ArrayList<>();
    all.add(node("a1", every(0), List.of()));
    all.add(node("a2", every(1), List.of()));
    all.add(node("b1", every(2), List.of()));
    all.add(node("b2", every(3), List.of()));
    all.add(member("g", "g", Member.Role.GATEWAY, List.of(), List.of()));
    return all;
  }

  @Test
  void eachTailHasOneReaderOfAnotherZoneThanItsOwner() {
    List<Member> all = fleet();
    int[] readers = new int[PARTITIONS];
    for (Member self : all) {
      List<Integer> wanted = wanted(new TailPlan(2), self, all);
      for (int partition : wanted) {
        readers[partition]++;
        assertEquals("b".equals(self.zone()), partition % 4 < 2, self.id() + " " + partition);
      }
      assertEquals(self.isNode(), wanted.size() > 5, self.id() + " reads " + wanted);
    }
    for (int count : readers) {
      assertEquals(1, count);
    }
    assertEquals(List.of(), wanted(new TailPlan(1), all.getFirst(), all), "the owner alone");
  }

  @Test
  void aTailIsKeptUntilWhoIsToHaveItHasIt() {
    List<Member> all = fleet();
    TailPlan plan = new TailPlan(2);
    int partition =
        wanted(plan, all.get(2), all).stream()
            .filter(each -> each % 4 == 0)
            .findFirst()
            .orElseThrow();
    Member reader = node("b1", every(2), List.of(partition));
    all.set(2, reader);
    // Its owner dies, and another one that is not there yet takes its place.
    all.set(0, node("a1", List.of(), List.of()));
    assertTrue(wanted(plan, reader, all).contains(partition), "nobody owns it");
    all.set(3, node("b2", List.of(partition), List.of()));
    Member next = Placement.tails(GROUP, partition, 1, all.get(3), all).getFirst();
    assertEquals("a", next.zone());
    assertTrue(wanted(plan, reader, all).contains(partition), "nobody else has it");
    Member caughtUp =
        node(next.id(), next.owned().getOrDefault(GROUP, List.of()), List.of(partition));
    all.replaceAll(each -> each.id().equals(next.id()) ? caughtUp : each);
    assertFalse(wanted(plan, reader, all).contains(partition), "it is another's now");
  }

  @Test
  void aTailWithoutAnyOwnerIsReadByNobodyWhoHasNotBegun() {
    List<Member> all = List.of(node("a", List.of(), List.of()), node("b", List.of(), List.of(3)));
    assertEquals(List.of(), wanted(new TailPlan(2), all.getFirst(), all));
    assertEquals(List.of(3), wanted(new TailPlan(2), all.getLast(), all));
  }
}
