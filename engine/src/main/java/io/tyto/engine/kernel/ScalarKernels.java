package io.tyto.engine.kernel;

import java.util.Arrays;

/// Kernels in plain Java: no branch depends on a value, so that they cost the same at any
/// selectivity.
final class ScalarKernels implements Kernels {
  static final ScalarKernels INSTANCE = new ScalarKernels();
  private static final int WORD = Long.SIZE;

  private ScalarKernels() {}

  @Override
  public void retainRange(
      long[] values, int count, long low, long high, boolean negated, long[] mask) {
    long flip = negated ? -1L : 0;
    for (int word = 0, from = 0; from < count; word++, from += WORD) {
      if (mask[word] != 0) {
        long inside = inside(values, from, Math.min(WORD, count - from), low, high);
        mask[word] &= inside ^ flip;
      }
    }
  }

  static long inside(long[] values, int from, int count, long low, long high) {
    long inside = 0;
    for (int i = 0; i < count; i++) {
      long value = values[from + i];
      inside |= (value >= low & value <= high ? 1L : 0L) << i;
    }
    return inside;
  }

  @Override
  public void retainRange(
      double[] values, int count, double low, double high, boolean negated, long[] mask) {
    long flip = negated ? -1L : 0;
    for (int word = 0, from = 0; from < count; word++, from += WORD) {
      if (mask[word] != 0) {
        long inside = inside(values, from, Math.min(WORD, count - from), low, high);
        mask[word] &= inside ^ flip;
      }
    }
  }

  static long inside(double[] values, int from, int count, double low, double high) {
    long inside = 0;
    for (int i = 0; i < count; i++) {
      double value = values[from + i];
      inside |= (value >= low & value <= high ? 1L : 0L) << i;
    }
    return inside;
  }

  @Override
  public void retainRange(
      int[] values, int count, int low, int high, boolean negated, long[] mask) {
    long flip = negated ? -1L : 0;
    for (int word = 0, from = 0; from < count; word++, from += WORD) {
      if (mask[word] != 0) {
        long inside = inside(values, from, Math.min(WORD, count - from), low, high);
        mask[word] &= inside ^ flip;
      }
    }
  }

  static long inside(int[] values, int from, int count, int low, int high) {
    long inside = 0;
    for (int i = 0; i < count; i++) {
      int value = values[from + i];
      inside |= (value >= low & value <= high ? 1L : 0L) << i;
    }
    return inside;
  }

  @Override
  public void retainMembers(
      int[] ordinals, int count, long[] members, boolean negated, long[] mask) {
    long flip = negated ? -1L : 0;
    for (int word = 0, from = 0; from < count; word++, from += WORD) {
      if (mask[word] == 0) {
        continue;
      }
      long inside = 0;
      int last = Math.min(WORD, count - from);
      for (int i = 0; i < last; i++) {
        int ordinal = ordinals[from + i];
        inside |= (members[ordinal >>> 6] >>> ordinal & 1) << i;
      }
      mask[word] &= inside ^ flip;
    }
  }

  @Override
  public int positions(long[] mask, int count, int[] positions) {
    int found = 0;
    for (int word = 0, from = 0; from < count; word++, from += WORD) {
      long bits = mask[word];
      if (count - from < WORD) {
        bits &= (1L << (count - from)) - 1;
      }
      if (bits == -1L) {
        for (int i = 0; i < WORD; i++) {
          positions[found + i] = from + i;
        }
        found += WORD;
        continue;
      }
      while (bits != 0) {
        positions[found++] = from + Long.numberOfTrailingZeros(bits);
        bits &= bits - 1;
      }
    }
    return found;
  }

  @Override
  public void sum(long[] values, int count, long[] sums) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < count; i++) {
      high += values[i] >> 32;
      low += values[i] & 0xffffffffL;
    }
    sums[0] += high;
    sums[1] += low;
  }

  @Override
  public long min(long[] values, int count) {
    long min = values[0];
    for (int i = 1; i < count; i++) {
      min = Math.min(min, values[i]);
    }
    return min;
  }

  @Override
  public long max(long[] values, int count) {
    long max = values[0];
    for (int i = 1; i < count; i++) {
      max = Math.max(max, values[i]);
    }
    return max;
  }

  @Override
  public int indexOf(byte[] needle, byte[] data, int from, int to) {
    int length = needle.length;
    byte first = needle[0];
    for (int at = from; at <= to - length; at++) {
      if (data[at] == first && Arrays.equals(needle, 0, length, data, at, at + length)) {
        return at;
      }
    }
    return -1;
  }

  @Override
  public int countLines(byte[] data, int from, int to) {
    int lines = 0;
    for (int at = from; at < to; at++) {
      if (data[at] == '\n') {
        if (data[at + 1] <= ' ') {
          return -1;
        }
        lines++;
      }
    }
    return lines;
  }
}
