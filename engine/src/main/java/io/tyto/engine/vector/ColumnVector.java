package io.tyto.engine.vector;

import org.jspecify.annotations.Nullable;

/// Values of one column for `length` consecutive rows.
///
/// Arrays may be longer than `length` and are owned by the reader that filled them: valid until its
/// next read. `nulls` is a bitmap, bit i of word i/64 set where row i is null, or null when no row
/// is; the value at a null row is unspecified but safe to read.
public sealed interface ColumnVector {
  int length();

  long @Nullable [] nulls();

  default boolean isNull(int position) {
    long[] nulls = nulls();
    return nulls != null && (nulls[position >>> 6] >>> position & 1) != 0;
  }

  /// Every row is null: the column does not exist here.
  record AllNull(int length) implements ColumnVector {
    @Override
    public long @Nullable [] nulls() {
      long[] words = new long[(length + 63) >>> 6];
      java.util.Arrays.fill(words, -1L);
      return words;
    }

    @Override
    public boolean isNull(int position) {
      return true;
    }
  }

  record Longs(int length, long[] values, long @Nullable [] nulls) implements ColumnVector {}

  record Doubles(int length, double[] values, long @Nullable [] nulls) implements ColumnVector {}

  /// Dictionary-coded bytes; the ordinal of a null row is unspecified within the dictionary, or 0.
  record Ordinals(int length, int[] values, Dictionary dictionary, long @Nullable [] nulls)
      implements ColumnVector {}

  /// Plain bytes: value i is `data[offsets[i], offsets[i + 1])`.
  record Bytes(int length, byte[] data, int[] offsets, long @Nullable [] nulls)
      implements ColumnVector {}

  /// Lists: the elements of row i are positions `[offsets[i], offsets[i + 1])` of `elements`.
  record Lists(int length, int[] offsets, ColumnVector elements, long @Nullable [] nulls)
      implements ColumnVector {}
}
