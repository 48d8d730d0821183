package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesEncoder;
import io.tyto.engine.encoding.DoubleEncoder;
import io.tyto.engine.encoding.EncodedValues;
import io.tyto.engine.encoding.LongEncoder;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;

/// Gathers the values of one block and encodes them. Not thread-safe; reused block by block.
sealed interface ValuesBuffer {
  /// Appends the values at the positions `[from, from + count)` of the list of positions.
  void add(ColumnVector vector, int[] positions, int from, int count);

  int size();

  /// Nulls among the values.
  NullsBuilder nulls();

  /// The values, of which at least one is not null.
  EncodedValues encode();

  /// Bounds of the values encoded last, with counts that the caller knows.
  Zone zone(int rows, int nullRows);

  void clear();

  private static IllegalArgumentException unexpected(ColumnVector vector) {
    return new IllegalArgumentException(
        vector.getClass().getSimpleName() + " in a column of another form");
  }

  /// Longs, or ordinals of the segment's own dictionary.
  final class OfLongs implements ValuesBuffer {
    private final LongEncoder encoder;
    private final NullsBuilder nulls = new NullsBuilder();
    private long[] values = new long[1 << 10];
    private int size;
    private long min;
    private long max;

    OfLongs(LongEncoder encoder) {
      this.encoder = encoder;
    }

    @Override
    public void add(ColumnVector vector, int[] positions, int from, int count) {
      if (values.length - size < count) {
        values = Arrays.copyOf(values, Math.max(size + count, values.length * 2));
      }
      if (vector instanceof ColumnVector.Longs longs) {
        long[] source = longs.values();
        for (int i = 0; i < count; i++) {
          values[size + i] = source[positions[from + i]];
        }
      } else if (!(vector instanceof ColumnVector.AllNull)) {
        throw unexpected(vector);
      }
      nulls.add(vector, positions, from, count);
      size += count;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public NullsBuilder nulls() {
      return nulls;
    }

    @Override
    public EncodedValues encode() {
      if (nulls.hasNulls()) {
        // A null takes the value before it: that packs best, and leaves the bounds alone.
        long last = values[nulls.firstPresent()];
        for (int i = 0; i < size; i++) {
          if (nulls.isNull(i)) {
            values[i] = last;
          }
          last = values[i];
        }
      }
      EncodedValues encoded = encoder.encode(values, size);
      min = encoder.min();
      max = encoder.max();
      return encoded;
    }

    @Override
    public Zone zone(int rows, int nullRows) {
      return new Zone(rows, nullRows, true, min, max, 0, 0);
    }

    @Override
    public void clear() {
      size = 0;
      nulls.clear();
    }
  }

  final class OfDoubles implements ValuesBuffer {
    private final DoubleEncoder encoder;
    private final NullsBuilder nulls = new NullsBuilder();
    private double[] values = new double[1 << 10];
    private int size;
    private double min;
    private double max;

    OfDoubles(DoubleEncoder encoder) {
      this.encoder = encoder;
    }

    @Override
    public void add(ColumnVector vector, int[] positions, int from, int count) {
      if (values.length - size < count) {
        values = Arrays.copyOf(values, Math.max(size + count, values.length * 2));
      }
      if (vector instanceof ColumnVector.Doubles doubles) {
        double[] source = doubles.values();
        for (int i = 0; i < count; i++) {
          values[size + i] = source[positions[from + i]];
        }
      } else if (!(vector instanceof ColumnVector.AllNull)) {
        throw unexpected(vector);
      }
      nulls.add(vector, positions, from, count);
      size += count;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public NullsBuilder nulls() {
      return nulls;
    }

    @Override
    public EncodedValues encode() {
      double last = values[nulls.firstPresent()];
      min = last;
      max = last;
      boolean hasNulls = nulls.hasNulls();
      for (int i = 0; i < size; i++) {
        if (hasNulls && nulls.isNull(i)) {
          values[i] = last;
        }
        last = values[i];
        min = Math.min(min, last);
        max = Math.max(max, last);
      }
      return encoder.encode(values, size);
    }

    @Override
    public Zone zone(int rows, int nullRows) {
      return new Zone(rows, nullRows, true, 0, 0, min, max);
    }

    @Override
    public void clear() {
      size = 0;
      nulls.clear();
    }
  }

  /// Bytes that get no dictionary.
  final class OfBytes implements ValuesBuffer {
    private final BytesEncoder encoder;
    private final NullsBuilder nulls = new NullsBuilder();
    private int size;

    OfBytes(BytesEncoder encoder) {
      this.encoder = encoder;
    }

    @Override
    public void add(ColumnVector vector, int[] positions, int from, int count) {
      for (int i = from; i < from + count; i++) {
        add(vector, positions[i]);
      }
      nulls.add(vector, positions, from, count);
      size += count;
    }

    private void add(ColumnVector vector, int position) {
      if (vector.isNull(position)) {
        encoder.addNull();
        return;
      }
      switch (vector) {
        case ColumnVector.Bytes bytes -> {
          int start = bytes.offsets()[position];
          encoder.add(bytes.data(), start, bytes.offsets()[position + 1] - start);
        }
        case ColumnVector.Ordinals ordinals -> {
          byte[] value = ordinals.dictionary().value(ordinals.values()[position]);
          encoder.add(value, 0, value.length);
        }
        case ColumnVector.AllNull _,
            ColumnVector.Longs _,
            ColumnVector.Doubles _,
            ColumnVector.Lists _ ->
            throw unexpected(vector);
      }
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public NullsBuilder nulls() {
      return nulls;
    }

    @Override
    public EncodedValues encode() {
      return encoder.finish();
    }

    @Override
    public Zone zone(int rows, int nullRows) {
      return new Zone(rows, nullRows, false, 0, 0, 0, 0);
    }

    @Override
    public void clear() {
      if (encoder.size() > 0) {
        encoder.finish(); // a block of nulls only, which is not written
      }
      size = 0;
      nulls.clear();
    }
  }
}
