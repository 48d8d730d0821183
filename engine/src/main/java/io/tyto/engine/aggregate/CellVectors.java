package io.tyto.engine.aggregate;

import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/// Makes vectors of states by group.
final class CellVectors {
  private CellVectors() {}

  static ColumnVector.Longs longs(int count, IntToLongFunction values) {
    long[] array = new long[count];
    Arrays.setAll(array, values);
    return new ColumnVector.Longs(count, array, null);
  }

  /// How many rows have a value; nothing where that is every one of them.
  static void addPresent(int count, int columnId, IntToLongFunction present, CellColumns target) {
    target.add(CellKind.PRESENT.id(columnId), ColumnType.LONG, longs(count, present));
  }

  /// A column that is left out where it says nothing.
  static void addUnlessZero(int count, int id, IntToLongFunction values, CellColumns target) {
    ColumnVector.Longs vector = longs(count, values);
    for (long value : vector.values()) {
      if (value != 0) {
        target.add(id, ColumnType.LONG, vector);
        return;
      }
    }
  }

  /// A bit for each group that has no value, or null where all have one.
  static long @Nullable [] nulls(int count, IntPredicate isNull) {
    long[] nulls = null;
    for (int group = 0; group < count; group++) {
      if (isNull.test(group)) {
        nulls = nulls == null ? new long[(count + Long.SIZE - 1) / Long.SIZE] : nulls;
        nulls[group >>> 6] |= 1L << group;
      }
    }
    return nulls;
  }

  /// Bytes laid end to end; null stands for no value.
  static ColumnVector.Bytes bytes(int count, IntFunction<byte @Nullable []> values) {
    byte[] data = new byte[1 << 10];
    int[] offsets = new int[count + 1];
    long[] nulls = null;
    for (int group = 0; group < count; group++) {
      byte[] value = values.apply(group);
      int from = offsets[group];
      if (value == null) {
        nulls = nulls == null ? new long[(count + Long.SIZE - 1) / Long.SIZE] : nulls;
        nulls[group >>> 6] |= 1L << group;
        offsets[group + 1] = from;
        continue;
      }
      int to = Math.addExact(from, value.length);
      if (to > data.length) {
        data = Arrays.copyOf(data, Capacity.grown(data.length, to));
      }
      System.arraycopy(value, 0, data, from, value.length);
      offsets[group + 1] = to;
    }
    return new ColumnVector.Bytes(count, data, offsets, nulls);
  }

  /// A column of states that write themselves.
  static void addStates(
      int count, int columnId, IntFunction<byte @Nullable []> states, CellColumns target) {
    target.add(CellKind.STATE.id(columnId), ColumnType.STRING, bytes(count, states));
  }

  /// A copy of one value of bytes.
  static byte[] value(ColumnVector vector, int position) {
    return switch (vector) {
      case ColumnVector.Bytes bytes ->
          Arrays.copyOfRange(
              bytes.data(), bytes.offsets()[position], bytes.offsets()[position + 1]);
      case ColumnVector.Ordinals coded -> coded.dictionary().value(coded.values()[position]);
      case ColumnVector.AllNull _,
          ColumnVector.Longs _,
          ColumnVector.Doubles _,
          ColumnVector.Lists _ ->
          throw ColumnAccumulator.unexpected(vector);
    };
  }
}
