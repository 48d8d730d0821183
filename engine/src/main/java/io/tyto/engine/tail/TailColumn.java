package io.tyto.engine.tail;

import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import org.jspecify.annotations.Nullable;

/// The growing values of one column in one chunk, or the elements of a list column.
///
/// One thread appends. Arrays are volatile because growth replaces them: a reader that took the
/// published row count first sees arrays that hold at least those rows.
sealed interface TailColumn permits TailLongs, TailDoubles, TailOrdinals, TailBytes, TailLists {
  /// Rough cost of an entry beside its bytes: an offset, a slot, its share of spare room.
  int ENTRY_BYTES = 16;

  /// Appends one value in the form that {@link io.tyto.engine.row.Row} lists hold; returns bytes
  /// added.
  int append(@Nullable Object value);

  int appendNull();

  default int appendLong(long value) {
    throw new IllegalArgumentException("a long in a column of another form");
  }

  default int appendDouble(double value) {
    throw new IllegalArgumentException("a double in a column of another form");
  }

  default int appendBytes(byte[] value) {
    throw new IllegalArgumentException("bytes in a column of another form");
  }

  default int appendList(@Nullable Object[] elements) {
    throw new IllegalArgumentException("a list in a column that holds single values");
  }

  /// A fresh cursor over the first `rows` values, which are published.
  Cursor cursor(int rows);

  /// Reads published values for one reader; its vectors are valid until the next read.
  interface Cursor {
    ColumnVector read(int from, int count);

    default @Nullable Dictionary dictionary() {
      return null;
    }

    /// Bounds over all values the cursor covers.
    Zone zone();
  }
}
