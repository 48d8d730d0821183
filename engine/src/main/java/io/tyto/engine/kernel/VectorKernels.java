package io.tyto.engine.kernel;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// Kernels on the Vector API, at the CPU's preferred width; ragged ends go to the plain twin.
final class VectorKernels implements Kernels {
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;
  private static final IntVector IOTA = IntVector.zero(INTS).addIndex(1);
  private static final long LANE_BITS = (1L << INTS.length()) - 1;
  private static final int WORD = Long.SIZE;
  private static final int FEW_BITS = 6;

  @Override
  public void retainRange(
      long[] values, int count, long low, long high, boolean negated, long[] mask) {
    long flip = negated ? -1L : 0;
    int whole = count / WORD;
    for (int word = 0; word < whole; word++) {
      if (mask[word] != 0) {
        mask[word] &= inside(values, word * WORD, low, high) ^ flip;
      }
    }
    int rest = count - whole * WORD;
    if (rest > 0) {
      mask[whole] &= ScalarKernels.inside(values, whole * WORD, rest, low, high) ^ flip;
    }
  }

  private static long inside(long[] values, int from, long low, long high) {
    long inside = 0;
    for (int i = 0; i < WORD; i += LONGS.length()) {
      LongVector vector = LongVector.fromArray(LONGS, values, from + i);
      inside |=
          vector
                  .compare(VectorOperators.GE, low)
                  .and(vector.compare(VectorOperators.LE, high))
                  .toLong()
              << i;
    }
    return inside;
  }

  @Override
  public void retainRange(
      double[] values, int count, double low, double high, boolean negated, long[] mask) {
    long flip = negated ? -1L : 0;
    int whole = count / WORD;
    for (int word = 0; word < whole; word++) {
      if (mask[word] != 0) {
        mask[word] &= inside(values, word * WORD, low, high) ^ flip;
      }
    }
    int rest = count - whole * WORD;
    if (rest > 0) {
      mask[whole] &= ScalarKernels.inside(values, whole * WORD, rest, low, high) ^ flip;
    }
  }

  private static long inside(double[] values, int from, double low, double high) {
    long inside = 0;
    for (int i = 0; i < WORD; i += DOUBLES.length()) {
      DoubleVector vector = DoubleVector.fromArray(DOUBLES, values, from + i);
      inside |=
          vector
                  .compare(VectorOperators.GE, low)
                  .and(vector.compare(VectorOperators.LE, high))
                  .toLong()
              << i;
    }
    return inside;
  }

  @Override
  public void retainRange(
      int[] values, int count, int low, int high, boolean negated, long[] mask) {
    long flip = negated ? -1L : 0;
    int whole = count / WORD;
    for (int word = 0; word < whole; word++) {
      if (mask[word] != 0) {
        mask[word] &= inside(values, word * WORD, low, high) ^ flip;
      }
    }
    int rest = count - whole * WORD;
    if (rest > 0) {
      mask[whole] &= ScalarKernels.inside(values, whole * WORD, rest, low, high) ^ flip;
    }
  }

  private static long inside(int[] values, int from, int low, int high) {
    long inside = 0;
    for (int i = 0; i < WORD; i += INTS.length()) {
      IntVector vector = IntVector.fromArray(INTS, values, from + i);
      inside |=
          vector
                  .compare(VectorOperators.GE, low)
                  .and(vector.compare(VectorOperators.LE, high))
                  .toLong()
              << i;
    }
    return inside;
  }

  /// A gather of bits gains nothing over the plain loop.
  @Override
  public void retainMembers(
      int[] ordinals, int count, long[] members, boolean negated, long[] mask) {
    ScalarKernels.INSTANCE.retainMembers(ordinals, count, members, negated, mask);
  }

  /// Words with few bits are taken bit by bit, others by compressing the numbers of the set lanes.
  @Override
  public int positions(long[] mask, int count, int[] positions) {
    int found = 0;
    int whole = count / WORD;
    for (int word = 0; word < whole; word++) {
      long bits = mask[word];
      if (Long.bitCount(bits) <= FEW_BITS) {
        for (; bits != 0; bits &= bits - 1) {
          positions[found++] = word * WORD + Long.numberOfTrailingZeros(bits);
        }
        continue;
      }
      for (int i = 0; i < WORD; i += INTS.length()) {
        VectorMask<Integer> lanes = VectorMask.fromLong(INTS, bits >>> i & LANE_BITS);
        IOTA.add(word * WORD + i).compress(lanes).intoArray(positions, found);
        found += lanes.trueCount();
      }
    }
    int rest = count - whole * WORD;
    for (long bits = rest == 0 ? 0 : mask[whole] & (1L << rest) - 1; bits != 0; bits &= bits - 1) {
      positions[found++] = whole * WORD + Long.numberOfTrailingZeros(bits);
    }
    return found;
  }

  @Override
  public void sum(long[] values, int count, long[] sums) {
    LongVector high = LongVector.zero(LONGS);
    LongVector low = LongVector.zero(LONGS);
    int whole = LONGS.loopBound(count);
    for (int i = 0; i < whole; i += LONGS.length()) {
      LongVector vector = LongVector.fromArray(LONGS, values, i);
      high = high.add(vector.lanewise(VectorOperators.ASHR, 32));
      low = low.add(vector.and(0xffffffffL));
    }
    sums[0] += high.reduceLanes(VectorOperators.ADD);
    sums[1] += low.reduceLanes(VectorOperators.ADD);
    for (int i = whole; i < count; i++) {
      sums[0] += values[i] >> 32;
      sums[1] += values[i] & 0xffffffffL;
    }
  }

  @Override
  public long min(long[] values, int count) {
    int whole = LONGS.loopBound(count);
    LongVector least = LongVector.broadcast(LONGS, values[0]);
    for (int i = 0; i < whole; i += LONGS.length()) {
      least = least.min(LongVector.fromArray(LONGS, values, i));
    }
    long min = least.reduceLanes(VectorOperators.MIN);
    for (int i = whole; i < count; i++) {
      min = Math.min(min, values[i]);
    }
    return min;
  }

  @Override
  public long max(long[] values, int count) {
    int whole = LONGS.loopBound(count);
    LongVector greatest = LongVector.broadcast(LONGS, values[0]);
    for (int i = 0; i < whole; i += LONGS.length()) {
      greatest = greatest.max(LongVector.fromArray(LONGS, values, i));
    }
    long max = greatest.reduceLanes(VectorOperators.MAX);
    for (int i = whole; i < count; i++) {
      max = Math.max(max, values[i]);
    }
    return max;
  }

  /// Compares the first and the last byte of the needle with a vector of bytes each: where both
  /// fit, the bytes between are looked at.
  @Override
  public int indexOf(byte[] needle, byte[] data, int from, int to) {
    int length = needle.length;
    byte first = needle[0];
    byte last = needle[length - 1];
    int at = from;
    for (; at <= to - length - BYTES.length() + 1; at += BYTES.length()) {
      long candidates =
          ByteVector.fromArray(BYTES, data, at)
              .eq(first)
              .and(ByteVector.fromArray(BYTES, data, at + length - 1).eq(last))
              .toLong();
      for (; candidates != 0; candidates &= candidates - 1) {
        int start = at + Long.numberOfTrailingZeros(candidates);
        if (Arrays.equals(needle, 0, length, data, start, start + length)) {
          return start;
        }
      }
    }
    return ScalarKernels.INSTANCE.indexOf(needle, data, at, to);
  }

  @Override
  public int countLines(byte[] data, int from, int to) {
    int lines = 0;
    long doubtful = 0;
    int at = from;
    for (; at <= to - BYTES.length(); at += BYTES.length()) {
      long breaks = ByteVector.fromArray(BYTES, data, at).eq((byte) '\n').toLong();
      if (breaks != 0) {
        lines += Long.bitCount(breaks);
        doubtful |=
            breaks
                & ByteVector.fromArray(BYTES, data, at + 1)
                    .compare(VectorOperators.LE, (byte) ' ')
                    .toLong();
      }
    }
    int rest = doubtful != 0 ? -1 : ScalarKernels.INSTANCE.countLines(data, at, to);
    return rest < 0 ? -1 : lines + rest;
  }
}
