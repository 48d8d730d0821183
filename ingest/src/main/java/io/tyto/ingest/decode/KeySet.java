package io.tyto.ingest.decode;

import java.security.SecureRandom;
import java.util.Arrays;

/// The keys of a record's objects that no column asks for, to find one that occurs twice. Time and
/// memory grow with the record's bytes only, also for keys chosen to collide.
final class KeySet {
  private static final int FIRST_CAPACITY = 64;

  /// A record of very many keys must not hold its memory for ever.
  private static final int MAX_KEPT_CAPACITY = 1 << 14;

  /// Random for each process: colliding keys cannot be prepared.
  private static final long SEED = new SecureRandom().nextLong() | 1;

  private int count;
  private int poolEnd;
  private byte[] pool = new byte[1 << 10];
  private long[] objects = new long[FIRST_CAPACITY];
  private int[] ends = new int[FIRST_CAPACITY];
  private int[] hashes = new int[FIRST_CAPACITY];

  /// Entry + 1 by hash, 0 where free; twice as many as entries.
  private int[] table = new int[2 * FIRST_CAPACITY];

  void clear() {
    // Every entry lies in an unbroken run from its hash, so clearing the runs costs what was added.
    int mask = table.length - 1;
    for (int i = 0; i < count; i++) {
      for (int slot = hashes[i] & mask; table[slot] != 0; slot = slot + 1 & mask) {
        table[slot] = 0;
      }
    }
    count = 0;
    poolEnd = 0;
    if (objects.length > MAX_KEPT_CAPACITY) {
      resize(FIRST_CAPACITY);
      pool = new byte[1 << 10];
    }
  }

  /// Adds a key of an object; false where the object has it already.
  boolean add(long object, byte[] data, int from, int to) {
    int hash = hash(object, data, from, to);
    int mask = table.length - 1;
    int slot = hash & mask;
    while (table[slot] != 0) {
      if (isSame(table[slot] - 1, hash, object, data, from, to)) {
        return false;
      }
      slot = slot + 1 & mask;
    }
    append(hash, object, data, from, to);
    table[slot] = count;
    if (count == objects.length) {
      resize(2 * count);
      for (int i = 0; i < count; i++) {
        place(i);
      }
    }
    return true;
  }

  private void append(int hash, long object, byte[] data, int from, int to) {
    int length = to - from;
    if (poolEnd + length > pool.length) {
      pool = Arrays.copyOf(pool, Math.max(2 * pool.length, poolEnd + length));
    }
    System.arraycopy(data, from, pool, poolEnd, length);
    poolEnd += length;
    objects[count] = object;
    hashes[count] = hash;
    ends[count] = poolEnd;
    count++;
  }

  private boolean isSame(int entry, int hash, long object, byte[] data, int from, int to) {
    int start = entry == 0 ? 0 : ends[entry - 1];
    return hashes[entry] == hash
        && objects[entry] == object
        && Arrays.equals(pool, start, ends[entry], data, from, to);
  }

  private void resize(int capacity) {
    objects = Arrays.copyOf(objects, capacity);
    ends = Arrays.copyOf(ends, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    table = new int[2 * capacity];
  }

  private void place(int entry) {
    int mask = table.length - 1;
    int slot = hashes[entry] & mask;
    while (table[slot] != 0) {
      slot = slot + 1 & mask;
    }
    table[slot] = entry + 1;
  }

  private static int hash(long object, byte[] data, int from, int to) {
    long hash = SEED ^ object;
    for (int i = from; i < to; i++) {
      hash = (hash ^ data[i]) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    return (int) (hash * SEED >>> 32);
  }
}
