package io.tyto.engine.record;

import io.tyto.engine.filter.CompiledFilter;
import io.tyto.engine.filter.SourceFilter;
import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One thread's part of a record scan.
final class RecordLane {
  /// Sources kept open: pieces of those whose times overlap come in turns.
  private static final int OPEN_SOURCES = 32;

  private final ScanContext context;
  private final ColumnSlots slots;
  private final List<RowSource> sources;
  private final CompiledFilter compiled;
  private final TopRows.Ordering ordering;
  private final @Nullable TopRows anchor;
  private final boolean wantsTotal;
  private final Kernels kernels = Kernels.best();
  private final LinkedHashMap<Integer, Place> places =
      new LinkedHashMap<>(OPEN_SOURCES, 0.75f, true);
  private final TopRows top;
  private final long[] mask = new long[RowSource.BATCH_ROWS / Long.SIZE];
  private final int[] positions = new int[RowSource.BATCH_ROWS];
  private long total;
  private long bytesRead;

  /// A source as this thread reads it.
  private static final class Place {
    private final Batch batch;
    private final SourceFilter filter;
    private int block = -1;
    private boolean mayPass;

    Place(Batch batch, SourceFilter filter) {
      this.batch = batch;
      this.filter = filter;
    }

    /// False where no row of the block passes.
    boolean enter(int newBlock) {
      if (newBlock != block) {
        block = newBlock;
        mayPass = filter.enterBlock(newBlock);
      }
      return mayPass;
    }
  }

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
    this.slots = slots;
    this.sources = sources;
    this.compiled = compiled;
    this.ordering = ordering;
    this.anchor = anchor;
    this.wantsTotal = wantsTotal;
    top = new TopRows(ordering, wanted);
  }

  TopRows top() {
    return top;
  }

  long total() {
    return total;
  }

  long bytesRead() {
    long bytes = bytesRead;
    for (Place place : places.values()) {
      bytes += place.batch.bytesRead();
    }
    return bytes;
  }

  private Place place(int source) {
    Place known = places.get(source);
    if (known == null) {
      if (places.size() == OPEN_SOURCES) {
        bytesRead += places.pollFirstEntry().getValue().batch.bytesRead();
      }
      Batch batch = new Batch(slots);
      batch.enter(sources.get(source), source);
      known = new Place(batch, compiled.openNarrowing(batch, kernels));
      places.put(source, known);
    }
    return known;
  }

  void scan(int source, int block) {
    Place place = place(source);
    if (!place.enter(block)) {
      return;
    }
    boolean isBehind = isBehind(place.batch, block);
    if (isBehind && !wantsTotal) {
      return;
    }
    int from = block * RowSource.BLOCK_ROWS;
    int to = from + RowSource.blockRows(place.batch.source(), block);
    context.scanned(to - from);
    for (int at = from; at < to; at += RowSource.BATCH_ROWS) {
      scanBatch(place, at, Math.min(RowSource.BATCH_ROWS, to - at), isBehind);
    }
  }

  /// Takes pieces until nothing that is left can matter, or it has read so many batches; true in
  /// the first case.
  boolean walk(EdgeWalk walk, int mostBatches) {
    for (int batches = 0; batches < mostBatches; ) {
      EdgeWalk.Piece piece = walk.next();
      if (piece == null || top.isBehind(piece.promise())) {
        walk.end();
        return true;
      }
      Place place = place(piece.source());
      if (place.enter(piece.block())) {
        context.scanned(piece.to() - piece.from());
        for (int at = piece.from(); at < piece.to(); at += RowSource.BATCH_ROWS, batches++) {
          scanBatch(place, at, Math.min(RowSource.BATCH_ROWS, piece.to() - at), false);
        }
      }
    }
    return false;
  }

  private boolean isBehind(Batch batch, int block) {
    if (ordering.slots().length == 0) {
      return false;
    }
    ColumnReader reader = batch.reader(ordering.slots()[0]);
    return reader != null && top.isBehind(reader.zone(block));
  }

  private void scanBatch(Place place, int from, int length, boolean isBehind) {
    context.query().admit(length);
    context.check();
    place.batch.move(from, length);
    SourceFilter.fill(mask, length);
    if (!place.filter.retain(mask)) {
      return;
    }
    int count = kernels.positions(mask, length, positions);
    total += count;
    if (isBehind) {
      return;
    }
    place.batch.select(positions, count);
    top.enter(place.batch);
    // From the end that is wanted: the first rows offered then turn the others away.
    for (int i = 0; i < count; i++) {
      offer(positions[ordering.isFromEnd() ? count - 1 - i : i]);
    }
  }

  private void offer(int position) {
    if (anchor == null || top.compare(position, anchor, 0) > 0) {
      top.offer(position);
    }
  }
}
