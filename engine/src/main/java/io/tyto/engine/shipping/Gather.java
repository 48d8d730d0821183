package io.tyto.engine.shipping;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Copies some rows of a vector, with the values themselves where they were coded. Static.
final class Gather {
  private Gather() {}

  /// @param positions ascending
  static ColumnVector rows(ColumnVector vector, int[] positions) {
    int count = positions.length;
    long[] nulls = nulls(vector, positions);
    return switch (vector) {
      case ColumnVector.AllNull _ -> new ColumnVector.AllNull(count);
      case ColumnVector.Longs longs ->
          new ColumnVector.Longs(
              count, Arrays.stream(positions).mapToLong(at -> longs.values()[at]).toArray(), nulls);
      case ColumnVector.Doubles doubles ->
          new ColumnVector.Doubles(
              count,
              Arrays.stream(positions).mapToDouble(at -> doubles.values()[at]).toArray(),
              nulls);
      case ColumnVector.Ordinals coded -> coded(coded, positions, nulls);
      case ColumnVector.Bytes bytes -> bytes(bytes, positions, nulls);
      case ColumnVector.Lists lists -> lists(lists, positions, nulls);
    };
  }

  /// The value of one row, which is not null.
  static byte[] bytes(ColumnVector vector, int row) {
    return switch (vector) {
      case ColumnVector.Ordinals coded -> coded.dictionary().value(coded.values()[row]);
      case ColumnVector.Bytes bytes ->
          Arrays.copyOfRange(bytes.data(), bytes.offsets()[row], bytes.offsets()[row + 1]);
      case ColumnVector.AllNull _,
          ColumnVector.Longs _,
          ColumnVector.Doubles _,
          ColumnVector.Lists _ ->
          throw new IllegalArgumentException(vector.getClass().getSimpleName() + " has no bytes");
    };
  }

  private static long @Nullable [] nulls(ColumnVector vector, int[] positions) {
    if (vector.nulls() == null) {
      return null;
    }
    long[] words = new long[(positions.length + Long.SIZE - 1) / Long.SIZE];
    for (int i = 0; i < positions.length; i++) {
      if (vector.isNull(positions[i])) {
        words[i >>> 6] |= 1L << i;
      }
    }
    return words;
  }

  private static ColumnVector coded(
      ColumnVector.Ordinals coded, int[] positions, long @Nullable [] nulls) {
    Dictionary dictionary = coded.dictionary();
    byte[][] values = new byte[positions.length][];
    for (int i = 0; i < positions.length; i++) {
      values[i] =
          coded.isNull(positions[i]) ? new byte[0] : dictionary.value(coded.values()[positions[i]]);
    }
    int[] offsets = new int[positions.length + 1];
    for (int i = 0; i < values.length; i++) {
      offsets[i + 1] = Math.addExact(offsets[i], values[i].length);
    }
    byte[] data = new byte[offsets[values.length]];
    for (int i = 0; i < values.length; i++) {
      System.arraycopy(values[i], 0, data, offsets[i], values[i].length);
    }
    return new ColumnVector.Bytes(positions.length, data, offsets, nulls);
  }

  private static ColumnVector bytes(
      ColumnVector.Bytes bytes, int[] positions, long @Nullable [] nulls) {
    int[] offsets = new int[positions.length + 1];
    for (int i = 0; i < positions.length; i++) {
      int length = bytes.offsets()[positions[i] + 1] - bytes.offsets()[positions[i]];
      offsets[i + 1] = Math.addExact(offsets[i], length);
    }
    byte[] data = new byte[offsets[positions.length]];
    for (int i = 0; i < positions.length; i++) {
      System.arraycopy(
          bytes.data(),
          bytes.offsets()[positions[i]],
          data,
          offsets[i],
          offsets[i + 1] - offsets[i]);
    }
    return new ColumnVector.Bytes(positions.length, data, offsets, nulls);
  }

  private static ColumnVector lists(
      ColumnVector.Lists lists, int[] positions, long @Nullable [] nulls) {
    int[] offsets = new int[positions.length + 1];
    for (int i = 0; i < positions.length; i++) {
      // Where a row is null, what lies between its offsets is nothing of it.
      int length =
          lists.isNull(positions[i])
              ? 0
              : lists.offsets()[positions[i] + 1] - lists.offsets()[positions[i]];
      offsets[i + 1] = Math.addExact(offsets[i], length);
    }
    int[] elements = new int[offsets[positions.length]];
    for (int i = 0; i < positions.length; i++) {
      for (int at = offsets[i]; at < offsets[i + 1]; at++) {
        elements[at] = lists.offsets()[positions[i]] + at - offsets[i];
      }
    }
    return new ColumnVector.Lists(
        positions.length, offsets, rows(lists.elements(), elements), nulls);
  }
}
