package io.tyto.engine.plan;

import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.Leaves;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.shipping.ShippedGroups.Entities;
import io.tyto.engine.shipping.StateTable;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Groups of rows that lie on several nodes: each scans its own, and what they found is merged
/// here. Not thread-safe; one per query.
final class SharedGroups implements GroupSource {
  private final TableSnapshot snapshot;
  private final Leaves leaves;
  private final ScanContext context;

  SharedGroups(TableSnapshot snapshot, Leaves leaves, ScanContext context) {
    this.snapshot = snapshot;
    this.leaves = leaves;
    this.context = context;
  }

  @Override
  public TableSchema schema() {
    return snapshot.schema();
  }

  @Override
  public String id() {
    return snapshot.id();
  }

  @Override
  public TableSnapshot.Facts facts() {
    return snapshot.facts();
  }

  @Override
  public @Nullable LongRange bounds(ColumnSpec column) {
    return leaves.bounds(column, context.query());
  }

  @Override
  public Found scan(GroupScan.Spec spec, boolean isRegrouped) {
    Entities entities =
        !leaves.hasEntityIds()
            ? Entities.AS_VALUES
            : isRegrouped ? Entities.AS_IDS : Entities.AS_COUNTS;
    ScanShare share = new ScanShare(spec, entities);
    List<FoundGroups> found = leaves.scan(share, context);
    Map<Integer, List<StateTable>> byPartition = new TreeMap<>();
    ScanStats stats = ScanStats.NONE;
    for (FoundGroups one : found) {
      one.tables()
          .forEach((partition, tables) ->
              byPartition.computeIfAbsent(partition, _ -> new ArrayList<>()).addAll(tables));
      stats = stats.plus(one.stats());
    }
    List<StateTable> tables = new ArrayList<>();
    byPartition.values().forEach(tables::addAll);
    Groups merged = share.shipped().merge(tables, context).withStats(stats);
    FoundGroups first = found.getFirst();
    return new Found(merged, first.plan(), first.servedBy());
  }
}
