package io.tyto.engine.plan;

import io.tyto.engine.behaviour.CohortPass;
import io.tyto.engine.behaviour.EntityScan;
import io.tyto.engine.behaviour.EventClock;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.index.RowSet;
import io.tyto.index.RowSets;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EntitySet;
import io.tyto.model.query.EventFilter;
import io.tyto.model.result.CohortResult;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.collections.IntArrayList;

/// Finds the entities of a cohort.
public final class CohortRunner {
  private CohortRunner() {}

  /// How many there are.
  ///
  /// @param snapshots of every collection that is named
  public static CohortResult count(
      Cohort cohort, Map<String, TableSnapshot> snapshots, ScanContext context) {
    EventSources sources = new EventSources(snapshots, context);
    EntityScan.Found<CohortPass> found = scan(cohort, sources, false);
    long entities = found.passes().stream().mapToLong(CohortPass::count).sum();
    return new CohortResult(entities, sources.meta(found.stats(), false));
  }

  /// Who they are: a bitmap of dense ids for each partition.
  public static EntitySet members(
      Cohort cohort, Map<String, TableSnapshot> snapshots, ScanContext context) {
    EntityScan.Found<CohortPass> found = scan(cohort, new EventSources(snapshots, context), true);
    return Checkpoint.within(context.query(), () -> members(found));
  }

  private static EntitySet members(EntityScan.Found<CohortPass> found) {
    Map<Integer, IntArrayList> ids = new TreeMap<>();
    for (CohortPass pass : found.passes()) {
      pass.members()
          .forEach((partition, members) ->
              ids.computeIfAbsent(partition, _ -> new IntArrayList()).addAll(members));
    }
    Map<Integer, RowSet> sets = new TreeMap<>();
    ids.forEach((partition, members) -> {
      sets.put(partition, RowSets.of(ascending(members), members.size()));
    });
    return new Members(sets);
  }

  /// Ids are dense, so that a bit for each sorts them.
  private static int[] ascending(IntArrayList members) {
    BitSet ids = new BitSet();
    for (int i = 0; i < members.size(); i++) {
      Checkpoint.pass(i);
      ids.set(members.getInt(i));
    }
    int[] ascending = new int[members.size()];
    int count = 0;
    for (int id = ids.nextSetBit(0); id >= 0; id = ids.nextSetBit(id + 1)) {
      ascending[count++] = id;
    }
    return ascending;
  }

  private static EntityScan.Found<CohortPass> scan(
      Cohort cohort, EventSources sources, boolean keepsMembers) {
    List<Cohort.Did> leaves = cohort.leaves();
    if (leaves.stream().anyMatch(leaf -> leaf.atLeast() < 1)) {
      throw new TytoException(ErrorCode.BAD_USER_INPUT, "atLeast is 1 or more");
    }
    List<EventFilter> events = leaves.stream().map(Cohort.Did::event).toList();
    sources.check(events, null);
    EventClock clock = sources.clock(events, ZoneOffset.UTC);
    ScanContext context = sources.context();
    return Checkpoint.within(
        context.query(),
        () ->
            sources
                .scan(sources.tables(events, null), clock)
                .run(() -> new CohortPass(cohort, keepsMembers, context.memory())));
  }

  /// @param sets by partition
  private record Members(Map<Integer, RowSet> sets) implements EntitySet {
    @Override
    public boolean contains(int partition, int entity) {
      RowSet set = sets.get(partition);
      return set != null && set.contains(entity);
    }

    @Override
    public boolean isAnyIn(int partition) {
      RowSet set = sets.get(partition);
      return set != null && set.cardinality() > 0;
    }
  }
}
