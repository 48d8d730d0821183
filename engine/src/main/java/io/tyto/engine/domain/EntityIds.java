package io.tyto.engine.domain;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/// Codes of entities without any hashing: their dense ids. An entity lives in one partition only,
/// so the ids of the partitions are laid end to end. Immutable.
///
/// @param slot of the `_entity` column
/// @param bases by partition: added to its ids
/// @param limit codes are below
public record EntityIds(int slot, Map<Integer, Integer> bases, int limit) {
  private static final String COLUMN = "_entity";

  /// The ids that stand for the values of a column, or null where the column is not the entity's
  /// key or some source has no ids.
  public static @Nullable EntityIds of(
      ColumnSpec column, ColumnSlots slots, List<RowSource> sources) {
    EventConfig.Entity entity = slots.schema().config().entity();
    if (entity == null || !entity.key().equals(column.name()) || column.type().isList()) {
      return null;
    }
    int slot = slots.slot(COLUMN);
    Map<Integer, Long> greatest = greatest(slot, slots, sources);
    if (greatest == null) {
      return null;
    }
    Map<Integer, Integer> bases = new HashMap<>();
    long next = 0;
    for (Map.Entry<Integer, Long> partition : greatest.entrySet()) {
      bases.put(partition.getKey(), (int) next);
      next += partition.getValue();
    }
    return next >= Integer.MAX_VALUE ? null : new EntityIds(slot, bases, (int) next + 1);
  }

  private static @Nullable Map<Integer, Long> greatest(
      int slot, ColumnSlots slots, List<RowSource> sources) {
    Map<Integer, Long> greatest = new TreeMap<>();
    Batch batch = new Batch(slots);
    for (int i = 0; i < sources.size(); i++) {
      RowSource source = sources.get(i);
      batch.enter(source, i);
      ColumnReader reader =
          batch.holdsCells()
              ? source.column(CellKind.ENTITIES.id(SystemColumns.ENTITY))
              : batch.reader(slot);
      for (int block = 0; block < RowSource.blocks(source); block++) {
        if (reader == null) {
          return null;
        }
        greatest.merge(source.partition(), greatest(source, reader, block), Math::max);
      }
    }
    return greatest;
  }

  /// By reading where the zone map does not say: in the tail's last chunk.
  private static long greatest(RowSource source, ColumnReader reader, int block) {
    Zone zone = reader.zone(block);
    if (zone != null && (zone.hasBounds() || zone.nulls() == zone.rows())) {
      return zone.hasBounds() ? zone.maxLong() : 0;
    }
    long greatest = 0;
    int end = block * RowSource.BLOCK_ROWS + RowSource.blockRows(source, block);
    for (int from = block * RowSource.BLOCK_ROWS; from < end; from += RowSource.BATCH_ROWS) {
      Checkpoint.pass();
      ColumnVector read = reader.read(from, Math.min(RowSource.BATCH_ROWS, end - from));
      ColumnVector ids = read instanceof ColumnVector.Lists lists ? lists.elements() : read;
      for (int i = 0; ids instanceof ColumnVector.Longs longs && i < longs.length(); i++) {
        greatest = longs.isNull(i) ? greatest : Math.max(greatest, longs.values()[i]);
      }
    }
    return greatest;
  }

  /// Codes of the ids at `positions[0, count)`; 0 for the null entity.
  ///
  /// @param positions null for the first `count` ones
  public void codes(
      Batch batch, ColumnVector vector, int @Nullable [] positions, int count, int[] codes) {
    if (!(vector instanceof ColumnVector.Longs ids)) {
      Arrays.fill(codes, 0, count, 0);
      return;
    }
    int base = base(batch.source().partition());
    if (positions == null) {
      CodeLoops.entities(ids.values(), base, count, codes);
    } else {
      CodeLoops.entities(ids.values(), base, positions, count, codes);
    }
  }

  /// Numbers for the entities of codes that every node gives them: the partition in the upper half,
  /// the id in the lower.
  public IntToLongFunction global() {
    int[][] byBase =
        bases.entrySet().stream()
            .map(each -> new int[] {each.getValue(), each.getKey()})
            .sorted(Comparator.comparingInt((int[] each) -> each[0]).thenComparing(each -> each[1]))
            .toArray(int[][]::new);
    return code -> {
      // The last base below: partitions without ids share theirs with the next.
      int low = 0;
      for (int high = byBase.length - 1; low < high; ) {
        int middle = low + high + 1 >>> 1;
        if (byBase[middle][0] < code) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return (long) byBase[low][1] << Integer.SIZE | code - byBase[low][0];
    };
  }

  private int base(int partition) {
    Integer base = bases.get(partition);
    return base == null ? 0 : base;
  }
}
