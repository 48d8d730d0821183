package io.tyto.engine.join;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Other values for some rows of one column. Filled by one thread, then read by any.
public final class Patches {
  private static final int FIRST_CAPACITY = 64;

  private final ColumnType type;
  private int[] rows = new int[FIRST_CAPACITY];
  private @Nullable Object[] values = new Object[FIRST_CAPACITY];
  private int count;

  /// @param type of the column: single values
  public Patches(ColumnType type) {
    this.type = type;
  }

  /// @param row above those of earlier calls
  /// @param value a Long, a Double or bytes, by the form of the column, or null
  public void add(int row, @Nullable Object value) {
    if (value != null && !isHeld(value)) {
      throw new IllegalArgumentException(
          "a column of %s holds no %s".formatted(type, value.getClass().getSimpleName()));
    }
    if (count == rows.length) {
      rows = Arrays.copyOf(rows, 2 * count);
      values = Arrays.copyOf(values, 2 * count);
    }
    rows[count] = row;
    values[count++] = value;
  }

  private boolean isHeld(Object value) {
    return switch (type.physical()) {
      case Physical.LONG -> value instanceof Long;
      case Physical.DOUBLE -> value instanceof Double;
      case Physical.BYTES -> value instanceof byte[];
    };
  }

  public int size() {
    return count;
  }

  /// The column with these values in the place of its own.
  ///
  /// @param stored of the same type; null: every other row is null
  ColumnReader over(@Nullable ColumnReader stored) {
    if (stored != null && !stored.type().equals(type)) {
      throw new IllegalArgumentException(
          "values of type %s cannot stand among those of %s".formatted(type, stored.type()));
    }
    return new Reader(stored);
  }

  private final class Reader implements ColumnReader {
    private final @Nullable ColumnReader stored;

    Reader(@Nullable ColumnReader stored) {
      this.stored = stored;
    }

    @Override
    public ColumnType type() {
      return type;
    }

    @Override
    public ColumnVector read(int from, int length) {
      ColumnVector before =
          stored == null ? new ColumnVector.AllNull(length) : stored.read(from, length);
      int found = Arrays.binarySearch(rows, 0, count, from);
      int next = found < 0 ? -found - 1 : found;
      if (stored != null && (next == count || rows[next] >= from + length)) {
        return before;
      }
      return switch (type.physical()) {
        case Physical.LONG -> longs(before, from, length, next);
        case Physical.DOUBLE -> doubles(before, from, length, next);
        case Physical.BYTES -> bytes(before, from, length, next);
      };
    }

    private ColumnVector longs(ColumnVector before, int from, int length, int next) {
      long[] patched =
          before instanceof ColumnVector.Longs longs
              ? Arrays.copyOf(longs.values(), length)
              : new long[length];
      long[] nulls = nulls(before, length);
      for (int i = next; i < count && rows[i] < from + length; i++) {
        if (mark(nulls, rows[i] - from, values[i]) instanceof Long value) {
          patched[rows[i] - from] = value;
        }
      }
      return new ColumnVector.Longs(length, patched, nulls);
    }

    private ColumnVector doubles(ColumnVector before, int from, int length, int next) {
      double[] patched =
          before instanceof ColumnVector.Doubles doubles
              ? Arrays.copyOf(doubles.values(), length)
              : new double[length];
      long[] nulls = nulls(before, length);
      for (int i = next; i < count && rows[i] < from + length; i++) {
        if (mark(nulls, rows[i] - from, values[i]) instanceof Double value) {
          patched[rows[i] - from] = value;
        }
      }
      return new ColumnVector.Doubles(length, patched, nulls);
    }

    private ColumnVector bytes(ColumnVector before, int from, int length, int next) {
      byte[][] patched = new byte[length][];
      int total = 0;
      for (int i = 0, patch = next; i < length; i++) {
        boolean isPatched = patch < count && rows[patch] == from + i;
        byte[] value = isPatched ? (byte[]) values[patch++] : bytesAt(before, i);
        patched[i] = value == null ? NOTHING : value;
        total = Math.addExact(total, patched[i].length);
      }
      long[] nulls = nulls(before, length);
      for (int i = next; i < count && rows[i] < from + length; i++) {
        mark(nulls, rows[i] - from, values[i]);
      }
      byte[] data = new byte[total];
      int[] offsets = new int[length + 1];
      for (int i = 0; i < length; i++) {
        System.arraycopy(patched[i], 0, data, offsets[i], patched[i].length);
        offsets[i + 1] = offsets[i] + patched[i].length;
      }
      return new ColumnVector.Bytes(length, data, offsets, nulls);
    }

    @Override
    public @Nullable Zone zone(int block) {
      return null;
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

  private static final byte[] NOTHING = {};

  private static byte @Nullable [] bytesAt(ColumnVector vector, int position) {
    if (vector.isNull(position)) {
      return null;
    }
    return switch (vector) {
      case ColumnVector.Ordinals coded -> coded.dictionary().value(coded.values()[position]);
      case ColumnVector.Bytes plain ->
          Arrays.copyOfRange(
              plain.data(), plain.offsets()[position], plain.offsets()[position + 1]);
      case ColumnVector.AllNull _,
          ColumnVector.Longs _,
          ColumnVector.Doubles _,
          ColumnVector.Lists _ ->
          throw new IllegalStateException("a column of bytes was expected");
    };
  }

  private static long[] nulls(ColumnVector vector, int length) {
    long[] nulls = vector.nulls();
    int words = length + 63 >>> 6;
    return nulls == null ? new long[words] : Arrays.copyOf(nulls, words);
  }

  /// Notes whether a row is null; returns the value.
  private static @Nullable Object mark(long[] nulls, int position, @Nullable Object value) {
    if (value == null) {
      nulls[position >>> 6] |= 1L << position;
    } else {
      nulls[position >>> 6] &= ~(1L << position);
    }
    return value;
  }
}
