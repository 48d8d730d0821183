package io.tyto.cluster.query;

import io.tyto.cluster.member.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/// Who is asked for which partitions of a group. Immutable once it is made.
///
/// @param nodes in order of their ids
/// @param missing partitions whose newest rows nobody can be asked for; of them a node answers what
///   is sealed
record Choice(SortedMap<Member, Part> nodes, List<Missing> missing) {

  /// What one node answers for.
  ///
  /// @param tails those of the partitions that another node owns, whose newest rows this one reads
  ///   too
  record Part(List<Integer> partitions, List<Integer> tails) {
    Part() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  /// @param reason for people, without the partition
  record Missing(int partition, String reason) {}

  /// Whether one member has everything, and the newest of it.
  boolean isAllOf(Member member) {
    Part part = nodes.size() == 1 && missing.isEmpty() ? nodes.get(member) : null;
    return part != null && part.tails.isEmpty();
  }
}
