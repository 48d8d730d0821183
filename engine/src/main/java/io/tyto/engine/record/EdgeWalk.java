package io.tyto.engine.record;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.BlockList;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.source.Ascending;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Deals the rows of all sources in pieces, those first that promise the first rows of an order by
/// one column of longs: sources whose rows ascend by it are walked from the end that is wanted, a
/// batch at a time, the others by blocks. Thread-safe.
final class EdgeWalk {
  /// Rows to read next.
  ///
  /// @param promise no row of this or a later piece has a lower rank
  record Piece(int source, int block, int from, int to, long promise) {}

  private final boolean isDescending;
  private final List<RowSource> sources;
  private final PriorityQueue<Cursor> waiting =
      new PriorityQueue<>((left, right) -> Long.compare(left.promise, right.promise));

  /// What is left of a source, or one block of it.
  private static final class Cursor {
    private final int source;
    private final @Nullable Ascending times;
    private final @Nullable ColumnReader reader;

    /// Blocks that may hold rows that pass, ascending; those in `[first, last]` are left.
    private final int[] blocks;

    private int first;
    private int last;

    /// Rows `[from, to)` of the block at hand are left.
    private int from;

    private int to;
    private long promise;

    Cursor(int source, @Nullable ColumnReader reader, @Nullable Ascending times, int[] blocks) {
      this.source = source;
      this.reader = reader;
      this.times = times;
      this.blocks = blocks;
      last = blocks.length - 1;
    }
  }

  /// @param blocks those that the filter leaves, by source
  /// @param slot of the column
  /// @param isDescending the greatest values first
  EdgeWalk(
      ColumnSlots slots,
      List<RowSource> sources,
      BlockList blocks,
      int slot,
      boolean isDescending) {
    this.sources = sources;
    this.isDescending = isDescending;
    Batch batch = new Batch(slots);
    for (int i = 0; i < blocks.size(); ) {
      int source = blocks.source(i);
      int end = i;
      while (end < blocks.size() && blocks.source(end) == source) {
        end++;
      }
      batch.enter(sources.get(source), source);
      add(source, batch.reader(slot), numbers(blocks, i, end));
      i = end;
    }
  }

  private static int[] numbers(BlockList blocks, int from, int to) {
    int[] numbers = new int[to - from];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = blocks.block(from + i);
    }
    return numbers;
  }

  private void add(int source, @Nullable ColumnReader reader, int[] blocks) {
    Ascending times = reader == null ? null : reader.ascending();
    // Rows without a value lie at one end only, which is not always where the order has them.
    if (times != null && times.present() == sources.get(source).rowCount()) {
      waiting.add(enterBlock(new Cursor(source, reader, times, blocks)));
      return;
    }
    for (int block : blocks) {
      waiting.add(enterBlock(new Cursor(source, reader, null, new int[] {block})));
    }
  }

  /// Blocks without a zone come first.
  private long promise(@Nullable Zone zone) {
    return zone == null || !zone.hasBounds() || zone.nulls() > 0
        ? Long.MIN_VALUE
        : isDescending ? ~zone.maxLong() : zone.minLong();
  }

  private Cursor enterBlock(Cursor cursor) {
    int block = cursor.blocks[isDescending ? cursor.last : cursor.first];
    cursor.from = block * RowSource.BLOCK_ROWS;
    cursor.to = cursor.from + RowSource.blockRows(sources.get(cursor.source), block);
    cursor.promise = promise(cursor.reader == null ? null : cursor.reader.zone(block));
    return cursor;
  }

  /// Whether some source is walked from an end: else nothing is gained over dealing blocks.
  boolean hasEdges() {
    return waiting.stream().anyMatch(cursor -> cursor.times != null);
  }

  /// The piece that promises most, or null when all are dealt.
  synchronized @Nullable Piece next() {
    Cursor cursor = waiting.poll();
    if (cursor == null) {
      return null;
    }
    int block = cursor.blocks[isDescending ? cursor.last : cursor.first];
    if (cursor.times == null) {
      return new Piece(cursor.source, block, cursor.from, cursor.to, cursor.promise);
    }
    Piece piece = cut(cursor, block);
    if (cursor.from < cursor.to) {
      // The row behind those left begins a batch, so that it is cheap to decode, and promises no
      // less than they.
      cursor.promise =
          isDescending ? ~cursor.times.value(cursor.to) : cursor.times.value(cursor.from);
      waiting.add(cursor);
    } else if (cursor.first < cursor.last) {
      cursor.last -= isDescending ? 1 : 0;
      cursor.first += isDescending ? 0 : 1;
      waiting.add(enterBlock(cursor));
    }
    return piece;
  }

  /// A batch from the wanted end; batches begin at multiples of their length.
  private Piece cut(Cursor cursor, int block) {
    int from = cursor.from;
    int to = cursor.to;
    if (isDescending) {
      from = Math.max(from, to - 1 & -RowSource.BATCH_ROWS);
      cursor.to = from;
    } else {
      to = Math.min(to, (from & -RowSource.BATCH_ROWS) + RowSource.BATCH_ROWS);
      cursor.from = to;
    }
    return new Piece(cursor.source, block, from, to, cursor.promise);
  }

  /// Nothing that is left is wanted.
  synchronized void end() {
    waiting.clear();
  }
}
