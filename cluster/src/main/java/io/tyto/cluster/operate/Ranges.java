package io.tyto.cluster.operate;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/// Who is suggested which partition by a group of Kafka with the assignor `range`, which every
/// process asks for: as many in a row for each, those with the least names one more where they do
/// not come out even. So nobody can choose where a partition is; what can be chosen is who is
/// there.
final class Ranges {
  private Ranges() {}

  /// By partition. An empty list where nobody is there.
  ///
  /// @param nodes names of those who own partitions
  /// @param isOfOne whether one of them owns all
  static List<String> owners(int partitions, SortedSet<String> nodes, boolean isOfOne) {
    List<String> owners = new ArrayList<>();
    if (nodes.isEmpty()) {
      return owners;
    }
    int each = partitions / nodes.size();
    int more = partitions % nodes.size();
    for (String node : nodes) {
      int share = each + (more-- > 0 ? 1 : 0);
      for (int i = 0; i < share; i++) {
        owners.add(isOfOne ? nodes.first() : node);
      }
    }
    return owners;
  }
}
