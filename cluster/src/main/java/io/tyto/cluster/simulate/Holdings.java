package io.tyto.cluster.simulate;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Placement;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.simulate.Scenario.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// Which nodes hold which partitions, by {@link Placement}. Immutable.
///
/// Nodes are numbers, partitions of all groups are numbered through.
final class Holdings {
  private static final NodeAddress NOWHERE = new NodeAddress("simulated", 1);
  private final int[][] holders;

  private Holdings(int[][] holders) {
    this.holders = holders;
  }

  static Holdings place(Layout layout, List<Member> members) {
    return new Holdings(
        IntStream.range(0, layout.all())
            .parallel()
            .mapToObj(partition -> holders(layout, partition, members))
            .toArray(int[][]::new));
  }

  private static int[] holders(Layout layout, int partition, List<Member> members) {
    int group = 1 + partition / layout.partitions();
    return Placement.holders(group, partition % layout.partitions(), layout.replicas(), members)
        .stream()
        .mapToInt(Holdings::number)
        .toArray();
  }

  static List<Member> members(int nodes, int zones, IntPredicate isThere, IntPredicate isDraining) {
    List<Member> members = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      if (isThere.test(node)) {
        Member.State state = isDraining.test(node) ? Member.State.DRAINING : Member.State.SERVING;
        members.add(
            new Member(
                "n" + node,
                NOWHERE,
                "z" + node % zones,
                Member.Role.NODE,
                state,
                Map.of(),
                Map.of()));
      }
    }
    return members;
  }

  private static int number(Member member) {
    return Integer.parseInt(member.id().substring(1));
  }

  /// In the order of the placement.
  int[] of(int partition) {
    return holders[partition];
  }

  boolean isHeld(int partition, int node) {
    return Arrays.stream(holders[partition]).anyMatch(holder -> holder == node);
  }

  /// By partition, who takes its events.
  int[] owners() {
    return Arrays.stream(holders).mapToInt(each -> each[0]).toArray();
  }

  /// By partition, whom Kafka's range assignment gives it: each group by itself, the first nodes
  /// first.
  static int[] ownersByRange(Layout layout, int nodes) {
    int[] owners = new int[layout.all()];
    int each = layout.partitions() / nodes;
    int extra = layout.partitions() % nodes;
    for (int partition = 0; partition < owners.length; partition++) {
      int place = partition % layout.partitions();
      int larger = extra * (each + 1);
      owners[partition] =
          place < larger ? place / (each + 1) : extra + (place - larger) / Math.max(1, each);
    }
    return owners;
  }
}
