package io.tyto.cluster.member;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which nodes hold a partition: the first by rendezvous hashing (Thaler and Ravishankar, 1998), of
/// as many zones as there are. Static; the same everywhere that sees the same members.
///
/// Whole partitions are placed, not their segments: an entity lives in one partition, so each node
/// can count its own entities, and a group by the entity is finished where its rows are. A member
/// that comes or goes moves only what it takes or had.
public final class Placement {
  private Placement() {}

  /// A node, and by how much it wants the partition.
  private record Bid(Member node, long weight) {
    static final Comparator<Bid> ORDER =
        Comparator.comparing((Bid bid) -> bid.node.state() == Member.State.DRAINING)
            .thenComparing(Comparator.comparingLong(Bid::weight).reversed())
            .thenComparing(bid -> bid.node.id());
  }

  /// The nodes in the order in which they are to hold a partition; draining ones come last.
  public static List<Member> order(int group, int partition, List<Member> members) {
    return members.stream()
        .filter(Member::isNode)
        .map(node -> new Bid(node, weight(group, partition, node.id())))
        .sorted(Bid.ORDER)
        .map(Bid::node)
        .toList();
  }

  /// The first `replicas` of them, each in a zone of its own as long as there are zones left. A
  /// draining node is taken only where there is no other: also if it is the last of its zone, or it
  /// could never go.
  public static List<Member> holders(int group, int partition, int replicas, List<Member> members) {
    return choose(order(group, partition, members), replicas, new HashSet<>());
  }

  /// Who is to read the newest rows of a partition beside its owner: the first of the others, in
  /// other zones than the owner's as long as there are some.
  ///
  /// @param replicas so many, as far as there are nodes
  public static List<Member> tails(
      int group, int partition, int replicas, Member owner, List<Member> members) {
    List<Member> others =
        order(group, partition, members).stream()
            .filter(node -> !node.id().equals(owner.id()))
            .toList();
    return choose(others, replicas, new HashSet<>(Set.of(owner.zone())));
  }

  private static List<Member> choose(List<Member> order, int replicas, Set<String> zones) {
    List<Member> holders = new ArrayList<>();
    for (Member node : order) {
      if (holders.size() < replicas
          && node.state() != Member.State.DRAINING
          && zones.add(node.zone())) {
        holders.add(node);
      }
    }
    for (Member node : order) {
      if (holders.size() < replicas && !holders.contains(node)) {
        holders.add(node);
      }
    }
    return holders;
  }

  /// FNV-1a over the three, mixed as SplitMix64 ends: equal on every machine, for ever.
  private static long weight(int group, int partition, String node) {
    long hash = 0xcbf29ce484222325L;
    for (byte each : (group + "/" + partition + "/" + node).getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ each & 0xff) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
    return (hash ^ hash >>> 31) >>> 1;
  }
}
