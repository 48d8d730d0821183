package io.tyto.engine.load;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The values of one column of {@link LoadedRows}; never changed.
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
sealed interface LoadedColumn {
  /// Bytes of memory.
  long sizeBytes();

  /// Rows `[from, from + count)` as a vector of their own.
  ColumnVector read(int from, int count);

  /// Some rows as a column of their own.
  LoadedColumn keep(int[] rows, int count);

  /// A vector as a column; its arrays are taken over.
  ///
  /// @param type of the column, for a vector of nulls
  static LoadedColumn of(ColumnVector vector, ColumnType type) {
    return switch (vector) {
      case ColumnVector.Longs(_, long[] values, long[] nulls) -> new Longs(values, nulls);
      case ColumnVector.Doubles(_, double[] values, long[] nulls) -> new Doubles(values, nulls);
      case ColumnVector.Ordinals(_, int[] values, Dictionary dictionary, long[] nulls) ->
          new Ordinals(values, dictionary, nulls);
      case ColumnVector.Bytes(_, byte[] data, int[] offsets, long[] nulls) ->
          new Bytes(data, offsets, nulls);
      case ColumnVector.Lists(_, int[] offsets, ColumnVector elements, long[] nulls) ->
          new Lists(offsets, of(elements, type.element()), nulls);
      case ColumnVector.AllNull none -> ofNulls(none, type);
    };
  }

  private static LoadedColumn ofNulls(ColumnVector.AllNull none, ColumnType type) {
    int count = none.length();
    if (type.isList()) {
      LoadedColumn elements = ofNulls(new ColumnVector.AllNull(0), type.element());
      return new Lists(new int[count + 1], elements, none.nulls());
    }
    return switch (type.physical()) {
      case LONG -> new Longs(new long[count], none.nulls());
      case DOUBLE -> new Doubles(new double[count], none.nulls());
      case BYTES -> new Bytes(new byte[0], new int[count + 1], none.nulls());
    };
  }

  record Longs(long[] values, long @Nullable [] nulls) implements LoadedColumn {
    @Override
    public long sizeBytes() {
      return Long.BYTES * (long) values.length + bytesOf(nulls);
    }

    @Override
    public ColumnVector read(int from, int count) {
      return new ColumnVector.Longs(
          count, Arrays.copyOfRange(values, from, from + count), slice(nulls, from, count));
    }

    @Override
    public LoadedColumn keep(int[] rows, int count) {
      long[] kept = new long[count];
      for (int i = 0; i < count; i++) {
        kept[i] = values[rows[i]];
      }
      return new Longs(kept, LoadedColumn.keep(nulls, rows, count));
    }
  }

  /// The same number in every row.
  record Same(long value) implements LoadedColumn {
    @Override
    public long sizeBytes() {
      return Long.BYTES;
    }

    @Override
    public ColumnVector read(int from, int count) {
      long[] values = new long[count];
      Arrays.fill(values, value);
      return new ColumnVector.Longs(count, values, null);
    }

    @Override
    public LoadedColumn keep(int[] rows, int count) {
      return this;
    }
  }

  /// The one text of a dictionary in every row.
  record SameText(Dictionary dictionary) implements LoadedColumn {
    @Override
    public long sizeBytes() {
      return 0;
    }

    @Override
    public ColumnVector read(int from, int count) {
      return new ColumnVector.Ordinals(count, new int[count], dictionary, null);
    }

    @Override
    public LoadedColumn keep(int[] rows, int count) {
      return this;
    }
  }

  /// Numbers that fit an int, such as entity ids.
  record Ints(int[] values) implements LoadedColumn {
    @Override
    public long sizeBytes() {
      return Integer.BYTES * (long) values.length;
    }

    @Override
    public ColumnVector read(int from, int count) {
      long[] wide = new long[count];
      for (int i = 0; i < count; i++) {
        wide[i] = values[from + i];
      }
      return new ColumnVector.Longs(count, wide, null);
    }

    @Override
    public LoadedColumn keep(int[] rows, int count) {
      int[] kept = new int[count];
      for (int i = 0; i < count; i++) {
        kept[i] = values[rows[i]];
      }
      return new Ints(kept);
    }
  }

  record Doubles(double[] values, long @Nullable [] nulls) implements LoadedColumn {
    @Override
    public long sizeBytes() {
      return Double.BYTES * (long) values.length + bytesOf(nulls);
    }

    @Override
    public ColumnVector read(int from, int count) {
      return new ColumnVector.Doubles(
          count, Arrays.copyOfRange(values, from, from + count), slice(nulls, from, count));
    }

    @Override
    public LoadedColumn keep(int[] rows, int count) {
      double[] kept = new double[count];
      for (int i = 0; i < count; i++) {
        kept[i] = values[rows[i]];
      }
      return new Doubles(kept, LoadedColumn.keep(nulls, rows, count));
    }
  }

  record Ordinals(int[] values, Dictionary dictionary, long @Nullable [] nulls)
      implements LoadedColumn {
    @Override
    public long sizeBytes() {
      return Integer.BYTES * (long) values.length + bytesOf(nulls);
    }

    @Override
    public ColumnVector read(int from, int count) {
      return new ColumnVector.Ordinals(
          count,
          Arrays.copyOfRange(values, from, from + count),
          dictionary,
          slice(nulls, from, count));
    }

    @Override
    public LoadedColumn keep(int[] rows, int count) {
      int[] kept = new int[count];
      for (int i = 0; i < count; i++) {
        kept[i] = values[rows[i]];
      }
      return new Ordinals(kept, dictionary, LoadedColumn.keep(nulls, rows, count));
    }
  }

  record Bytes(byte[] data, int[] offsets, long @Nullable [] nulls) implements LoadedColumn {
    @Override
    public long sizeBytes() {
      return data.length + Integer.BYTES * (long) offsets.length + bytesOf(nulls);
    }

    @Override
    public ColumnVector read(int from, int count) {
      return new ColumnVector.Bytes(
          count,
          data,
          Arrays.copyOfRange(offsets, from, from + count + 1),
          slice(nulls, from, count));
    }

    @Override
    public LoadedColumn keep(int[] rows, int count) {
      int[] ends = new int[count + 1];
      for (int i = 0; i < count; i++) {
        ends[i + 1] = ends[i] + offsets[rows[i] + 1] - offsets[rows[i]];
      }
      byte[] kept = new byte[ends[count]];
      for (int i = 0; i < count; i++) {
        System.arraycopy(data, offsets[rows[i]], kept, ends[i], ends[i + 1] - ends[i]);
      }
      return new Bytes(kept, ends, LoadedColumn.keep(nulls, rows, count));
    }
  }

  record Lists(int[] offsets, LoadedColumn elements, long @Nullable [] nulls)
      implements LoadedColumn {
    @Override
    public long sizeBytes() {
      return Integer.BYTES * (long) offsets.length + elements.sizeBytes() + bytesOf(nulls);
    }

    @Override
    public ColumnVector read(int from, int count) {
      int[] starts = Arrays.copyOfRange(offsets, from, from + count + 1);
      int first = starts[0];
      for (int i = 0; i <= count; i++) {
        starts[i] -= first;
      }
      return new ColumnVector.Lists(
          count, starts, elements.read(first, starts[count]), slice(nulls, from, count));
    }

    @Override
    public LoadedColumn keep(int[] rows, int count) {
      int[] ends = new int[count + 1];
      for (int i = 0; i < count; i++) {
        ends[i + 1] = ends[i] + offsets[rows[i] + 1] - offsets[rows[i]];
      }
      int[] kept = new int[ends[count]];
      for (int i = 0; i < count; i++) {
        for (int k = ends[i]; k < ends[i + 1]; k++) {
          kept[k] = offsets[rows[i]] + k - ends[i];
        }
      }
      return new Lists(
          ends, elements.keep(kept, kept.length), LoadedColumn.keep(nulls, rows, count));
    }
  }

  private static long bytesOf(long @Nullable [] nulls) {
    return nulls == null ? 0 : Long.BYTES * (long) nulls.length;
  }

  private static long @Nullable [] slice(long @Nullable [] nulls, int from, int count) {
    if (nulls == null || count == 0) {
      return null;
    }
    long[] words = new long[count + 63 >>> 6];
    long any = 0;
    for (int i = 0; i < words.length; i++) {
      int word = (from >>> 6) + i;
      long low = nulls[word] >>> from;
      boolean hasMore = (from & 63) != 0 && word + 1 < nulls.length;
      words[i] = hasMore ? low | nulls[word + 1] << -from : low;
    }
    if ((count & 63) != 0) {
      words[words.length - 1] &= -1L >>> -count;
    }
    for (long word : words) {
      any |= word;
    }
    return any == 0 ? null : words;
  }

  private static long @Nullable [] keep(long @Nullable [] nulls, int[] rows, int count) {
    if (nulls == null) {
      return null;
    }
    long[] kept = new long[count + 63 >>> 6];
    for (int i = 0; i < count; i++) {
      kept[i >>> 6] |= (nulls[rows[i] >>> 6] >>> rows[i] & 1) << i;
    }
    return kept;
  }
}
