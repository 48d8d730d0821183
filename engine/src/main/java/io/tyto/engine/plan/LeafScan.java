package io.tyto.engine.plan;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.measure.Columns;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.shipping.ShippedGroups;
import io.tyto.engine.shipping.ShippedGroups.Entities;
import io.tyto.engine.shipping.StateTable;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A node's share of a scan: that of the rows of some partitions, each of which is whole there.
///
/// Where the order of additions changes the last bit of a result, each partition is scanned for
/// itself: so an answer depends on the partitions, not on which node reads which.
public final class LeafScan {
  private LeafScan() {}

  /// Bounds of a column over some rows, as {@link io.tyto.engine.shipping.Leaves#bounds}.
  public static @Nullable LongRange bounds(
      TableSchema schema, List<RowSource> sources, ColumnSpec column, QueryContext context) {
    return ZoneBounds.of(new Sources(schema, sources), column, context);
  }

  /// Blocks until done.
  ///
  /// @param sources rows of this node's partitions
  public static FoundGroups run(ScanShare share, List<RowSource> sources, ScanContext context) {
    GroupScan.Spec spec = share.spec();
    GroupScan.Spec own =
        new GroupScan.Spec(
            spec.schema(),
            spec.range(),
            spec.where(),
            spec.keys(),
            spec.states(),
            isByEntity(spec) ? spec.best() : null,
            true);
    ShippedGroups shipped = share.shipped();
    Map<Integer, List<StateTable>> tables = new TreeMap<>();
    ScanStats stats = ScanStats.NONE;
    CubeCover cover = null;
    for (Map.Entry<Integer, List<RowSource>> some : split(spec, sources).entrySet()) {
      Sources read = new Sources(spec.schema(), some.getValue());
      cover = CubeCover.of(own, share.entities() != Entities.AS_COUNTS, read);
      Groups groups = GroupScan.runParts(own, cover.parts(), context);
      stats = stats.plus(groups.stats());
      tables.put(some.getKey(), shipped.tables(groups));
    }
    if (cover == null) {
      throw new IllegalArgumentException("a scan of no partition");
    }
    return new FoundGroups(tables, stats, cover.queryPlan(), cover.servedBy());
  }

  /// What is scanned at a time, by its least partition.
  private static Map<Integer, List<RowSource>> split(GroupScan.Spec spec, List<RowSource> sources) {
    Map<Integer, List<RowSource>> byPartition = new TreeMap<>();
    if (spec.states().stream().anyMatch(state -> isOrdered(state, spec.schema()))) {
      for (RowSource source : sources) {
        byPartition.computeIfAbsent(source.partition(), _ -> new ArrayList<>()).add(source);
      }
    }
    if (byPartition.isEmpty()) {
      int least = sources.stream().mapToInt(RowSource::partition).min().orElse(0);
      byPartition.put(least, sources);
    }
    return byPartition;
  }

  /// Whether the order of rows may change the last bit of a state.
  private static boolean isOrdered(StateSpec state, TableSchema schema) {
    if (!(state.measure() instanceof Measure.Column measure)) {
      return false;
    }
    ColumnType.Scalar type = new Columns(schema).require(measure.column()).type().element();
    return switch (measure.function()) {
      case SUM, AVG -> type.physical() == Physical.DOUBLE;
      case STDDEV -> type.physical() != Physical.LONG;
      case COUNT, COUNT_DISTINCT, COUNT_DISTINCT_EXACT, SUM_EXACT, MIN, MAX, FIRST, LAST -> false;
    };
  }

  /// Whether no group has rows on two nodes, so that the best of each are all that is needed.
  private static boolean isByEntity(GroupScan.Spec spec) {
    EventConfig.Entity entity = spec.schema().config().entity();
    return entity != null
        && spec.keys().stream()
            .anyMatch(key ->
                key instanceof ScanKey.ColumnKey(String column) && column.equals(entity.key()));
  }
}
