package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Integers of one payload, decoded in any range. Not thread-safe.
///
/// Where a payload contradicts itself, opening or decoding throws IndexOutOfBoundsException or
/// IllegalArgumentException; nothing outside of it is ever read.
///
/// Some layouts answer a question where the values lie, without decoding them; {@link #retainRange}
/// and {@link #canSum} say whether this one does.
public sealed interface LongDecoder
    permits LongDecoder.Constant,
        LongDecoder.Plain,
        PackedLongs,
        PatchedLongs,
        DeltaLongs,
        RunLengthLongs,
        DistinctCodes {
  /// Values `[from, from + count)` into `target[0, count)`.
  void decode(int from, int count, long[] target);

  /// Values `[from, from + count)`, none of them behind the next multiple of 64, where `from` is
  /// one; faster where a value is stored by its difference from the one before.
  ///
  /// @param first the value at `from`
  default void decodeAfter(int from, long first, int count, long[] target) {
    decode(from, count, target);
  }

  /// As {@link #decode(int, int, long[])}, for values that are known to fit an int.
  void decode(int from, int count, int[] target);

  /// Few of them: value `from + p` into `target[p]` for each `p` of `positions[0, count)`, which
  /// ascend.
  void decode(int from, int[] positions, int count, long[] target);

  /// The same, for values that are known to fit an int.
  void decode(int from, int[] positions, int count, int[] target);

  /// Clears the bits of the values of `[from, from + count)` outside `[low, high]` (inside, if
  /// `negated`); bit i of word i/64 of the mask stands for value `from + i`. False, and nothing
  /// done, where they must be decoded for it.
  default boolean retainRange(
      int from, int count, long low, long high, boolean negated, long[] mask) {
    return false;
  }

  /// The same for the values without a bit in `members` (with one, if `negated`).
  ///
  /// @param members a bit for each value that occurs
  default boolean retainMembers(int from, int count, long[] members, boolean negated, long[] mask) {
    return false;
  }

  /// Whether {@link #sum} is faster than decoding and adding.
  default boolean canSum() {
    return false;
  }

  /// The sum of `[from, from + count)` modulo 2^64; where {@link #canSum}.
  default long sum(int from, int count) {
    throw new IllegalStateException("these values are decoded: ask canSum first");
  }

  /// The same for those whose bit is set: bit i of word i/64 stands for value `from + i`.
  default long sum(int from, int count, long[] mask) {
    throw new IllegalStateException("these values are decoded: ask canSum first");
  }

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
      case PACKED -> PackedLongs.at(payload);
      case PATCHED -> new PatchedLongs(PackedLongs.at(payload), payload, values);
      case DELTA -> new DeltaLongs(payload, values);
      case RUN_LENGTH -> new RunLengthLongs(payload);
      case DISTINCT -> new DistinctCodes(payload);
      case RAW, SCALED, FIXED, CHUNKED, STRINGS, BITMAP ->
          throw new IllegalArgumentException(encoding + " holds no integers");
    };
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

    @Override
    public void decode(int from, int[] positions, int count, long[] target) {
      for (int i = 0; i < count; i++) {
        target[positions[i]] = value;
      }
    }

    @Override
    public void decode(int from, int[] positions, int count, int[] target) {
      for (int i = 0; i < count; i++) {
        target[positions[i]] = (int) value;
      }
    }

    @Override
    public boolean retainRange(
        int from, int count, long low, long high, boolean negated, long[] mask) {
      BitRange.keepAll((low <= value && value <= high) != negated, count, mask);
      return true;
    }

    @Override
    public boolean retainMembers(
        int from, int count, long[] members, boolean negated, long[] mask) {
      boolean isMember = (members[(int) value >>> 6] >>> value & 1) != 0;
      BitRange.keepAll(isMember != negated, count, mask);
      return true;
    }

    @Override
    public boolean canSum() {
      return true;
    }

    @Override
    public long sum(int from, int count) {
      return value * count;
    }

    @Override
    public long sum(int from, int count, long[] mask) {
      return value * BitRange.cardinality(mask, count);
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

    @Override
    public void decode(int from, int[] positions, int count, long[] target) {
      for (int i = 0; i < count; i++) {
        target[positions[i]] = payload.get(LONG, 8L * (from + positions[i]));
      }
    }

    @Override
    public void decode(int from, int[] positions, int count, int[] target) {
      for (int i = 0; i < count; i++) {
        target[positions[i]] = (int) payload.get(LONG, 8L * (from + positions[i]));
      }
    }
  }
}
