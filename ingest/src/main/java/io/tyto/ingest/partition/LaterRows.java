package io.tyto.ingest.partition;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.SourceView;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Rows of a tail from one on. Thread-safe as the source is.
///
/// @param source fewer rows than a block
/// @param skipped rows before the first
record LaterRows(RowSource source, int skipped) implements SourceView {
  LaterRows {
    if (source.rowCount() > BLOCK_ROWS) {
      throw new IllegalArgumentException(source.rowCount() + " rows do not fit a block");
    }
  }

  /// The rows at an offset or above of rows of one log that ascend by it.
  static List<RowSource> from(List<RowSource> rows, long offset) {
    List<RowSource> later = new ArrayList<>();
    for (RowSource source : rows) {
      int skipped = below(source, offset);
      if (skipped == 0) {
        later.add(source);
      } else if (skipped < source.rowCount()) {
        later.add(new LaterRows(source, skipped));
      }
    }
    return later;
  }

  /// How many rows are below an offset.
  static int below(RowSource source, long offset) {
    ColumnReader offsets = Objects.requireNonNull(source.column(SystemColumns.OFFSET));
    int low = 0;
    int high = source.rowCount();
    while (low < high) {
      int middle = low + high >>> 1;
      if (((ColumnVector.Longs) offsets.read(middle, 1)).values()[0] < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public int rowCount() {
    return source.rowCount() - skipped;
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    ColumnReader all = source.column(columnId);
    return all == null ? null : new Reader(all, skipped, rowCount());
  }

  private record Reader(ColumnReader all, int skipped, int rows) implements ColumnReader {
    @Override
    public ColumnType type() {
      return all.type();
    }

    @Override
    public ColumnVector read(int from, int count) {
      Objects.checkFromIndexSize(from, count, rows);
      return all.read(skipped + from, count);
    }

    /// That of the source would count rows that are not seen here.
    @Override
    public @Nullable Zone zone(int block) {
      return null;
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return all.dictionary();
    }

    @Override
    public @Nullable InvertedIndex index() {
      return null;
    }
  }
}
