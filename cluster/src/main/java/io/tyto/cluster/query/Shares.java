package io.tyto.cluster.query;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.member.Placement;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.port.ClusterService.Why;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Who is asked for which partitions. Thread-safe.
final class Shares {
  /// For so long a node that did not answer is not asked.
  private static final long SUSPECT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Members members;
  private final IntUnaryOperator partitions;
  private final Map<NodeAddress, Long> suspects = new ConcurrentHashMap<>();

  /// By partition, who had its newest rows when last anybody did.
  private final Map<PartitionOf, Member> lastOwners = new ConcurrentHashMap<>();

  private record PartitionOf(int group, int partition) {}

  Shares(Members members, IntUnaryOperator partitions) {
    this.members = members;
    this.partitions = partitions;
  }

  void suspect(NodeAddress node) {
    suspects.put(node, System.nanoTime() + SUSPECT_NANOS);
  }

  /// Whether it is not asked for now, as it did not answer.
  boolean isSuspect(Member member) {
    Long until = suspects.get(member.address());
    if (until != null && until - System.nanoTime() < 0) {
      suspects.remove(member.address(), until);
      return false;
    }
    return until != null;
  }

  /// By member, in order of ids. SHARDS_MISSING where rows are on a node alone that does not
  /// answer.
  Map<Member, List<Integer>> of(int group) {
    List<Member> all = members.all();
    Map<Member, List<Integer>> shares = new TreeMap<>(Comparator.comparing(Member::id));
    List<String> missing = new ArrayList<>();
    for (int partition = 0; partition < partitions.applyAsInt(group); partition++) {
      Member holder = holder(new PartitionOf(group, partition), all, missing);
      if (holder != null) {
        shares.computeIfAbsent(holder, _ -> new ArrayList<>()).add(partition);
      }
    }
    if (!missing.isEmpty()) {
      throw new TytoException(
          ErrorCode.SHARDS_MISSING,
          "the newest rows of %s; they come back with the node, or when another has read them again; try again in a moment"
              .formatted(String.join("; of ", missing)));
    }
    return shares;
  }

  /// The partitions of a group that nobody takes events for, or whose newest rows are not to be had
  /// now.
  ///
  /// @param name of the group
  List<MissingPartition> missing(int group, String name) {
    List<Member> all = members.all();
    List<MissingPartition> missing = new ArrayList<>();
    for (int partition = 0; partition < partitions.applyAsInt(group); partition++) {
      PartitionOf of = new PartitionOf(group, partition);
      Member owner = owner(of, all);
      Member last = owner == null ? left(of, all) : null;
      if (last != null) {
        missing.add(new MissingPartition(name, partition, Why.LEFT, last.id()));
      } else if (owner == null) {
        missing.add(new MissingPartition(name, partition, Why.UNOWNED, ""));
      } else if (isSuspect(owner)) {
        missing.add(new MissingPartition(name, partition, Why.SILENT, owner.id()));
      }
    }
    return missing;
  }

  private @Nullable Member owner(PartitionOf of, List<Member> all) {
    for (Member member : all) {
      if (member.owns(of.group, of.partition)) {
        lastOwners.put(of, member);
        return member;
      }
    }
    return null;
  }

  /// Of a partition without an owner, who has left with its newest rows.
  private @Nullable Member left(PartitionOf of, List<Member> all) {
    Member last = lastOwners.get(of);
    if (last != null && all.stream().anyMatch(member -> member.id().equals(last.id()))) {
      lastOwners.remove(of); // it has handed the partition over, and with that sealed it
      return null;
    }
    return last;
  }

  private @Nullable Member holder(PartitionOf of, List<Member> all, List<String> missing) {
    Member owner = owner(of, all);
    if (owner != null && isSuspect(owner)) {
      missing.add(
          "partition %d are on node %s (%s), which does not answer"
              .formatted(of.partition, owner.id(), owner.address()));
      return null;
    }
    if (owner != null) {
      return owner;
    }
    Member last = left(of, all);
    if (last != null) {
      missing.add(
          "partition %d were on node %s (%s), which has left"
              .formatted(of.partition, last.id(), last.address()));
      return null;
    }
    // Nobody takes its events: what is sealed is all there is, and any node can read that.
    for (Member member : Placement.order(of.group, of.partition, all)) {
      if (!isSuspect(member)) {
        return member;
      }
    }
    return members.self();
  }
}
