package io.tyto.engine.domain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// Numbers distinct byte strings from 1 in order of first sight. Thread-safe: look-ups take no
/// lock, a value seen for the first time does.
public final class BytesCodes implements BytesValues {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int FIRST_CAPACITY = 64;
  private static final int MAX_CAPACITY = 1 << 30;
  private static final int MIN_CHUNK_BYTES = 1 << 12;
  private static final int MAX_CHUNK_BYTES = 1 << 20;

  private final long seed;
  private volatile State state = new State(FIRST_CAPACITY);
  private volatile int size;
  private byte[] chunk = new byte[MIN_CHUNK_BYTES];
  private int chunkUsed;
  private long dataBytes = MIN_CHUNK_BYTES;

  public BytesCodes(long seed) {
    this.seed = seed;
  }

  /// A slot holds the upper half of the hash and the code, and is written after the code's entry,
  /// so a reader that sees the slot sees the bytes.
  private record State(long[] slots, byte[][] data, int[] starts, int[] lengths) {
    State(int capacity) {
      this(
          new long[capacity],
          new byte[capacity >>> 1][],
          new int[capacity >>> 1],
          new int[capacity >>> 1]);
    }
  }

  public int size() {
    return size;
  }

  public long sizeBytes() {
    return state.slots.length * 16L + dataBytes;
  }

  @Override
  public byte[] value(int code) {
    State now = state;
    int start = now.starts[code - 1];
    return Arrays.copyOfRange(now.data[code - 1], start, start + now.lengths[code - 1]);
  }

  @Override
  public int compare(int left, int right) {
    if (left == right) {
      return 0;
    }
    State now = state;
    int leftStart = now.starts[left - 1];
    int rightStart = now.starts[right - 1];
    return Arrays.compareUnsigned(
        now.data[left - 1],
        leftStart,
        leftStart + now.lengths[left - 1],
        now.data[right - 1],
        rightStart,
        rightStart + now.lengths[right - 1]);
  }

  public int intern(byte[] value) {
    return intern(value, 0, value.length);
  }

  /// The code of `data[from, from + length)`, numbered if it is unknown.
  public int intern(byte[] data, int from, int length) {
    long hash = Hashing.bytes(data, from, length, seed);
    int code = find(state, hash, data, from, length);
    return code == 0 ? add(hash, data, from, length) : code;
  }

  /// The code, or 0 where the value is unknown.
  public int find(byte[] value) {
    return find(state, Hashing.bytes(value, 0, value.length, seed), value, 0, value.length);
  }

  /// Of `data[from, from + length)`.
  public int find(byte[] data, int from, int length) {
    return find(state, Hashing.bytes(data, from, length, seed), data, from, length);
  }

  private static int find(State table, long hash, byte[] data, int from, int length) {
    int mask = table.slots.length - 1;
    int slot = (int) hash & mask;
    while (true) {
      long entry = (long) SLOT.getAcquire(table.slots, slot);
      if (entry == 0) {
        return 0;
      }
      if (entry >>> 32 == hash >>> 32 && equal(table, (int) entry - 1, data, from, length)) {
        return (int) entry;
      }
      slot = slot + 1 & mask;
    }
  }

  private static boolean equal(State table, int entry, byte[] data, int from, int length) {
    int start = table.starts[entry];
    return table.lengths[entry] == length
        && Arrays.equals(table.data[entry], start, start + length, data, from, from + length);
  }

  private synchronized int add(long hash, byte[] data, int from, int length) {
    int known = find(state, hash, data, from, length);
    if (known != 0) {
      return known;
    }
    int code = size + 1;
    if (code > state.slots.length >>> 1) {
      grow();
    }
    State now = state;
    int start = store(data, from, length);
    now.data[code - 1] = chunk;
    now.starts[code - 1] = start;
    now.lengths[code - 1] = length;
    place(now.slots, hash, code);
    size = code;
    return code;
  }

  private int store(byte[] data, int from, int length) {
    if (chunk.length - chunkUsed < length) {
      int twice = Math.min(chunk.length << 1, MAX_CHUNK_BYTES);
      chunk = new byte[Math.max(twice, length)];
      chunkUsed = 0;
      dataBytes += chunk.length;
    }
    int start = chunkUsed;
    System.arraycopy(data, from, chunk, start, length);
    chunkUsed += length;
    return start;
  }

  private void grow() {
    State old = state;
    int capacity = old.slots.length << 1;
    if (capacity > MAX_CAPACITY) {
      throw new IllegalStateException("more than 2^29 distinct values in one scan");
    }
    State larger =
        new State(
            new long[capacity],
            Arrays.copyOf(old.data, capacity >>> 1),
            Arrays.copyOf(old.starts, capacity >>> 1),
            Arrays.copyOf(old.lengths, capacity >>> 1));
    for (int code = 1; code <= size; code++) {
      int entry = code - 1;
      long hash =
          Hashing.bytes(larger.data[entry], larger.starts[entry], larger.lengths[entry], seed);
      place(larger.slots, hash, code);
    }
    state = larger;
  }

  private static void place(long[] slots, long hash, int code) {
    int mask = slots.length - 1;
    int slot = (int) hash & mask;
    while (slots[slot] != 0) {
      slot = slot + 1 & mask;
    }
    SLOT.setRelease(slots, slot, hash & 0xffffffff00000000L | code);
  }
}
