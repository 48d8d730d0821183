package io.tyto.cluster.operate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Who is to own what.
class RangesTest {
  private static List<String> owners(int partitions, boolean isOfOne, String... nodes) {
    return Ranges.owners(partitions, new TreeSet<>(List.of(nodes)), isOfOne);
  }

  @Test
  void eachHasAsManyInARowAndTheFirstOneMore() {
    assertEquals(List.of("a", "a", "a", "b", "b", "c", "c"), owners(7, false, "c", "a", "b"));
    assertEquals(List.of("a", "b"), owners(2, false, "a", "b", "c"));
    assertEquals(List.of(), owners(2, false));
  }

  @Test
  void aLogThatFeedsAllPartitionsHasOneOwner() {
    assertEquals(List.of("a", "a", "a", "a"), owners(4, true, "b", "a"));
  }
}
