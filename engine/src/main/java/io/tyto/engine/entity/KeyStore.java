package io.tyto.engine.entity;

import io.tyto.engine.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Keys and their ids, off-heap, in chunks that never move: what has been written stays where it
/// is, so readers of published ids need no lock.
///
/// ```
/// locations  one long an id: 1 + place of its record, 0 where the id has no key
/// chunk      records { int id, int length, bytes }, each beginning on 8 bytes
/// place      chunk << 21 | byteOffset / 8: 41 bits
/// ```
final class KeyStore implements AutoCloseable {
  /// Bits of a place, for tables that keep it beside something else.
  static final int PLACE_BITS = 41;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private static final ValueLayout.OfLong BIG_ENDIAN_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int ID = 0;
  private static final int LENGTH = 4;
  private static final int BYTES = 8;
  private static final int RECORD_SHIFT = 3;

  private static final int LOCATION_SHIFT = 13;
  private static final int LOCATIONS = 1 << LOCATION_SHIFT;
  private static final int OFFSET_BITS = 21;
  private static final int FIRST_CHUNK_BYTES = 64 << 10;

  /// A larger chunk holds one large key, at its beginning.
  private static final int MAX_CHUNK_BYTES = 1 << OFFSET_BITS + RECORD_SHIFT;

  // Copied on growth, so that another thread never sees an array shorter than the ids it knows of.
  private volatile NativeMemory[] locations = {};
  private volatile NativeMemory[] chunks = {};
  private long chunkEnd;

  /// Adds a key and returns its place.
  long put(int id, byte[] key) {
    long needed = (long) BYTES + key.length;
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
    chunk.set(INT, chunkEnd + ID, id);
    chunk.set(INT, chunkEnd + LENGTH, key.length);
    MemorySegment.copy(key, 0, chunk, ValueLayout.JAVA_BYTE, chunkEnd + BYTES, key.length);
    long place = (long) (chunks.length - 1) << OFFSET_BITS | chunkEnd >>> RECORD_SHIFT;
    locations[id >>> LOCATION_SHIFT].segment().setAtIndex(LONG, id & LOCATIONS - 1, 1 + place);
    chunkEnd += needed + BYTES - 1 & -BYTES;
    return place;
  }

  /// The id at a place if the key there is this one, else 0.
  int idAt(long place, byte[] key) {
    MemorySegment chunk = chunks[(int) (place >>> OFFSET_BITS)].segment();
    long record = offset(place);
    if (chunk.get(INT, record + LENGTH) != key.length) {
      return 0;
    }
    long start = record + BYTES;
    boolean isSame =
        MemorySegment.mismatch(
                chunk, start, start + key.length, MemorySegment.ofArray(key), 0, key.length)
            < 0;
    return isSame ? chunk.get(INT, record + ID) : 0;
  }

  /// As above, of the key that is held as a long.
  int idAt(long place, long key) {
    MemorySegment chunk = chunks[(int) (place >>> OFFSET_BITS)].segment();
    long record = offset(place);
    boolean isSame =
        chunk.get(INT, record + LENGTH) == Long.BYTES
            && chunk.get(BIG_ENDIAN_LONG, record + BYTES) == key;
    return isSame ? chunk.get(INT, record + ID) : 0;
  }

  /// Hash of the key at a place.
  long hashAt(long place, long seed) {
    MemorySegment chunk = chunks[(int) (place >>> OFFSET_BITS)].segment();
    long record = offset(place);
    int length = chunk.get(INT, record + LENGTH);
    if (length == Long.BYTES) {
      return KeyHash.of(chunk.get(BIG_ENDIAN_LONG, record + BYTES), seed);
    }
    byte[] key = new byte[length];
    MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, record + BYTES, key, 0, length);
    return KeyHash.of(key, seed);
  }

  boolean has(int id) {
    return id >>> LOCATION_SHIFT < locations.length && location(id) != 0;
  }

  /// The place of an id that has a key.
  long placeOf(int id) {
    return location(id) - 1;
  }

  byte[] get(int id) {
    long place = placeOf(id);
    MemorySegment chunk = chunks[(int) (place >>> OFFSET_BITS)].segment();
    long record = offset(place);
    byte[] key = new byte[chunk.get(INT, record + LENGTH)];
    MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, record + BYTES, key, 0, key.length);
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

  private static long offset(long place) {
    return (place & (1L << OFFSET_BITS) - 1) << RECORD_SHIFT;
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
