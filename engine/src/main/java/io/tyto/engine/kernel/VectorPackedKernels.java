package io.tyto.engine.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Packed kernels on the Vector API: a vector of bytes is loaded where a group of values begins, a
/// shuffle brings the bytes of each value into its lane, and a shift by lane and a mask cut the
/// value out. What a group may read lies within the stored bytes and the slack behind them; the
/// rest, and groups that do not begin on a byte, go to the plain twin.
///
/// Values of up to {@link #INT_WIDTH} bits take lanes of an int, wider ones lanes of a long.
final class VectorPackedKernels implements PackedKernels {
  private static final VectorSpecies<Byte> BYTES = VectorShapes.BYTES;
  private static final VectorSpecies<Integer> INTS = VectorShapes.INTS;
  private static final VectorSpecies<Long> LONGS = VectorShapes.LONGS;
  private static final int INT_LANES = INTS.length();
  private static final int LONG_LANES = LONGS.length();
  private static final int LOAD_BYTES = BYTES.length();

  /// A value of so many bits lies within four bytes wherever it begins.
  private static final int INT_WIDTH = 25;

  private static final int WORD = Long.SIZE;
  private static final long LANE_BITS = (1L << INT_LANES) - 1;

  /// Bit sets of so many bits fit a vector of ints.
  private static final int TABLE_BITS = INT_LANES * Integer.SIZE;

  private static final Lanes[] LANES = lanes();

  /// How values of one width come into their lanes. Instances are read from an array once a call.
  private record Lanes(VectorShuffle<Byte> bytes, IntVector intShifts, LongVector longShifts) {}

  private static Lanes[] lanes() {
    Lanes[] byWidth = new Lanes[PackedValues.MAX_SHIFTED_WIDTH + 1];
    for (int width = 1; width < byWidth.length; width++) {
      int laneBytes = width <= INT_WIDTH ? Integer.BYTES : Long.BYTES;
      int[] sources = new int[LOAD_BYTES];
      int[] intShifts = new int[INT_LANES];
      long[] longShifts = new long[LONG_LANES];
      for (int lane = 0; lane < LOAD_BYTES / laneBytes; lane++) {
        int bit = lane * width;
        for (int k = 0; k < laneBytes; k++) {
          sources[lane * laneBytes + k] = Math.min((bit >>> 3) + k, LOAD_BYTES - 1);
        }
        if (width <= INT_WIDTH) {
          intShifts[lane] = bit & 7;
        } else {
          longShifts[lane] = bit & 7;
        }
      }
      byWidth[width] =
          new Lanes(
              VectorShuffle.fromArray(BYTES, sources, 0),
              IntVector.fromArray(INTS, intShifts, 0),
              LongVector.fromArray(LONGS, longShifts, 0));
    }
    return byWidth;
  }

  /// How many of the values can be read by whole groups of `lanes`, a multiple of 64.
  private static int vectorised(PackedValues values, int from, int count, int lanes) {
    int width = values.width();
    if (width > PackedValues.MAX_SHIFTED_WIDTH
        || ((long) from * width & 7) != 0
        || (lanes * width & 7) != 0) {
      return 0;
    }
    long at = values.start() + ((long) from * width >>> 3);
    long spare = values.bytes().byteSize() - at - LOAD_BYTES;
    long groups = spare < 0 ? 0 : spare / (lanes * width >>> 3) + 1;
    return (int) Math.min(count, groups * lanes) & -WORD;
  }

  /// Where a mapped file was cut short, a load faults. The JVM makes that an InternalError only in
  /// compiled code that it knows to read raw memory, and vector loads alone do not tell it: the
  /// plain read does, and being unused leaves no instruction behind.
  private static ByteVector load(MemorySegment bytes, long at) {
    bytes.get(Layouts.BYTE, at);
    return ByteVector.fromMemorySegment(BYTES, bytes, at, Layouts.ORDER);
  }

  private static IntVector ints(
      MemorySegment bytes, long at, VectorShuffle<Byte> shuffle, IntVector shifts, int mask) {
    return load(bytes, at)
        .rearrange(shuffle)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHR, shifts)
        .and(mask);
  }

  private static LongVector longs(
      MemorySegment bytes, long at, VectorShuffle<Byte> shuffle, LongVector shifts, long mask) {
    return load(bytes, at)
        .rearrange(shuffle)
        .reinterpretAsLongs()
        .lanewise(VectorOperators.LSHR, shifts)
        .and(mask);
  }

  private static int lanesFor(int width) {
    return width <= INT_WIDTH ? INT_LANES : LONG_LANES;
  }

  private static long byteOffset(PackedValues values, int from) {
    return values.start() + ((long) from * values.width() >>> 3);
  }

  @Override
  public void unpack(PackedValues values, int from, int count, int[] target) {
    int width = values.width();
    int done = 0;
    if (width <= INT_WIDTH) {
      done = vectorised(values, from, count, INT_LANES);
      Lanes lanes = LANES[width];
      VectorShuffle<Byte> shuffle = lanes.bytes();
      IntVector shifts = lanes.intShifts();
      int mask = (int) values.mask();
      MemorySegment bytes = values.bytes();
      long at = byteOffset(values, from);
      int step = INT_LANES * width >>> 3;
      for (int i = 0; i < done; i += INT_LANES, at += step) {
        ints(bytes, at, shuffle, shifts, mask).intoArray(target, i);
      }
    }
    ScalarPackedKernels.unpack(values, from + done, count - done, target, done);
  }

  @Override
  public void unpack(PackedValues values, int from, int count, long base, long[] target) {
    int width = values.width();
    int done = vectorised(values, from, count, lanesFor(width));
    if (done > 0) {
      if (width <= INT_WIDTH) {
        widen(values, from, done, base, target);
      } else {
        unpackWide(values, from, done, base, target);
      }
    }
    ScalarPackedKernels.unpack(values, from + done, count - done, base, target, done);
  }

  private static void widen(PackedValues values, int from, int count, long base, long[] target) {
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    IntVector shifts = lanes.intShifts();
    int mask = (int) values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = INT_LANES * values.width() >>> 3;
    for (int i = 0; i < count; i += INT_LANES, at += step) {
      IntVector vector = ints(bytes, at, shuffle, shifts, mask);
      half(vector, 0).add(base).intoArray(target, i);
      half(vector, 1).add(base).intoArray(target, i + LONG_LANES);
    }
  }

  private static LongVector half(IntVector vector, int part) {
    return (LongVector) vector.convertShape(VectorOperators.ZERO_EXTEND_I2L, LONGS, part);
  }

  private static void unpackWide(
      PackedValues values, int from, int count, long base, long[] target) {
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    LongVector shifts = lanes.longShifts();
    long mask = values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = LONG_LANES * values.width() >>> 3;
    for (int i = 0; i < count; i += LONG_LANES, at += step) {
      longs(bytes, at, shuffle, shifts, mask).add(base).intoArray(target, i);
    }
  }

  @Override
  public void retainRange(
      PackedValues values, int from, int count, long low, long high, boolean negated, long[] mask) {
    int width = values.width();
    int done = vectorised(values, from, count, lanesFor(width));
    long flip = negated ? -1L : 0;
    if (done > 0) {
      if (width == Byte.SIZE) {
        retainBytes(values, from, done, low, high, flip, mask);
      } else if (width <= INT_WIDTH) {
        retainInts(values, from, done, low, high, flip, mask);
      } else {
        retainLongs(values, from, done, low, high, flip, mask);
      }
    }
    for (int at = done; at < count; at += WORD) {
      ScalarPackedKernels.retainWord(
          values, from + at, Math.min(WORD, count - at), low, high, negated, mask, at / WORD);
    }
  }

  private static void retainBytes(
      PackedValues values, int from, int count, long low, long high, long flip, long[] mask) {
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    byte least = (byte) low;
    byte span = (byte) (high - low);
    for (int word = 0; word < count / WORD; word++) {
      long inside = 0;
      for (int i = 0; i < WORD; i += LOAD_BYTES, at += LOAD_BYTES) {
        inside |= load(bytes, at).sub(least).compare(VectorOperators.ULE, span).toLong() << i;
      }
      mask[word] &= inside ^ flip;
    }
  }

  private static void retainInts(
      PackedValues values, int from, int count, long low, long high, long flip, long[] mask) {
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    IntVector shifts = lanes.intShifts();
    int valueMask = (int) values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = INT_LANES * values.width() >>> 3;
    int wordBytes = values.width() * Byte.SIZE;
    int least = (int) low;
    int span = (int) (high - low);
    for (int word = 0; word < count / WORD; word++) {
      if (mask[word] == 0) {
        at += wordBytes;
        continue;
      }
      long inside = 0;
      for (int i = 0; i < WORD; i += INT_LANES, at += step) {
        inside |=
            ints(bytes, at, shuffle, shifts, valueMask)
                    .sub(least)
                    .compare(VectorOperators.ULE, span)
                    .toLong()
                << i;
      }
      mask[word] &= inside ^ flip;
    }
  }

  private static void retainLongs(
      PackedValues values, int from, int count, long low, long high, long flip, long[] mask) {
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    LongVector shifts = lanes.longShifts();
    long valueMask = values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = LONG_LANES * values.width() >>> 3;
    int wordBytes = values.width() * Byte.SIZE;
    for (int word = 0; word < count / WORD; word++) {
      if (mask[word] == 0) {
        at += wordBytes;
        continue;
      }
      long inside = 0;
      for (int i = 0; i < WORD; i += LONG_LANES, at += step) {
        inside |=
            longs(bytes, at, shuffle, shifts, valueMask)
                    .sub(low)
                    .compare(VectorOperators.ULE, high - low)
                    .toLong()
                << i;
      }
      mask[word] &= inside ^ flip;
    }
  }

  @Override
  public void retainMembers(
      PackedValues values, int from, int count, long[] members, boolean negated, long[] mask) {
    int done = 0;
    if (values.width() <= INT_WIDTH) {
      done = vectorised(values, from, count, INT_LANES);
      if (done > 0 && members.length <= TABLE_BITS / Long.SIZE) {
        retainInTable(values, from, done, members, negated ? -1L : 0, mask);
      } else if (done > 0) {
        retainLookedUp(values, from, done, members, negated ? -1L : 0, mask);
      }
    }
    for (int at = done; at < count; at += WORD) {
      ScalarPackedKernels.retainWord(
          values, from + at, Math.min(WORD, count - at), members, negated, mask, at / WORD);
    }
  }

  /// The set is a vector of 32 bits a lane: one shuffle looks up the lane, one shift the bit.
  private static void retainInTable(
      PackedValues values, int from, int count, long[] members, long flip, long[] mask) {
    int[] words = new int[INT_LANES];
    for (int i = 0; i < members.length; i++) {
      words[2 * i] = (int) members[i];
      words[2 * i + 1] = (int) (members[i] >>> Integer.SIZE);
    }
    IntVector table = IntVector.fromArray(INTS, words, 0);
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    IntVector shifts = lanes.intShifts();
    int valueMask = (int) values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = INT_LANES * values.width() >>> 3;
    int wordBytes = values.width() * Byte.SIZE;
    for (int word = 0; word < count / WORD; word++) {
      if (mask[word] == 0) {
        at += wordBytes;
        continue;
      }
      long inside = 0;
      for (int i = 0; i < WORD; i += INT_LANES, at += step) {
        IntVector vector = ints(bytes, at, shuffle, shifts, valueMask);
        inside |=
            vector
                    .lanewise(VectorOperators.LSHR, 5)
                    .selectFrom(table)
                    .lanewise(VectorOperators.LSHR, vector)
                    .and(1)
                    .compare(VectorOperators.NE, 0)
                    .toLong()
                << i;
      }
      mask[word] &= inside ^ flip;
    }
  }

  /// Larger sets are looked up by a gather of 32 bits a lane.
  private static void retainLookedUp(
      PackedValues values, int from, int count, long[] members, long flip, long[] mask) {
    int[] table = new int[2 * members.length];
    for (int i = 0; i < members.length; i++) {
      table[2 * i] = (int) members[i];
      table[2 * i + 1] = (int) (members[i] >>> Integer.SIZE);
    }
    int[] places = new int[INT_LANES];
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    IntVector shifts = lanes.intShifts();
    int valueMask = (int) values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = INT_LANES * values.width() >>> 3;
    int wordBytes = values.width() * Byte.SIZE;
    for (int word = 0; word < count / WORD; word++) {
      if (mask[word] == 0) {
        at += wordBytes;
        continue;
      }
      long inside = 0;
      for (int i = 0; i < WORD; i += INT_LANES, at += step) {
        IntVector vector = ints(bytes, at, shuffle, shifts, valueMask);
        vector.lanewise(VectorOperators.LSHR, 5).intoArray(places, 0);
        inside |=
            IntVector.fromArray(INTS, table, 0, places, 0)
                    .lanewise(VectorOperators.LSHR, vector)
                    .and(1)
                    .compare(VectorOperators.NE, 0)
                    .toLong()
                << i;
      }
      mask[word] &= inside ^ flip;
    }
  }

  @Override
  public long sum(PackedValues values, int from, int count) {
    int width = values.width();
    int done = vectorised(values, from, count, lanesFor(width));
    long sum = 0;
    if (done > 0) {
      sum = width <= INT_WIDTH ? sumInts(values, from, done) : sumLongs(values, from, done);
    }
    return sum + ScalarPackedKernels.INSTANCE.sum(values, from + done, count - done);
  }

  private static long sumInts(PackedValues values, int from, int count) {
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    IntVector shifts = lanes.intShifts();
    int mask = (int) values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = INT_LANES * values.width() >>> 3;
    LongVector even = LongVector.zero(LONGS);
    LongVector odd = LongVector.zero(LONGS);
    for (int i = 0; i < count; i += INT_LANES, at += step) {
      LongVector pairs = ints(bytes, at, shuffle, shifts, mask).reinterpretAsLongs();
      even = even.add(pairs.and(0xffffffffL));
      odd = odd.add(pairs.lanewise(VectorOperators.LSHR, Integer.SIZE));
    }
    return even.add(odd).reduceLanes(VectorOperators.ADD);
  }

  private static long sumLongs(PackedValues values, int from, int count) {
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    LongVector shifts = lanes.longShifts();
    long mask = values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = LONG_LANES * values.width() >>> 3;
    LongVector sum = LongVector.zero(LONGS);
    for (int i = 0; i < count; i += LONG_LANES, at += step) {
      sum = sum.add(longs(bytes, at, shuffle, shifts, mask));
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public long sum(PackedValues values, int from, int count, long[] mask) {
    int width = values.width();
    int done = width <= INT_WIDTH ? vectorised(values, from, count, INT_LANES) : 0;
    long sum = done > 0 ? sumInts(values, from, done, mask) : 0;
    for (int at = done; at < count; at += WORD) {
      sum +=
          ScalarPackedKernels.sumWord(
              values, from + at, Math.min(WORD, count - at), mask[at / WORD]);
    }
    return sum;
  }

  private static long sumInts(PackedValues values, int from, int count, long[] mask) {
    Lanes lanes = LANES[values.width()];
    VectorShuffle<Byte> shuffle = lanes.bytes();
    IntVector shifts = lanes.intShifts();
    int valueMask = (int) values.mask();
    MemorySegment bytes = values.bytes();
    long at = byteOffset(values, from);
    int step = INT_LANES * values.width() >>> 3;
    int wordBytes = values.width() * Byte.SIZE;
    IntVector zero = IntVector.zero(INTS);
    LongVector even = LongVector.zero(LONGS);
    LongVector odd = LongVector.zero(LONGS);
    for (int word = 0; word < count / WORD; word++) {
      long bits = mask[word];
      if (bits == 0) {
        at += wordBytes;
        continue;
      }
      for (int i = 0; i < WORD; i += INT_LANES, at += step) {
        LongVector pairs =
            zero.blend(
                    ints(bytes, at, shuffle, shifts, valueMask),
                    VectorMask.fromLong(INTS, bits >>> i & LANE_BITS))
                .reinterpretAsLongs();
        even = even.add(pairs.and(0xffffffffL));
        odd = odd.add(pairs.lanewise(VectorOperators.LSHR, Integer.SIZE));
      }
    }
    return even.add(odd).reduceLanes(VectorOperators.ADD);
  }
}
