package io.tyto.cluster.query;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.member.Members;
import io.tyto.cluster.member.Placement;
import io.tyto.cluster.query.Choice.Missing;
import io.tyto.cluster.query.Choice.Part;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.model.port.ClusterService.MissingPartition;
import io.tyto.model.port.ClusterService.Why;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Who is asked for which partitions. Thread-safe.
final class Shares {
  private final Members members;
  private final IntUnaryOperator partitions;
  private final Breakers breakers;

  /// By partition, who had its newest rows when last anybody did.
  private final Map<PartitionOf, Member> lastOwners = new ConcurrentHashMap<>();

  Shares(Members members, IntUnaryOperator partitions, Breakers breakers) {
    this.members = members;
    this.partitions = partitions;
    this.breakers = breakers;
  }

  /// Who is asked for the partitions of a group, as of now.
  Choice of(int group) {
    return choose(
        group,
        IntStream.range(0, partitions.applyAsInt(group)).boxed().toList(),
        breakers.silent());
  }

  /// Whether the newest rows of any partition are in more than one place.
  boolean isCopied(int group) {
    return members.all().stream().anyMatch(member -> member.tails().containsKey(group));
  }

  /// Who else has what a node was asked for; null where not all of it is anywhere else.
  @Nullable Choice without(Member member, int group, Choice.Part part) {
    Set<NodeAddress> silent = new HashSet<>(breakers.silent());
    silent.add(member.address());
    Choice choice = choose(group, part.partitions(), silent);
    return choice.missing().isEmpty() && !choice.nodes().containsKey(member) ? choice : null;
  }

  private Choice choose(int group, List<Integer> numbers, Set<NodeAddress> silent) {
    List<Member> all = members.all();
    Map<Integer, Member> owners = owners(group, all);
    Choice choice = new Choice(new TreeMap<>(Comparator.comparing(Member::id)), new ArrayList<>());
    for (int number : numbers) {
      choose(new PartitionOf(group, number), owners.get(number), all, silent, choice);
    }
    return choice;
  }

  /// By partition. Of two that say so the first: one of them does not know yet that it was
  /// overtaken.
  private Map<Integer, Member> owners(int group, List<Member> all) {
    Map<Integer, Member> owners = new HashMap<>();
    for (Member member : all) {
      for (int partition : member.owned().getOrDefault(group, List.of())) {
        owners.putIfAbsent(partition, member);
      }
    }
    owners.forEach(
        (partition, member) -> lastOwners.put(new PartitionOf(group, partition), member));
    return owners;
  }

  private void choose(
      PartitionOf of,
      @Nullable Member owner,
      List<Member> all,
      Set<NodeAddress> silent,
      Choice choice) {
    if (owner != null && !silent.contains(owner.address())) {
      choice.nodes().computeIfAbsent(owner, _ -> new Part()).partitions().add(of.partition());
      return;
    }
    Member gone = owner == null ? left(of, all) : owner;
    Member tail = gone == null ? null : tail(of, all, silent);
    if (gone != null && tail == null) {
      choice.missing().add(new Missing(of.partition(), reason(gone, owner == null)));
    }
    Part part =
        choice.nodes().computeIfAbsent(tail == null ? any(of, all, silent) : tail, _ -> new Part());
    part.partitions().add(of.partition());
    if (tail != null) {
      part.tails().add(of.partition());
    }
  }

  /// Callers of the API read it: no addresses.
  private static String reason(Member gone, boolean hasLeft) {
    return hasLeft
        ? "they were on node %s, which has left; they come back with it, or when another node has read them again"
            .formatted(gone.id())
        : "they are on node %s, which does not answer; they come back with it, or when another node has read them again"
            .formatted(gone.id());
  }

  /// Who reads the newest rows of a partition beside its owner.
  private @Nullable Member tail(PartitionOf of, List<Member> all, Set<NodeAddress> silent) {
    for (Member member : Placement.order(of.group(), of.partition(), all)) {
      if (member.tails(of.group(), of.partition()) && !silent.contains(member.address())) {
        return member;
      }
    }
    return null;
  }

  /// Who answers what is sealed: any node can read that.
  private Member any(PartitionOf of, List<Member> all, Set<NodeAddress> silent) {
    for (Member member : Placement.order(of.group(), of.partition(), all)) {
      if (!silent.contains(member.address())) {
        return member;
      }
    }
    return members.self();
  }

  /// The partitions of a group that nobody takes events for, or whose newest rows are not to be had
  /// now.
  ///
  /// @param name of the group
  List<MissingPartition> missing(int group, String name) {
    List<Member> all = members.all();
    Map<Integer, Member> owners = owners(group, all);
    List<MissingPartition> missing = new ArrayList<>();
    for (int partition = 0; partition < partitions.applyAsInt(group); partition++) {
      PartitionOf of = new PartitionOf(group, partition);
      Member owner = owners.get(partition);
      Member last = owner == null ? left(of, all) : null;
      boolean isGone = owner == null || breakers.isOpen(owner.address());
      if (isGone && tail(of, all, Set.of()) != null) {
        continue;
      }
      if (last != null) {
        missing.add(new MissingPartition(name, partition, Why.LEFT, last.id()));
      } else if (owner == null) {
        missing.add(new MissingPartition(name, partition, Why.UNOWNED, ""));
      } else if (isGone) {
        missing.add(new MissingPartition(name, partition, Why.SILENT, owner.id()));
      }
    }
    return missing;
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
}
