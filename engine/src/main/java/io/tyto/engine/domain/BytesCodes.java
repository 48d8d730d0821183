package io.tyto.engine.domain;

import io.tyto.engine.scan.Checkpoint;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// Numbers distinct byte strings from 1 in order of first sight. Thread-safe: look-ups take no
/// lock, a value seen for the first time does.
///
/// A look-up touches three places: a slot (upper half of the hash, code), the code's entry, and the
/// bytes. An entry packs where the bytes are:
///
/// ```
/// | chunk, 23 bits | start in the chunk, 20 bits | length, 21 bits |
/// ```
public final class BytesCodes implements BytesValues {
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int FIRST_CAPACITY = 64;
  private static final int MAX_CAPACITY = 1 << 30;
  private static final int MIN_CHUNK_BYTES = 1 << 12;
  private static final int LENGTH_BITS = 21;
  private static final int START_BITS = 20;
  private static final int MAX_CHUNK_BYTES = 1 << START_BITS;
  private static final int MAX_CHUNKS = 1 << (Long.SIZE - START_BITS - LENGTH_BITS);

  /// This length says that the value fills its chunk, which it has for itself.
  private static final int WHOLE_CHUNK = (1 << LENGTH_BITS) - 1;

  private final long seed;
  private volatile State state = new State(FIRST_CAPACITY, new byte[16][]);
  private volatile int size;
  private byte[] chunk = new byte[0];
  private int chunks;
  private int chunkUsed;
  private long dataBytes;

  public BytesCodes(long seed) {
    this.seed = seed;
  }

  /// A slot is written after the code's entry and bytes, so a reader that sees the slot sees them.
  private record State(long[] slots, long[] entries, byte[][] chunks) {
    State(int capacity, byte[][] chunks) {
      this(new long[capacity], new long[capacity >>> 1], chunks);
    }

    byte[] chunk(int code) {
      return chunks[(int) (entries[code - 1] >>> START_BITS + LENGTH_BITS)];
    }

    int start(int code) {
      return (int) (entries[code - 1] >>> LENGTH_BITS) & MAX_CHUNK_BYTES - 1;
    }

    int length(int code) {
      int length = (int) entries[code - 1] & WHOLE_CHUNK;
      return length == WHOLE_CHUNK ? chunk(code).length : length;
    }
  }

  public int size() {
    return size;
  }

  public long sizeBytes() {
    return state.slots.length * 12L + dataBytes;
  }

  @Override
  public byte[] value(int code) {
    State now = state;
    int start = now.start(code);
    return Arrays.copyOfRange(now.chunk(code), start, start + now.length(code));
  }

  @Override
  public int compare(int left, int right) {
    if (left == right) {
      return 0;
    }
    State now = state;
    int leftStart = now.start(left);
    int rightStart = now.start(right);
    return Arrays.compareUnsigned(
        now.chunk(left),
        leftStart,
        leftStart + now.length(left),
        now.chunk(right),
        rightStart,
        rightStart + now.length(right));
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

  /// The codes of the values `data[offsets[p], offsets[p + 1])` for each `p` of `positions[0,
  /// count)`.
  void intern(byte[] data, int[] offsets, int[] positions, int count, int[] codes) {
    // Hashes first: the look-ups then wait for memory side by side instead of one after the other.
    long[] hashes = new long[count];
    for (int i = 0; i < count; i++) {
      int from = offsets[positions[i]];
      hashes[i] = Hashing.bytes(data, from, offsets[positions[i] + 1] - from, seed);
    }
    State table = state;
    for (int i = 0; i < count; i++) {
      int from = offsets[positions[i]];
      int length = offsets[positions[i] + 1] - from;
      int code = find(table, hashes[i], data, from, length);
      if (code == 0) {
        code = add(hashes[i], data, from, length);
        table = state;
      }
      codes[i] = code;
    }
  }

  /// The code, or 0 where the value is unknown.
  public int find(byte[] value) {
    return find(value, 0, value.length);
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
      if (entry >>> 32 == hash >>> 32 && equal(table, (int) entry, data, from, length)) {
        return (int) entry;
      }
      slot = slot + 1 & mask;
    }
  }

  private static boolean equal(State table, int code, byte[] data, int from, int length) {
    int start = table.start(code);
    return table.length(code) == length
        && Arrays.equals(table.chunk(code), start, start + length, data, from, from + length);
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
    long entry = store(data, from, length);
    state.entries[code - 1] = entry;
    place(state.slots, hash, code);
    size = code;
    return code;
  }

  /// Copies the value into a chunk; returns its entry.
  private long store(byte[] data, int from, int length) {
    boolean isLarge = length >= MAX_CHUNK_BYTES;
    if (isLarge) {
      addChunk(Arrays.copyOfRange(data, from, from + length));
      chunkUsed = length;
      return entry(0, WHOLE_CHUNK);
    }
    if (chunk.length - chunkUsed < length || chunks == 0) {
      int wanted = Math.clamp(2L * chunk.length, MIN_CHUNK_BYTES, MAX_CHUNK_BYTES);
      addChunk(new byte[Math.max(wanted, length)]);
      chunkUsed = 0;
    }
    // An empty value needs no place, and the end of a full chunk is none that an entry can name.
    int start = length == 0 ? 0 : chunkUsed;
    System.arraycopy(data, from, chunk, start, length);
    chunkUsed += length;
    return entry(start, length);
  }

  private long entry(int start, int length) {
    return ((long) (chunks - 1) << START_BITS | start) << LENGTH_BITS | length;
  }

  private void addChunk(byte[] added) {
    if (chunks == MAX_CHUNKS) {
      throw new IllegalStateException("more than 8 TiB of distinct values in one scan");
    }
    if (chunks == state.chunks.length) {
      State old = state;
      state = new State(old.slots, old.entries, Arrays.copyOf(old.chunks, chunks << 1));
    }
    state.chunks[chunks++] = added;
    chunk = added;
    dataBytes += added.length;
  }

  private void grow() {
    State old = state;
    int capacity = old.slots.length << 1;
    if (capacity > MAX_CAPACITY) {
      throw new IllegalStateException("more than 2^29 distinct values in one scan");
    }
    State larger =
        new State(new long[capacity], Arrays.copyOf(old.entries, capacity >>> 1), old.chunks);
    for (int code = 1; code <= size; code++) {
      Checkpoint.pass(code);
      long hash = Hashing.bytes(larger.chunk(code), larger.start(code), larger.length(code), seed);
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
