package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.BYTE;
import static io.tyto.engine.encoding.Layouts.INT;
import static io.tyto.engine.encoding.Layouts.LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Integers of one payload, decoded in any range. Not thread-safe.
///
/// Where a payload contradicts itself, opening or decoding throws IndexOutOfBoundsException or
/// IllegalArgumentException; nothing outside of it is ever read.
public sealed interface LongDecoder {
  /// Values `[from, from + count)` into `target[0, count)`.
  void decode(int from, int count, long[] target);

  /// The same, for values that are known to fit an int.
  void decode(int from, int count, int[] target);

  /// Any number of zeros.
  static LongDecoder zeros() {
    return new Constant(0);
  }

  /// @param payload followed by at least 8 readable bytes that belong to it
  /// @param values how many it holds
  static LongDecoder open(Encoding encoding, MemorySegment payload, int values) {
    return switch (encoding) {
      case CONSTANT -> new Constant(payload.get(LONG, 0));
      case PLAIN -> new Plain(payload);
      case PACKED -> Packed.at(payload);
      case PATCHED -> new Patched(Packed.at(payload), payload, values);
      case DELTA -> new Delta(payload, values);
      case RUN_LENGTH -> new RunLength(payload);
      case DISTINCT -> new Distinct(payload);
      case RAW, SCALED, FIXED, CHUNKED, STRINGS, BITMAP ->
          throw new IllegalArgumentException(encoding + " holds no integers");
    };
  }

  private static int checkedWidth(MemorySegment payload) {
    int width = payload.get(BYTE, 16);
    if (!BitPacking.isWidth(width)) {
      throw new IllegalArgumentException("a width of " + width + " bits");
    }
    return width;
  }

  /// ```
  /// 0  i64 value
  /// ```
  record Constant(long value) implements LongDecoder {
    @Override
    public void decode(int from, int count, long[] target) {
      Arrays.fill(target, 0, count, value);
    }

    @Override
    public void decode(int from, int count, int[] target) {
      Arrays.fill(target, 0, count, (int) value);
    }
  }

  /// ```
  /// 0  i64 x values
  /// ```
  record Plain(MemorySegment payload) implements LongDecoder {
    @Override
    public void decode(int from, int count, long[] target) {
      MemorySegment.copy(payload, LONG, 8L * from, target, 0, count);
    }

    @Override
    public void decode(int from, int count, int[] target) {
      for (int i = 0; i < count; i++) {
        target[i] = (int) payload.get(LONG, 8L * (from + i));
      }
    }
  }

  /// ```
  /// 0   i64 base
  /// 8   i64 divisor
  /// 16  u8  width
  /// 64  packed (value - base) / divisor
  /// ```
  record Packed(MemorySegment payload, long base, long divisor, int width) implements LongDecoder {
    static Packed at(MemorySegment payload) {
      int width = checkedWidth(payload);
      return new Packed(payload, payload.get(LONG, 0), payload.get(LONG, 8), width);
    }

    @Override
    public void decode(int from, int count, long[] target) {
      if (width == 0) {
        Arrays.fill(target, 0, count, base);
        return;
      }
      BitPacking.unpack(payload, Encoding.PARAMETER_BYTES, width, from, count, target);
      if (divisor != 1) {
        for (int i = 0; i < count; i++) {
          target[i] = base + target[i] * divisor;
        }
      } else if (base != 0) {
        for (int i = 0; i < count; i++) {
          target[i] += base;
        }
      }
    }

    @Override
    public void decode(int from, int count, int[] target) {
      if (width == 0) {
        Arrays.fill(target, 0, count, (int) base);
        return;
      }
      BitPacking.unpack(payload, Encoding.PARAMETER_BYTES, width, from, count, target);
      if (divisor != 1 || base != 0) {
        int offset = (int) base;
        int factor = (int) divisor;
        for (int i = 0; i < count; i++) {
          target[i] = offset + target[i] * factor;
        }
      }
    }
  }

  /// {@link Packed}, and behind the packed values, each part aligned to 8:
  ///
  /// ```
  /// 24  u32 patches
  ///     u32 position x patches, ascending
  ///     i64 value x patches
  /// ```
  final class Patched implements LongDecoder {
    private final Packed packed;
    private final MemorySegment payload;
    private final int patches;
    private final long positionsAt;
    private final long valuesAt;

    Patched(Packed packed, MemorySegment payload, int values) {
      this.packed = packed;
      this.payload = payload;
      patches = payload.get(INT, 24);
      long packedEnd = Encoding.PARAMETER_BYTES + BitPacking.bytes(values, packed.width());
      positionsAt = packedEnd + 7 & -8L;
      valuesAt = positionsAt + 4L * patches + 7 & -8L;
    }

    @Override
    public void decode(int from, int count, long[] target) {
      packed.decode(from, count, target);
      for (int i = firstPatch(from); i < patches; i++) {
        int position = payload.get(INT, positionsAt + 4L * i) - from;
        if (position >= count) {
          return;
        }
        target[position] = payload.get(LONG, valuesAt + 8L * i);
      }
    }

    @Override
    public void decode(int from, int count, int[] target) {
      packed.decode(from, count, target);
      for (int i = firstPatch(from); i < patches; i++) {
        int position = payload.get(INT, positionsAt + 4L * i) - from;
        if (position >= count) {
          return;
        }
        target[position] = (int) payload.get(LONG, valuesAt + 8L * i);
      }
    }

    private int firstPatch(int from) {
      return BitPacking.lowerBound(payload, positionsAt, patches, from);
    }
  }

  /// ```
  /// 0   i64 least difference
  /// 8   i64 divisor
  /// 16  u8  width
  /// 64  i64 anchor x ceil(values / 1024): the value at position 1024 k
  ///     packed (value i - value (i - 1) - least) / divisor; 0 at anchors
  /// ```
  final class Delta implements LongDecoder {
    static final int MINI_BLOCK = 1 << 10;

    private final MemorySegment payload;
    private final long least;
    private final long divisor;
    private final int width;
    private final int values;
    private final long packedAt;
    private final long[] differences = new long[MINI_BLOCK];

    Delta(MemorySegment payload, int values) {
      this.payload = payload;
      this.values = values;
      least = payload.get(LONG, 0);
      divisor = payload.get(LONG, 8);
      width = checkedWidth(payload);
      packedAt = Encoding.PARAMETER_BYTES + 8L * ((values + MINI_BLOCK - 1) / MINI_BLOCK);
    }

    @Override
    public void decode(int from, int count, long[] target) {
      for (int at = from, end = from + count; at < end; ) {
        int start = at & -MINI_BLOCK;
        int length = Math.min(end, start + MINI_BLOCK) - start;
        accumulate(start, length);
        System.arraycopy(differences, at - start, target, at - from, start + length - at);
        at = start + length;
      }
    }

    @Override
    public void decode(int from, int count, int[] target) {
      for (int at = from, end = from + count; at < end; ) {
        int start = at & -MINI_BLOCK;
        int length = Math.min(end, start + MINI_BLOCK) - start;
        accumulate(start, length);
        for (; at < start + length; at++) {
          target[at - from] = (int) differences[at - start];
        }
      }
    }

    private void accumulate(int start, int length) {
      if (start + length > values) {
        throw new IndexOutOfBoundsException(start + length + " of " + values + " values");
      }
      BitPacking.unpack(payload, packedAt, width, start, length, differences);
      int miniBlock = start / MINI_BLOCK;
      long value = payload.get(LONG, Encoding.PARAMETER_BYTES + 8L * miniBlock);
      differences[0] = value;
      for (int i = 1; i < length; i++) {
        value += least + differences[i] * divisor;
        differences[i] = value;
      }
    }
  }

  /// ```
  /// 0   u32 runs
  /// 64  u32 end of run x runs (position after its last value), aligned to 8
  ///     i64 value x runs
  /// ```
  final class RunLength implements LongDecoder {
    private final MemorySegment payload;
    private final int runs;
    private final long valuesAt;

    RunLength(MemorySegment payload) {
      this.payload = payload;
      runs = payload.get(INT, 0);
      valuesAt = Encoding.PARAMETER_BYTES + 4L * runs + 7 & -8L;
    }

    @Override
    public void decode(int from, int count, long[] target) {
      int run = firstRun(from);
      for (int at = 0; at < count; run++) {
        int end = Math.min(count, endOf(run, from + at) - from);
        Arrays.fill(target, at, end, valueOf(run));
        at = end;
      }
    }

    @Override
    public void decode(int from, int count, int[] target) {
      int run = firstRun(from);
      for (int at = 0; at < count; run++) {
        int end = Math.min(count, endOf(run, from + at) - from);
        Arrays.fill(target, at, end, (int) valueOf(run));
        at = end;
      }
    }

    private int firstRun(int from) {
      return BitPacking.lowerBound(payload, Encoding.PARAMETER_BYTES, runs, from + 1);
    }

    private int endOf(int run, int at) {
      if (run >= runs) {
        throw new IndexOutOfBoundsException("run " + run + " of " + runs);
      }
      int end = payload.get(INT, Encoding.PARAMETER_BYTES + 4L * run);
      if (end <= at) {
        throw new IllegalArgumentException("run " + run + " ends before it starts");
      }
      return end;
    }

    private long valueOf(int run) {
      return payload.get(LONG, valuesAt + 8L * run);
    }
  }

  /// ```
  /// 0   u32 distinct
  /// 16  u8  width
  /// 64  i64 value x distinct, ascending
  ///     packed position in that list
  /// ```
  final class Distinct implements LongDecoder {
    private final MemorySegment payload;
    private final int width;
    private final long[] values;
    private final long packedAt;

    Distinct(MemorySegment payload) {
      this.payload = payload;
      width = checkedWidth(payload);
      long distinct = payload.get(INT, 0);
      packedAt = Encoding.PARAMETER_BYTES + 8L * distinct;
      values = payload.asSlice(Encoding.PARAMETER_BYTES, 8L * distinct).toArray(LONG);
    }

    @Override
    public void decode(int from, int count, long[] target) {
      BitPacking.unpack(payload, packedAt, width, from, count, target);
      for (int i = 0; i < count; i++) {
        target[i] = values[(int) target[i]];
      }
    }

    @Override
    public void decode(int from, int count, int[] target) {
      BitPacking.unpack(payload, packedAt, width, from, count, target);
      for (int i = 0; i < count; i++) {
        target[i] = (int) values[target[i]];
      }
    }
  }
}
