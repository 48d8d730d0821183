package io.tyto.engine.aggregate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One byte string per group, in buffers that are used again when a value replaces another.
final class BytesCells {
  private static final int NONE = -1;
  private static final int OBJECT_BYTES = 24;

  private byte[] @Nullable [] buffers = new byte[0][];
  private int[] lengths = new int[0];
  private long dataBytes;

  void ensureGroups(int count) {
    if (count > buffers.length) {
      int held = buffers.length;
      int capacity = Capacity.grown(held, count);
      buffers = Arrays.copyOf(buffers, capacity);
      lengths = Arrays.copyOf(lengths, capacity);
      Arrays.fill(lengths, held, capacity, NONE);
    }
  }

  boolean isEmpty(int group) {
    return lengths[group] == NONE;
  }

  void set(int group, byte[] data, int from, int to) {
    int length = to - from;
    byte[] buffer = buffers[group];
    if (buffer == null || buffer.length < length) {
      dataBytes += length + (buffer == null ? OBJECT_BYTES : -buffer.length);
      buffer = new byte[length];
      buffers[group] = buffer;
    }
    System.arraycopy(data, from, buffer, 0, length);
    lengths[group] = length;
  }

  void copy(BytesCells other, int source, int target) {
    set(target, other.buffer(source), 0, other.lengths[source]);
  }

  /// Order of the group's value and `data[from, to)` by unsigned bytes.
  int compareTo(int group, byte[] data, int from, int to) {
    return Arrays.compareUnsigned(buffer(group), 0, lengths[group], data, from, to);
  }

  int compare(int group, BytesCells other, int otherGroup) {
    return compareTo(group, other.buffer(otherGroup), 0, other.lengths[otherGroup]);
  }

  byte[] value(int group) {
    return Arrays.copyOf(buffer(group), lengths[group]);
  }

  private byte[] buffer(int group) {
    byte[] buffer = buffers[group];
    if (buffer == null) {
      throw new IllegalStateException("group " + group + " holds no value");
    }
    return buffer;
  }

  long sizeBytes() {
    return buffers.length * 8L + dataBytes;
  }
}
