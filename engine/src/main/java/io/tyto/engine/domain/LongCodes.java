package io.tyto.engine.domain;

import io.tyto.engine.scan.Checkpoint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Numbers distinct longs from 1 in order of first sight. Thread-safe: look-ups take no lock, a
/// value seen for the first time does.
///
/// Limits: 2^30 values.
public final class LongCodes {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int FIRST_CAPACITY = 64;
  private static final int MAX_CAPACITY = 1 << 30;

  private final long seed;
  private volatile Slots slots = new Slots(FIRST_CAPACITY);

  /// values[code - 1]; written under the lock, read by others only for codes they were given.
  private volatile long[] values = new long[FIRST_CAPACITY];

  private volatile int size;

  public LongCodes(long seed) {
    this.seed = seed;
  }

  /// Open addressing; a code is published after its key, so a reader that sees the code sees the
  /// key.
  private record Slots(long[] keys, int[] codes) {
    Slots(int capacity) {
      this(new long[capacity], new int[capacity]);
    }
  }

  public int size() {
    return size;
  }

  public long sizeBytes() {
    return slots.codes.length * 12L + values.length * 8L;
  }

  /// The value of a code from 1.
  public long value(int code) {
    return values[code - 1];
  }

  /// Writes the code of each key at `positions[0, count)` to `codes`: 0 for null, and an unknown
  /// key is numbered.
  void intern(long[] keys, long @Nullable [] nulls, int[] positions, int count, int[] codes) {
    Slots table = slots;
    for (int i = 0; i < count; i++) {
      int position = positions[i];
      if (nulls != null && (nulls[position >>> 6] >>> position & 1) != 0) {
        codes[i] = 0;
        continue;
      }
      int code = find(table, keys[position]);
      if (code == 0) {
        code = add(keys[position]);
        table = slots;
      }
      codes[i] = code;
    }
  }

  /// Numbers the pairs of codes `(left[i], right[i])`, in place of `left`.
  public void internPairs(int[] left, int[] right, int count) {
    Slots table = slots;
    for (int i = 0; i < count; i++) {
      long key = pair(left[i], right[i]);
      int code = find(table, key);
      if (code == 0) {
        code = add(key);
        table = slots;
      }
      left[i] = code;
    }
  }

  public static long pair(int left, int right) {
    return (long) left << 32 | right & 0xffffffffL;
  }

  public static int left(long pair) {
    return (int) (pair >>> 32);
  }

  public static int right(long pair) {
    return (int) pair;
  }

  public int intern(long key) {
    int code = find(slots, key);
    return code == 0 ? add(key) : code;
  }

  /// The code, or 0 where the key is unknown.
  public int find(long key) {
    return find(slots, key);
  }

  private int find(Slots table, long key) {
    int mask = table.codes.length - 1;
    int slot = (int) Hashing.mix(key, seed) & mask;
    while (true) {
      int code = (int) SLOT.getAcquire(table.codes, slot);
      if (code == 0 || table.keys[slot] == key) {
        return code;
      }
      slot = slot + 1 & mask;
    }
  }

  private synchronized int add(long key) {
    int known = find(slots, key);
    if (known != 0) {
      return known;
    }
    int code = size + 1;
    if (code > slots.codes.length >>> 1) {
      grow();
    }
    if (code > values.length) {
      values = Arrays.copyOf(values, values.length << 1);
    }
    values[code - 1] = key;
    place(slots, key, code);
    size = code;
    return code;
  }

  private void grow() {
    if (slots.codes.length >= MAX_CAPACITY) {
      throw new IllegalStateException("more than 2^29 distinct values in one scan");
    }
    Slots larger = new Slots(slots.codes.length << 1);
    for (int code = 1; code <= size; code++) {
      Checkpoint.pass(code);
      place(larger, values[code - 1], code);
    }
    slots = larger;
  }

  private void place(Slots table, long key, int code) {
    int mask = table.codes.length - 1;
    int slot = (int) Hashing.mix(key, seed) & mask;
    while (table.codes[slot] != 0) {
      slot = slot + 1 & mask;
    }
    table.keys[slot] = key;
    SLOT.setRelease(table.codes, slot, code);
  }
}
