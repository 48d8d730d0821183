package io.tyto.engine.record;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.BlockList;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.model.schema.Physical;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Puts the blocks first that promise the first rows, by the zone maps of the first order key: what
/// is read later can then mostly be turned away unread.
final class BlockOrder {
  private final ColumnSlots slots;
  private final List<RowSource> sources;
  private final RowScan.Spec spec;

  BlockOrder(ColumnSlots slots, List<RowSource> sources, RowScan.Spec spec) {
    this.slots = slots;
    this.sources = sources;
    this.spec = spec;
  }

  BlockList sort(BlockList blocks) {
    if (spec.orderBy().isEmpty()) {
      return blocks;
    }
    int slot = slots.slot(spec.orderBy().getFirst().column());
    if (slots.column(slot).type().physical() != Physical.LONG) {
      return blocks;
    }
    boolean isDescending = spec.orderBy().getFirst().direction().descending() != spec.backward();
    long[] promises = promises(blocks, slot, isDescending);
    Integer[] order = new Integer[blocks.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(i -> promises[i]));
    BlockList sorted = new BlockList();
    for (int i : order) {
      sorted.add(blocks.source(i), blocks.block(i));
    }
    return sorted;
  }

  /// The lower, the better; blocks without a zone come first.
  private long[] promises(BlockList blocks, int slot, boolean isDescending) {
    long[] promises = new long[blocks.size()];
    Batch batch = new Batch(slots);
    int entered = -1;
    for (int i = 0; i < promises.length; i++) {
      if (blocks.source(i) != entered) {
        entered = blocks.source(i);
        batch.enter(sources.get(entered), entered);
      }
      ColumnReader reader = batch.reader(slot);
      Zone zone = reader == null ? null : reader.zone(blocks.block(i));
      if (zone == null || !zone.hasBounds()) {
        promises[i] = Long.MIN_VALUE;
      } else {
        promises[i] = isDescending ? ~zone.maxLong() : zone.minLong();
      }
    }
    return promises;
  }
}
