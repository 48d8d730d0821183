package io.tyto.engine.behaviour;

import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.MemoryBudget;
import io.tyto.model.query.Cohort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.collections.IntArrayList;

/// Decides for each entity whether it is in a cohort: every leaf is a kind, in the order of {@link
/// Cohort#leaves}. Not thread-safe.
public final class CohortPass implements EntityPass {
  private static final int GROWN_BY = 1 << 12;

  private final Test test;
  private final int[] counts;
  private final boolean keepsMembers;
  private final MemoryBudget memory;
  private final Map<Integer, IntArrayList> members = new TreeMap<>();
  private IntArrayList current = new IntArrayList();
  private int currentPartition = -1;
  private long count;

  /// Whether the counts of leaves make a member.
  private interface Test {
    boolean isIn(int[] counts);
  }

  /// @param keepsMembers whether it is asked who they are
  public CohortPass(Cohort cohort, boolean keepsMembers, MemoryBudget memory) {
    this.counts = new int[cohort.leaves().size()];
    this.keepsMembers = keepsMembers;
    this.memory = memory;
    test = compile(cohort, new int[1]);
  }

  /// @param next the kind of the next leaf
  private static Test compile(Cohort cohort, int[] next) {
    return switch (cohort) {
      case Cohort.Did did -> {
        int kind = next[0]++;
        yield counts -> counts[kind] >= did.atLeast();
      }
      case Cohort.All(var of, var except) -> {
        List<Test> all = compile(of, next);
        List<Test> none = compile(except, next);
        yield counts ->
            all.stream().allMatch(each -> each.isIn(counts))
                && none.stream().noneMatch(each -> each.isIn(counts));
      }
      case Cohort.Any(var of) -> {
        List<Test> any = compile(of, next);
        yield counts -> any.stream().anyMatch(each -> each.isIn(counts));
      }
    };
  }

  private static List<Test> compile(List<Cohort> cohorts, int[] next) {
    List<Test> tests = new ArrayList<>();
    cohorts.forEach(each -> tests.add(compile(each, next)));
    return tests;
  }

  @Override
  public void entity(int partition, int entity, EntityEvents events, int from, int to) {
    Arrays.fill(counts, 0);
    for (int at = from; at < to; at++) {
      Checkpoint.pass(at);
      for (int kinds = events.kinds(at); kinds != 0; kinds &= kinds - 1) {
        counts[Integer.numberOfTrailingZeros(kinds)]++;
      }
    }
    if (test.isIn(counts)) {
      count++;
      if (keepsMembers) {
        keep(partition, entity);
      }
    }
  }

  private void keep(int partition, int entity) {
    if (partition != currentPartition) {
      current = members.computeIfAbsent(partition, _ -> new IntArrayList());
      currentPartition = partition;
    }
    if (current.size() % GROWN_BY == 0) {
      memory.reserve(2L * GROWN_BY * Integer.BYTES);
    }
    current.addInt(entity);
  }

  public long count() {
    return count;
  }

  /// By partition, in no order.
  public Map<Integer, IntArrayList> members() {
    return members;
  }
}
