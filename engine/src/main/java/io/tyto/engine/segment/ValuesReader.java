package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesBatch;
import io.tyto.engine.encoding.BytesDecoder;
import io.tyto.engine.encoding.DoubleDecoder;
import io.tyto.engine.encoding.LongDecoder;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import org.jspecify.annotations.Nullable;

/// Reads the values of one block after the other: rows of a column, or elements of a list column.
///
/// Not thread-safe; a vector is valid until the next read. One class a physical form, so that the
/// decode loop behind each call site is one.
sealed interface ValuesReader {
  /// Turns to another block. `block` is null where all its values are null.
  void open(Container.@Nullable Block block);

  /// @param nulls of the values read
  ColumnVector read(int from, int count, long @Nullable [] nulls);

  /// Only the values at `positions[0, selected)` from `from`, see {@link
  /// io.tyto.engine.source.ColumnReader}.
  ColumnVector read(int from, int count, int[] positions, int selected, long @Nullable [] nulls);

  /// The block's integers or ordinals, null where it has none.
  @Nullable LongDecoder integers();

  /// Decoding a value alone takes so many times longer than decoding it among its neighbours.
  int LONE_COST = 8;

  final class OfLongs implements ValuesReader {
    private static final LongDecoder NOTHING = LongDecoder.zeros();

    private LongDecoder decoder = NOTHING;
    private long[] values = new long[0];

    @Override
    public void open(Container.@Nullable Block block) {
      decoder =
          block == null
              ? NOTHING
              : LongDecoder.open(block.encoding(), block.payload(), block.values());
    }

    @Override
    public ColumnVector read(int from, int count, long @Nullable [] nulls) {
      if (values.length < count) {
        values = new long[count];
      }
      decoder.decode(from, count, values);
      return new ColumnVector.Longs(count, values, nulls);
    }

    @Override
    public ColumnVector read(
        int from, int count, int[] positions, int selected, long @Nullable [] nulls) {
      if ((long) selected * LONE_COST > count) {
        return read(from, count, nulls);
      }
      if (values.length < count) {
        values = new long[count];
      }
      decoder.decode(from, positions, selected, values);
      return new ColumnVector.Longs(count, values, nulls);
    }

    @Override
    public LongDecoder integers() {
      return decoder;
    }
  }

  final class OfDoubles implements ValuesReader {
    private DoubleDecoder decoder = DoubleDecoder.zeros();
    private double[] values = new double[0];

    @Override
    public void open(Container.@Nullable Block block) {
      decoder =
          block == null
              ? DoubleDecoder.zeros()
              : DoubleDecoder.open(block.encoding(), block.payload(), block.values());
    }

    @Override
    public ColumnVector read(int from, int count, long @Nullable [] nulls) {
      if (values.length < count) {
        values = new double[count];
      }
      decoder.decode(from, count, values);
      return new ColumnVector.Doubles(count, values, nulls);
    }

    @Override
    public ColumnVector read(
        int from, int count, int[] positions, int selected, long @Nullable [] nulls) {
      if ((long) selected * LONE_COST > count) {
        return read(from, count, nulls);
      }
      if (values.length < count) {
        values = new double[count];
      }
      decoder.decode(from, positions, selected, values);
      return new ColumnVector.Doubles(count, values, nulls);
    }

    @Override
    public @Nullable LongDecoder integers() {
      return null;
    }
  }

  final class OfOrdinals implements ValuesReader {
    private static final LongDecoder NOTHING = LongDecoder.zeros();

    private final Dictionary dictionary;
    private LongDecoder decoder = NOTHING;
    private int[] values = new int[0];

    OfOrdinals(Dictionary dictionary) {
      this.dictionary = dictionary;
    }

    @Override
    public void open(Container.@Nullable Block block) {
      decoder =
          block == null
              ? NOTHING
              : LongDecoder.open(block.encoding(), block.payload(), block.values());
    }

    @Override
    public ColumnVector read(int from, int count, long @Nullable [] nulls) {
      if (values.length < count) {
        values = new int[count];
      }
      decoder.decode(from, count, values);
      return new ColumnVector.Ordinals(count, values, dictionary, nulls);
    }

    @Override
    public ColumnVector read(
        int from, int count, int[] positions, int selected, long @Nullable [] nulls) {
      if ((long) selected * LONE_COST > count) {
        return read(from, count, nulls);
      }
      if (values.length < count) {
        values = new int[count];
      }
      decoder.decode(from, positions, selected, values);
      return new ColumnVector.Ordinals(count, values, dictionary, nulls);
    }

    @Override
    public LongDecoder integers() {
      return decoder;
    }
  }

  final class OfBytes implements ValuesReader {
    private final BytesBatch batch = new BytesBatch();
    private @Nullable BytesDecoder decoder;

    @Override
    public void open(Container.@Nullable Block block) {
      decoder =
          block == null
              ? null
              : BytesDecoder.open(block.encoding(), block.codec(), block.payload());
    }

    @Override
    public ColumnVector read(int from, int count, long @Nullable [] nulls) {
      if (decoder == null) {
        return new ColumnVector.Bytes(count, new byte[0], new int[count + 1], nulls);
      }
      decoder.decode(from, count, batch);
      return new ColumnVector.Bytes(count, batch.data(), batch.offsets(), nulls);
    }

    @Override
    public ColumnVector read(
        int from, int count, int[] positions, int selected, long @Nullable [] nulls) {
      if (decoder == null || selected * 2 > count) {
        return read(from, count, nulls);
      }
      decoder.decode(from, positions, selected, count, batch);
      return new ColumnVector.Bytes(count, batch.data(), batch.offsets(), nulls);
    }

    @Override
    public @Nullable LongDecoder integers() {
      return null;
    }
  }
}
