package io.tyto.engine.filter;

import java.util.Arrays;

/// Ordinals of one dictionary. Immutable.
///
/// @param size of the dictionary the set speaks of
/// @param low least member; above `high` where there is none
/// @param high greatest member
/// @param bits bit per ordinal, one word more than needed
record OrdinalSet(int size, int count, int low, int high, long[] bits) {

  boolean isEmpty() {
    return count == 0;
  }

  boolean isAll() {
    return count == size;
  }

  boolean isContiguous() {
    return count == high - low + 1;
  }

  boolean contains(int ordinal) {
    return (bits[ordinal >>> 6] >>> ordinal & 1) != 0;
  }

  int[] toArray() {
    int[] ordinals = new int[count];
    int found = 0;
    for (int ordinal = low; ordinal <= high; ordinal++) {
      if (contains(ordinal)) {
        ordinals[found++] = ordinal;
      }
    }
    return ordinals;
  }

  static final class Builder {
    private final int size;
    private final long[] bits;

    Builder(int size) {
      this.size = size;
      bits = new long[(size >>> 6) + 1];
    }

    void add(int ordinal) {
      bits[ordinal >>> 6] |= 1L << ordinal;
    }

    /// Adds `[from, to)`.
    void addRange(int from, int to) {
      for (int ordinal = from; ordinal < to; ordinal++) {
        add(ordinal);
      }
    }

    OrdinalSet build() {
      int count = 0;
      int low = Integer.MAX_VALUE;
      int high = -1;
      for (int word = 0; word < bits.length; word++) {
        if (bits[word] != 0) {
          count += Long.bitCount(bits[word]);
          low = Math.min(low, (word << 6) + Long.numberOfTrailingZeros(bits[word]));
          high = (word << 6) + 63 - Long.numberOfLeadingZeros(bits[word]);
        }
      }
      return new OrdinalSet(
          size, count, count == 0 ? 0 : low, high, Arrays.copyOf(bits, bits.length));
    }
  }
}
