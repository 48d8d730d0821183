package io.tyto.engine.entity;

import io.tyto.engine.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Keys by id, off-heap, in chunks that never move: what has been written stays where it is, so
/// readers of published ids need no lock.
///
/// ```
/// locations: one long an id, 1 + (chunk << 32 | byteOffset) of its key; 0 = no key
/// chunk:     { int length, bytes } ...
/// ```
final class KeyStore implements AutoCloseable {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private static final int LOCATION_SHIFT = 13;
  private static final int LOCATIONS = 1 << LOCATION_SHIFT;
  private static final int FIRST_CHUNK_BYTES = 64 << 10;
  private static final int MAX_CHUNK_BYTES = 16 << 20;

  // Copied on growth, so that another thread never sees an array shorter than the ids it knows of.
  private volatile NativeMemory[] locations = {};
  private volatile NativeMemory[] chunks = {};
  private long chunkEnd;

  void put(int id, byte[] key) {
    int needed = Integer.BYTES + key.length;
    if (chunks.length == 0 || chunkEnd + needed > chunks[chunks.length - 1].sizeBytes()) {
      long doubled =
          chunks.length == 0 ? FIRST_CHUNK_BYTES : 2 * chunks[chunks.length - 1].sizeBytes();
      chunks = plus(chunks, Math.max(Math.min(doubled, MAX_CHUNK_BYTES), needed));
      chunkEnd = 0;
    }
    while (id >>> LOCATION_SHIFT >= locations.length) {
      locations = plus(locations, (long) LOCATIONS * Long.BYTES);
    }
    MemorySegment chunk = chunks[chunks.length - 1].segment();
    chunk.set(INT, chunkEnd, key.length);
    MemorySegment.copy(key, 0, chunk, ValueLayout.JAVA_BYTE, chunkEnd + Integer.BYTES, key.length);
    locations[id >>> LOCATION_SHIFT]
        .segment()
        .setAtIndex(LONG, id & LOCATIONS - 1, 1 + ((long) (chunks.length - 1) << 32 | chunkEnd));
    chunkEnd += needed;
  }

  boolean has(int id) {
    return id >>> LOCATION_SHIFT < locations.length && location(id) != 0;
  }

  boolean equals(int id, byte[] key) {
    long place = location(id) - 1;
    MemorySegment chunk = chunks[(int) (place >>> 32)].segment();
    long from = place & 0xffff_ffffL;
    if (chunk.get(INT, from) != key.length) {
      return false;
    }
    long start = from + Integer.BYTES;
    return MemorySegment.mismatch(
            chunk, start, start + key.length, MemorySegment.ofArray(key), 0, key.length)
        < 0;
  }

  byte[] get(int id) {
    long place = location(id) - 1;
    MemorySegment chunk = chunks[(int) (place >>> 32)].segment();
    long from = place & 0xffff_ffffL;
    byte[] key = new byte[chunk.get(INT, from)];
    MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, from + Integer.BYTES, key, 0, key.length);
    return key;
  }

  long sizeBytes() {
    return bytesOf(locations) + bytesOf(chunks);
  }

  @Override
  public void close() {
    for (NativeMemory memory : locations) {
      memory.close();
    }
    for (NativeMemory memory : chunks) {
      memory.close();
    }
  }

  private long location(int id) {
    return locations[id >>> LOCATION_SHIFT].segment().getAtIndex(LONG, id & LOCATIONS - 1);
  }

  private static NativeMemory[] plus(NativeMemory[] memories, long bytes) {
    NativeMemory[] more = Arrays.copyOf(memories, memories.length + 1);
    more[memories.length] = NativeMemory.allocate(bytes);
    return more;
  }

  private static long bytesOf(NativeMemory[] memories) {
    long bytes = 0;
    for (NativeMemory memory : memories) {
      bytes += memory.sizeBytes();
    }
    return bytes;
  }
}
