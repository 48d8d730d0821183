package io.tyto.engine.kernel;

import java.lang.foreign.MemorySegment;

/// Packed kernels in plain Java: one unaligned read a value.
final class ScalarPackedKernels implements PackedKernels {
  static final ScalarPackedKernels INSTANCE = new ScalarPackedKernels();
  private static final int WORD = Long.SIZE;

  private ScalarPackedKernels() {}

  @Override
  public void unpack(PackedValues values, int from, int count, int[] target) {
    unpack(values, from, count, target, 0);
  }

  /// Writes from `target[at]` on.
  static void unpack(PackedValues values, int from, int count, int[] target, int at) {
    MemorySegment bytes = values.bytes();
    long start = values.start();
    int width = values.width();
    switch (width) {
      case 8 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = bytes.get(Layouts.BYTE, start + from + i) & 0xff;
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = bytes.get(Layouts.SHORT, start + 2L * (from + i)) & 0xffff;
        }
      }
      case 32 -> MemorySegment.copy(bytes, Layouts.INT, start + 4L * from, target, at, count);
      case Long.SIZE -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = (int) bytes.get(Layouts.LONG, start + 8L * (from + i));
        }
      }
      default -> {
        long mask = values.mask();
        long bit = (long) from * width;
        for (int i = 0; i < count; i++) {
          target[at + i] =
              (int) (bytes.get(Layouts.LONG, start + (bit >>> 3)) >>> (bit & 7) & mask);
          bit += width;
        }
      }
    }
  }

  @Override
  public void unpack(PackedValues values, int from, int count, long base, long[] target) {
    unpack(values, from, count, base, target, 0);
  }

  /// Writes from `target[at]` on.
  static void unpack(PackedValues values, int from, int count, long base, long[] target, int at) {
    MemorySegment bytes = values.bytes();
    long start = values.start();
    int width = values.width();
    switch (width) {
      case 8 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = base + (bytes.get(Layouts.BYTE, start + from + i) & 0xffL);
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = base + (bytes.get(Layouts.SHORT, start + 2L * (from + i)) & 0xffffL);
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          target[at + i] = base + (bytes.get(Layouts.INT, start + 4L * (from + i)) & 0xffffffffL);
        }
      }
      case Long.SIZE -> {
        MemorySegment.copy(bytes, Layouts.LONG, start + 8L * from, target, at, count);
        for (int i = 0; base != 0 && i < count; i++) {
          target[at + i] += base;
        }
      }
      default -> {
        long mask = values.mask();
        long bit = (long) from * width;
        for (int i = 0; i < count; i++) {
          target[at + i] =
              base + (bytes.get(Layouts.LONG, start + (bit >>> 3)) >>> (bit & 7) & mask);
          bit += width;
        }
      }
    }
  }

  @Override
  public void retainRange(
      PackedValues values, int from, int count, long low, long high, boolean negated, long[] mask) {
    for (int at = 0; at < count; at += WORD) {
      retainWord(
          values, from + at, Math.min(WORD, count - at), low, high, negated, mask, at / WORD);
    }
  }

  /// The mask's one word that stands for the values from `from` on.
  static void retainWord(
      PackedValues values,
      int from,
      int count,
      long low,
      long high,
      boolean negated,
      long[] mask,
      int word) {
    if (mask[word] == 0) {
      return;
    }
    long inside = 0;
    for (int i = 0; i < count; i++) {
      long value = values.get(from + i);
      inside |= (value >= low & value <= high ? 1L : 0L) << i;
    }
    mask[word] &= negated ? ~inside : inside;
  }

  @Override
  public void retainMembers(
      PackedValues values, int from, int count, long[] members, boolean negated, long[] mask) {
    for (int at = 0; at < count; at += WORD) {
      retainWord(values, from + at, Math.min(WORD, count - at), members, negated, mask, at / WORD);
    }
  }

  /// The mask's one word that stands for the values from `from` on.
  static void retainWord(
      PackedValues values,
      int from,
      int count,
      long[] members,
      boolean negated,
      long[] mask,
      int word) {
    if (mask[word] == 0) {
      return;
    }
    long inside = 0;
    for (int i = 0; i < count; i++) {
      int value = (int) values.get(from + i);
      inside |= (members[value >>> 6] >>> value & 1) << i;
    }
    mask[word] &= negated ? ~inside : inside;
  }

  @Override
  public long sum(PackedValues values, int from, int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += values.get(from + i);
    }
    return sum;
  }

  @Override
  public long sum(PackedValues values, int from, int count, long[] mask) {
    long sum = 0;
    for (int at = 0; at < count; at += WORD) {
      sum += sumWord(values, from + at, Math.min(WORD, count - at), mask[at / WORD]);
    }
    return sum;
  }

  /// The values from `from` on whose bit is set, of `count` at most.
  static long sumWord(PackedValues values, int from, int count, long bits) {
    long sum = 0;
    for (long left = count < WORD ? bits & (1L << count) - 1 : bits; left != 0; left &= left - 1) {
      sum += values.get(from + Long.numberOfTrailingZeros(left));
    }
    return sum;
  }
}
