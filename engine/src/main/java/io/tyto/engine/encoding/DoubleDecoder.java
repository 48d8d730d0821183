package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.BYTE;
import static io.tyto.engine.encoding.Layouts.DOUBLE;
import static io.tyto.engine.encoding.Layouts.INT;

import java.lang.foreign.MemorySegment;

/// Doubles of one payload, decoded in any range. Not thread-safe. Fails like {@link LongDecoder}.
public sealed interface DoubleDecoder {
  /// Values `[from, from + count)` into `target[0, count)`.
  void decode(int from, int count, double[] target);

  /// Few of them: value `from + p` into `target[p]` for each `p` of `positions[0, count)`, which
  /// ascend.
  void decode(int from, int[] positions, int count, double[] target);

  /// Any number of zeros.
  static DoubleDecoder zeros() {
    return new Bits(LongDecoder.zeros());
  }

  /// @param payload followed by at least 8 readable bytes that belong to it
  /// @param values how many it holds
  static DoubleDecoder open(Encoding encoding, MemorySegment payload, int values) {
    return switch (encoding) {
      case PLAIN -> new Plain(payload);
      case SCALED -> new Scaled(payload, values);
      case CONSTANT, PACKED, PATCHED, DELTA, RUN_LENGTH, DISTINCT ->
          new Bits(LongDecoder.open(encoding, payload, values));
      case RAW, FIXED, CHUNKED, STRINGS, BITMAP ->
          throw new IllegalArgumentException(encoding + " holds no doubles");
    };
  }

  /// ```
  /// 0  f64 x values
  /// ```
  record Plain(MemorySegment payload) implements DoubleDecoder {
    @Override
    public void decode(int from, int count, double[] target) {
      MemorySegment.copy(payload, DOUBLE, 8L * from, target, 0, count);
    }

    @Override
    public void decode(int from, int[] positions, int count, double[] target) {
      for (int i = 0; i < count; i++) {
        target[positions[i]] = payload.get(DOUBLE, 8L * (from + positions[i]));
      }
    }
  }

  /// Integers that are the doubles' bits.
  final class Bits implements DoubleDecoder {
    private final LongDecoder inner;
    private long[] bits = new long[0];

    Bits(LongDecoder inner) {
      this.inner = inner;
    }

    @Override
    public void decode(int from, int count, double[] target) {
      if (bits.length < count) {
        bits = new long[count];
      }
      inner.decode(from, count, bits);
      for (int i = 0; i < count; i++) {
        target[i] = Double.longBitsToDouble(bits[i]);
      }
    }

    @Override
    public void decode(int from, int[] positions, int count, double[] target) {
      int limit = count == 0 ? 0 : positions[count - 1] + 1;
      if (bits.length < limit) {
        bits = new long[limit];
      }
      inner.decode(from, positions, count, bits);
      for (int i = 0; i < count; i++) {
        target[positions[i]] = Double.longBitsToDouble(bits[positions[i]]);
      }
    }
  }

  /// ```
  /// 0   u8  exponent
  /// 1   u8  encoding of the integers
  /// 4   u32 exceptions
  /// 64  u32 position x exceptions, ascending; aligned to 8
  ///     f64 value x exceptions; aligned to 64
  ///     payload of the integers; value = integer / 10^exponent
  /// ```
  final class Scaled implements DoubleDecoder {
    /// Powers of ten that are exact, so that a correctly rounded division gives back every decimal.
    static final double[] POWERS = {
      1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    private final MemorySegment payload;
    private final LongDecoder integers;
    private final double power;
    private final int exceptions;
    private final long valuesAt;
    private long[] scratch = new long[0];

    Scaled(MemorySegment payload, int values) {
      this.payload = payload;
      power = POWERS[payload.get(BYTE, 0)];
      Encoding inner = Encoding.of(payload.get(BYTE, 1));
      exceptions = payload.get(INT, 4);
      valuesAt = Encoding.PARAMETER_BYTES + 4L * exceptions + 7 & -8L;
      long innerAt = valuesAt + 8L * exceptions + Encoding.PARAMETER_BYTES - 1 & -64L;
      if (inner == null) {
        throw new IllegalArgumentException("unknown encoding " + payload.get(BYTE, 1));
      }
      integers = LongDecoder.open(inner, payload.asSlice(innerAt), values);
    }

    @Override
    public void decode(int from, int count, double[] target) {
      if (scratch.length < count) {
        scratch = new long[count];
      }
      integers.decode(from, count, scratch);
      for (int i = 0; i < count; i++) {
        target[i] = scratch[i] / power;
      }
      patch(from, count, target);
    }

    @Override
    public void decode(int from, int[] positions, int count, double[] target) {
      int limit = count == 0 ? 0 : positions[count - 1] + 1;
      if (scratch.length < limit) {
        scratch = new long[limit];
      }
      integers.decode(from, positions, count, scratch);
      for (int i = 0; i < count; i++) {
        target[positions[i]] = scratch[positions[i]] / power;
      }
      patch(from, limit, target);
    }

    private void patch(int from, int count, double[] target) {
      for (int i = BitPacking.lowerBound(payload, Encoding.PARAMETER_BYTES, exceptions, from);
          i < exceptions;
          i++) {
        int position = payload.get(INT, Encoding.PARAMETER_BYTES + 4L * i) - from;
        if (position >= count) {
          return;
        }
        target[position] = payload.get(DOUBLE, valuesAt + 8L * i);
      }
    }
  }
}
