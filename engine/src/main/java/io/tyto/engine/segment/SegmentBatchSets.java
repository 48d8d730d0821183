package io.tyto.engine.segment;

import io.tyto.engine.encoding.BatchSet;
import io.tyto.engine.source.BatchSets;
import io.tyto.engine.source.RowSource;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The sets of one column's values, each opened when it is first asked for. Thread-safe.
final class SegmentBatchSets implements BatchSets {
  private static final int BLOCKS_PER_GROUP =
      GROUP_BATCHES * RowSource.BATCH_ROWS / RowSource.BLOCK_ROWS;

  private final Container container;
  private final int columnId;
  private final AtomicReferenceArray<@Nullable BatchSet> groups;

  SegmentBatchSets(Container container, int columnId, int groups) {
    this.container = container;
    this.columnId = columnId;
    this.groups = new AtomicReferenceArray<>(groups);
  }

  /// Null where the column has none.
  static @Nullable SegmentBatchSets of(Container container, int columnId, int blocks) {
    int groups = (blocks + BLOCKS_PER_GROUP - 1) / BLOCKS_PER_GROUP;
    for (int group = 0; group < groups; group++) {
      if (container.has(BlockKind.BATCH_SETS, columnId, group)) {
        return new SegmentBatchSets(container, columnId, groups);
      }
    }
    return null;
  }

  @Override
  public long mayHold(int group, long hash) {
    BatchSet known = groups.get(group);
    Container.Block block = null;
    try {
      if (known == null) {
        block = container.find(BlockKind.BATCH_SETS, columnId, group);
        if (block == null) {
          return -1L;
        }
        known = BatchSet.open(block.payload());
        groups.set(group, known);
      }
      return known.mayHold(hash);
    } catch (RuntimeException | InternalError e) {
      throw container.unreadable(block, e);
    }
  }
}
