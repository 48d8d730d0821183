package io.tyto.cluster.member;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Which partitions' newest rows this process is to read although others own them. For one thread.
///
/// A replica is made before another is given up: whoever has one keeps it until those who are to
/// have it have it, also while nobody owns the partition, for then it is needed.
public final class TailPlan {
  private final int replicas;

  /// By partition, who owned it when last anybody did.
  private final Map<Key, Member> lastOwners = new HashMap<>();

  /// @param readers of the newest rows of each partition, its owner among them; at least 1
  public TailPlan(int readers) {
    this.replicas = readers - 1;
  }

  /// By group, the partitions for this process.
  ///
  /// @param groups whose logs can be read by several
  /// @param partitions how many a group has
  public Map<Integer, List<Integer>> of(
      Member self, List<Member> all, Iterable<Integer> groups, IntUnaryOperator partitions) {
    Map<Integer, List<Integer>> wanted = new TreeMap<>();
    if (replicas == 0 || !self.isNode() || self.state() == Member.State.DRAINING) {
      return wanted;
    }
    for (int group : groups) {
      for (int partition = 0; partition < partitions.applyAsInt(group); partition++) {
        if (isWanted(new Key(group, partition), self, all)) {
          wanted.computeIfAbsent(group, _ -> new ArrayList<>()).add(partition);
        }
      }
    }
    return wanted;
  }

  private boolean isWanted(Key of, Member self, List<Member> all) {
    Member owner = owner(of, all);
    if (owner == null || owner.id().equals(self.id())) {
      // Who has it without an owner, which may just have gone, keeps it.
      return owner == null && self.tails(of.group(), of.partition());
    }
    List<Member> holders = Placement.tails(of.group(), of.partition(), replicas, owner, all);
    if (holders.stream().anyMatch(holder -> holder.id().equals(self.id()))) {
      return true;
    }
    return self.tails(of.group(), of.partition())
        && holders.stream().anyMatch(holder -> !holder.tails(of.group(), of.partition()));
  }

  private @Nullable Member owner(Key of, List<Member> all) {
    for (Member member : all) {
      if (member.owns(of.group(), of.partition())) {
        lastOwners.put(of, member);
        return member;
      }
    }
    return lastOwners.get(of);
  }

  private record Key(int group, int partition) {}
}
