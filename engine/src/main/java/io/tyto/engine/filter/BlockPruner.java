package io.tyto.engine.filter;

import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.BlockList;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.TimeInterval;
import java.util.Collections;
import java.util.List;

/// Finds the blocks a filter cannot rule out, by zone maps and indexes alone.
public final class BlockPruner {
  /// @param stats without bytes, which only reading tells
  public record Pruned(BlockList blocks, ScanStats stats) {
    /// With what else was touched or passed over.
    public Pruned plus(ScanStats more) {
      return new Pruned(blocks, stats.plus(more));
    }
  }

  private BlockPruner() {}

  /// @param range of event time that the filter asks for
  public static Pruned prune(
      CompiledFilter filter, TimeInterval range, ColumnSlots slots, List<RowSource> sources) {
    return prune(Collections.nCopies(sources.size(), filter), range, slots, sources);
  }

  /// @param filters by source
  public static Pruned prune(
      List<CompiledFilter> filters, ColumnSlots slots, List<RowSource> sources) {
    return prune(filters, TimeInterval.ALL_TIME, slots, sources);
  }

  private static Pruned prune(
      List<CompiledFilter> filters,
      TimeInterval range,
      ColumnSlots slots,
      List<RowSource> sources) {
    BlockList kept = new BlockList();
    Batch batch = new Batch(slots);
    long rows = 0;
    int scanned = 0;
    for (int i = 0; i < sources.size(); i++) {
      RowSource source = sources.get(i);
      if (!RowSource.isWithin(range, source)) {
        continue;
      }
      batch.enter(source, i);
      SourceFilter sourceFilter = filters.get(i).open(batch, Kernels.best());
      int before = kept.size();
      for (int block = 0; block < RowSource.blocks(source); block++) {
        if (sourceFilter.enterBlock(block)) {
          kept.add(i, block);
          rows += RowSource.blockRows(source, block);
        }
      }
      scanned += kept.size() > before ? 1 : 0;
    }
    return new Pruned(kept, new ScanStats(rows, 0, scanned, sources.size() - scanned));
  }
}
