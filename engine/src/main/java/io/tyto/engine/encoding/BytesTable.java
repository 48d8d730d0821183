package io.tyto.engine.encoding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/// The distinct byte values of a column in order of first sight: value -> ordinal and back.
///
/// Thread-safety: one thread adds. Others may read ordinals below a {@link #size} they have read
/// before; arrays are replaced when they grow, never changed below that size.
public final class BytesTable {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  // Drawn once a process, so that nobody can send values that collide on purpose.
  private static final long SEED = new SecureRandom().nextLong();
  private static final int MAX_DATA_BYTES = Integer.MAX_VALUE - 64;

  private final AtomicInteger size = new AtomicInteger();
  private volatile byte[] data = new byte[256];
  private volatile int[] offsets = new int[17];
  private volatile int[] slots = new int[32]; // ordinal + 1; 0 is free
  private int[] hashes = new int[16];

  public int size() {
    return size.getAcquire();
  }

  /// Bytes of all values together.
  public long dataBytes() {
    return offsets[size.getPlain()];
  }

  /// Memory held.
  public long sizeBytes() {
    return data.length + 4L * (offsets.length + slots.length + hashes.length);
  }

  /// Ordinal of the value, which is added (copied) when it is new.
  public int add(byte[] source, int from, int length) {
    int hash = hash(source, from, length);
    int[] table = slots;
    int slot = hash & table.length - 1;
    while (table[slot] != 0) {
      int ordinal = table[slot] - 1;
      if (hashes[ordinal] == hash && equals(ordinal, source, from, length)) {
        return ordinal;
      }
      slot = slot + 1 & table.length - 1;
    }
    int ordinal = append(source, from, length, hash);
    table[slot] = ordinal + 1;
    size.setRelease(ordinal + 1);
    if ((ordinal + 1) * 2L > table.length) {
      rehash(table.length * 2);
    }
    return ordinal;
  }

  /// Ordinal below `bound` of the value, or -1.
  public int find(byte[] value, int bound) {
    int[] table = slots;
    int slot = hash(value, 0, value.length) & table.length - 1;
    for (int probe = 0; probe < table.length && table[slot] != 0; probe++) {
      int ordinal = table[slot] - 1;
      if (ordinal < bound && equals(ordinal, value, 0, value.length)) {
        return ordinal;
      }
      slot = slot + 1 & table.length - 1;
    }
    return -1;
  }

  /// A copy of the value.
  public byte[] value(int ordinal) {
    int[] starts = offsets;
    return Arrays.copyOfRange(data, starts[ordinal], starts[ordinal + 1]);
  }

  /// Unsigned byte order of two values.
  public int compare(int left, int right) {
    byte[] bytes = data;
    int[] starts = offsets;
    return Arrays.compareUnsigned(
        bytes, starts[left], starts[left + 1], bytes, starts[right], starts[right + 1]);
  }

  /// The bytes of all values, for readers that copy in bulk: value i is `data[offsets[i], offsets[i
  /// + 1])`.
  public byte[] data() {
    return data;
  }

  public int[] offsets() {
    return offsets;
  }

  private boolean equals(int ordinal, byte[] other, int from, int length) {
    int[] starts = offsets;
    return Arrays.equals(data, starts[ordinal], starts[ordinal + 1], other, from, from + length);
  }

  private int append(byte[] source, int from, int length, int hash) {
    int ordinal = size.getPlain();
    int[] starts = offsets;
    if (ordinal + 1 == starts.length) {
      starts = Arrays.copyOf(starts, starts.length * 2);
      offsets = starts;
    }
    byte[] bytes = data;
    int start = starts[ordinal];
    if (bytes.length - start < length) {
      bytes = Arrays.copyOf(bytes, grownLength(bytes.length, (long) start + length));
      data = bytes;
    }
    System.arraycopy(source, from, bytes, start, length);
    starts[ordinal + 1] = start + length;
    if (ordinal == hashes.length) {
      hashes = Arrays.copyOf(hashes, hashes.length * 2);
    }
    hashes[ordinal] = hash;
    return ordinal;
  }

  private static int grownLength(int length, long needed) {
    if (needed > MAX_DATA_BYTES) {
      throw new IllegalStateException("a dictionary holds at most 2 GiB of values");
    }
    return (int) Math.min(MAX_DATA_BYTES, Math.max(length * 2L, needed));
  }

  private void rehash(int capacity) {
    int[] table = new int[capacity];
    for (int ordinal = 0, count = size.getPlain(); ordinal < count; ordinal++) {
      int slot = hashes[ordinal] & capacity - 1;
      while (table[slot] != 0) {
        slot = slot + 1 & capacity - 1;
      }
      table[slot] = ordinal + 1;
    }
    slots = table;
  }

  private static int hash(byte[] bytes, int from, int length) {
    long hash = SEED ^ length * 0x9E3779B97F4A7C15L;
    int at = from;
    int end = from + length;
    for (; at + 8 <= end; at += 8) {
      hash = mix(hash ^ (long) LONGS.get(bytes, at));
    }
    long rest = 0;
    for (; at < end; at++) {
      rest = rest << 8 | bytes[at] & 0xff;
    }
    return (int) (mix(hash ^ rest) >>> 32);
  }

  private static long mix(long value) {
    long mixed = value * 0xD6E8FEB86659FD93L;
    mixed ^= mixed >>> 32;
    return mixed * 0xD6E8FEB86659FD93L;
  }
}
