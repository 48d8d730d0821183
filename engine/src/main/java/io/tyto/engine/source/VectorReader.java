package io.tyto.engine.source;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads a column that is in memory as a whole. Thread-safe, as nothing it reads is its own.
///
/// @param values of all rows, never written to
public record VectorReader(ColumnType type, ColumnVector values) implements ColumnReader {
  @Override
  public ColumnVector read(int from, int count) {
    Objects.checkFromIndexSize(from, count, values.length());
    return slice(values, from, count);
  }

  /// Rows `[from, from + count)` of a vector; `from` is a multiple of 64, or nothing follows them.
  static ColumnVector slice(ColumnVector vector, int from, int count) {
    long[] nulls = nulls(vector.nulls(), from, count);
    return switch (vector) {
      case ColumnVector.AllNull _ -> new ColumnVector.AllNull(count);
      case ColumnVector.Longs longs ->
          new ColumnVector.Longs(
              count, Arrays.copyOfRange(longs.values(), from, from + count), nulls);
      case ColumnVector.Doubles doubles ->
          new ColumnVector.Doubles(
              count, Arrays.copyOfRange(doubles.values(), from, from + count), nulls);
      case ColumnVector.Ordinals coded ->
          new ColumnVector.Ordinals(
              count,
              Arrays.copyOfRange(coded.values(), from, from + count),
              coded.dictionary(),
              nulls);
      case ColumnVector.Bytes bytes ->
          new ColumnVector.Bytes(
              count,
              bytes.data(),
              Arrays.copyOfRange(bytes.offsets(), from, from + count + 1),
              nulls);
      case ColumnVector.Lists lists ->
          new ColumnVector.Lists(
              count,
              Arrays.copyOfRange(lists.offsets(), from, from + count + 1),
              lists.elements(),
              nulls);
    };
  }

  private static long @Nullable [] nulls(long @Nullable [] all, int from, int count) {
    if (all == null) {
      return null;
    }
    long[] some = new long[(count + Long.SIZE - 1) / Long.SIZE];
    for (int i = 0; i < count; i++) {
      some[i >>> 6] |= (all[from + i >>> 6] >>> from + i & 1) << i;
    }
    return some;
  }

  @Override
  public @Nullable Zone zone(int block) {
    int from = block * RowSource.BLOCK_ROWS;
    int to = Math.min(values.length(), from + RowSource.BLOCK_ROWS);
    return switch (values) {
      case ColumnVector.Longs longs -> zone(longs, from, to, to - from, countNulls(from, to));
      case ColumnVector.Lists(_, var offsets, ColumnVector.Longs elements, _) ->
          zone(elements, offsets[from], offsets[to], to - from, 0);
      case ColumnVector.AllNull _,
          ColumnVector.Doubles _,
          ColumnVector.Ordinals _,
          ColumnVector.Bytes _,
          ColumnVector.Lists _ ->
          null;
    };
  }

  private int countNulls(int from, int to) {
    int nulls = 0;
    for (int i = from; i < to; i++) {
      nulls += values.isNull(i) ? 1 : 0;
    }
    return nulls;
  }

  private static Zone zone(ColumnVector.Longs longs, int from, int to, int rows, int nulls) {
    long least = Long.MAX_VALUE;
    long greatest = Long.MIN_VALUE;
    for (int i = from; i < to; i++) {
      if (!longs.isNull(i)) {
        least = Math.min(least, longs.values()[i]);
        greatest = Math.max(greatest, longs.values()[i]);
      }
    }
    return new Zone(rows, nulls, least <= greatest, least, greatest, 0, 0);
  }

  @Override
  public @Nullable Dictionary dictionary() {
    return null;
  }

  @Override
  public @Nullable InvertedIndex index() {
    return null;
  }
}
