package io.tyto.engine.record;

import io.tyto.engine.filter.CompiledFilter;
import io.tyto.engine.filter.SourceFilter;
import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thread's part of a record scan.
final class RecordLane {
  private final ScanContext context;
  private final List<RowSource> sources;
  private final CompiledFilter compiled;
  private final TopRows.Ordering ordering;
  private final @Nullable TopRows anchor;
  private final boolean wantsTotal;
  private final Kernels kernels = Kernels.best();
  private final Batch batch;
  private final TopRows top;
  private final long[] mask = new long[RowSource.BATCH_ROWS / Long.SIZE];
  private final int[] positions = new int[RowSource.BATCH_ROWS];
  private @Nullable SourceFilter filter;
  private int sourceIndex = -1;
  private long total;

  RecordLane(
      ScanContext context,
      ColumnSlots slots,
      List<RowSource> sources,
      CompiledFilter compiled,
      TopRows.Ordering ordering,
      int wanted,
      @Nullable TopRows anchor,
      boolean wantsTotal) {
    this.context = context;
    this.sources = sources;
    this.compiled = compiled;
    this.ordering = ordering;
    this.anchor = anchor;
    this.wantsTotal = wantsTotal;
    batch = new Batch(slots);
    top = new TopRows(ordering, wanted);
  }

  TopRows top() {
    return top;
  }

  long total() {
    return total;
  }

  long bytesRead() {
    return batch.bytesRead();
  }

  void scan(int source, int block) {
    if (source != sourceIndex) {
      sourceIndex = source;
      batch.enter(sources.get(source), source);
      filter = compiled.openNarrowing(batch, kernels);
    }
    SourceFilter current = filter;
    if (current == null || !current.enterBlock(block)) {
      return;
    }
    boolean isBehind = isBehind(block);
    if (isBehind && !wantsTotal) {
      return;
    }
    int from = block * RowSource.BLOCK_ROWS;
    int to = from + RowSource.blockRows(batch.source(), block);
    for (int at = from; at < to; at += RowSource.BATCH_ROWS) {
      context.check();
      batch.move(at, Math.min(RowSource.BATCH_ROWS, to - at));
      scanBatch(current, isBehind);
    }
  }

  private boolean isBehind(int block) {
    if (ordering.slots().length == 0) {
      return false;
    }
    ColumnReader reader = batch.reader(ordering.slots()[0]);
    return reader != null && top.isBehind(reader.zone(block));
  }

  private void scanBatch(SourceFilter current, boolean isBehind) {
    SourceFilter.fill(mask, batch.length());
    if (!current.retain(mask)) {
      return;
    }
    int count = kernels.positions(mask, batch.length(), positions);
    total += count;
    if (isBehind) {
      return;
    }
    batch.select(positions, count);
    top.enter(batch);
    for (int i = 0; i < count; i++) {
      if (anchor == null || top.compare(positions[i], anchor, 0) > 0) {
        top.offer(positions[i]);
      }
    }
  }
}
