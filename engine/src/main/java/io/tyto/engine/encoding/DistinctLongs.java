package io.tyto.engine.encoding;

import java.util.Arrays;

/// The distinct values of a block, while they are few.
final class DistinctLongs {
  private static final int SAMPLE = 512;

  private long[] values = new long[16];
  private int[] slots = new int[64]; // position + 1; 0 is free
  private int size;

  int size() {
    return size;
  }

  long value(int position) {
    return values[position];
  }

  /// False, early where it can, if there are more than `most`.
  boolean collect(long[] source, int count, int most) {
    reset(Math.min(count, most));
    if (count > SAMPLE * 8 && most < count) {
      // Values that hardly repeat in a sample will not turn out to be few.
      for (int i = 0; i < SAMPLE; i++) {
        if (add(source[(int) ((long) i * count / SAMPLE)])
            && size > Math.min(most, SAMPLE / 4 * 3)) {
          return false;
        }
      }
    }
    for (int i = 0; i < count; i++) {
      if (add(source[i]) && size > most) {
        return false;
      }
    }
    return true;
  }

  /// Orders positions by value; {@link #position} then finds them.
  void sort() {
    Arrays.sort(values, 0, size);
    Arrays.fill(slots, 0);
    for (int i = 0; i < size; i++) {
      slots[freeSlot(values[i])] = i + 1;
    }
  }

  int position(long value) {
    int slot = slot(value);
    while (values[slots[slot] - 1] != value) {
      slot = slot + 1 & slots.length - 1;
    }
    return slots[slot] - 1;
  }

  private void reset(int most) {
    int capacity = Integer.highestOneBit(Math.max(16, most)) * 4;
    if (slots.length < capacity) {
      slots = new int[capacity];
      values = new long[capacity / 2];
    } else {
      Arrays.fill(slots, 0);
    }
    size = 0;
  }

  private boolean add(long value) {
    int slot = slot(value);
    while (slots[slot] != 0) {
      if (values[slots[slot] - 1] == value) {
        return false;
      }
      slot = slot + 1 & slots.length - 1;
    }
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = value;
    slots[slot] = size;
    return true;
  }

  private int freeSlot(long value) {
    int slot = slot(value);
    while (slots[slot] != 0) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }

  private int slot(long value) {
    return (int) (value * 0x9E3779B97F4A7C15L >>> 32) & slots.length - 1;
  }
}
