package io.tyto.engine.source;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads one column of one source. Not thread-safe; the vector is valid until the next read.
public interface ColumnReader {
  ColumnType type();

  /// Rows `[from, from + count)`; count at most {@link RowSource#BATCH_ROWS} and the rows within
  /// one block. SEGMENT_CORRUPT where the bytes do not check.
  ColumnVector read(int from, int count);

  /// Reads only the rows `from + p` for each `p` of `positions[0, rows)`, which ascend and are
  /// below `count`: the vector is as long as that of {@link #read(int, int)}, but values elsewhere
  /// are unspecified, if safe to read; nulls are right everywhere.
  default ColumnVector read(int from, int count, int[] positions, int rows) {
    return read(from, count);
  }

  /// Of a column of lists without nulls among their elements: `lengths[i]` becomes the number of
  /// elements of row `from + i`, 0 where there is no list. Rows as in {@link #read(int, int)}.
  default void lengths(int from, int count, int[] lengths) {
    if (read(from, count) instanceof ColumnVector.Lists lists) {
      for (int i = 0; i < count; i++) {
        lengths[i] = lists.isNull(i) ? 0 : lists.offsets()[i + 1] - lists.offsets()[i];
      }
    } else {
      Arrays.fill(lengths, 0, count, 0);
    }
  }

  /// Clears the bits of the rows of `[from, from + count)` whose value (ordinal, where there is a
  /// dictionary) is null or outside `[low, high]` (inside, if `negated`), without reading a vector;
  /// bit i of word i/64 stands for row `from + i`. False, and nothing done, where this column
  /// cannot.
  default boolean retainRange(
      int from, int count, long low, long high, boolean negated, long[] mask) {
    return false;
  }

  /// The same for rows whose ordinal has no bit in `members` (has one, if `negated`).
  default boolean retainMembers(int from, int count, long[] members, boolean negated, long[] mask) {
    return false;
  }

  /// Whether {@link #sum} adds up the rows of `[from, from + count)`: this column can without
  /// reading a vector, and none of them is null.
  default boolean canSum(int from, int count) {
    return false;
  }

  /// The sum of `[from, from + count)` modulo 2^64; where {@link #canSum}.
  default long sum(int from, int count) {
    throw new IllegalStateException("this column is read to be added up");
  }

  /// The same for the rows whose bit is set: bit i of word i/64 stands for row `from + i`.
  default long sum(int from, int count, long[] mask) {
    throw new IllegalStateException("this column is read to be added up");
  }

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

  /// Which batches may hold a value, or null where that is not known.
  default @Nullable BatchSets batchSets() {
    return null;
  }
}
