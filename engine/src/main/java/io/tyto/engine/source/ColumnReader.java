package io.tyto.engine.source;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import org.jspecify.annotations.Nullable;

/// Reads one column of one source. Not thread-safe; the vector is valid until the next read.
public interface ColumnReader {
  ColumnType type();

  /// Rows `[from, from + count)`; count at most {@link RowSource#BATCH_ROWS} and the rows within
  /// one block. SEGMENT_CORRUPT where the bytes do not check.
  ColumnVector read(int from, int count);

  /// What is known of a block without reading it, or null.
  @Nullable Zone zone(int block);

  /// The dictionary where the column is dictionary-coded throughout, or null.
  @Nullable Dictionary dictionary();

  /// Rows by dictionary ordinal, or null where the column has none.
  @Nullable InvertedIndex index();

  /// Where the rows of the source ascend by this column, else null.
  default @Nullable Ascending ascending() {
    return null;
  }
}
