package io.tyto.engine.entity;

import io.tyto.engine.memory.NativeMemory;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// Entity key -> dense id within one shard, off-heap.
///
/// Thread-safety: one writer (the partition's thread) calls {@link #idOf}, {@link #find} and {@link
/// #restore}; {@link #size}, and {@link #forEach} up to a size read before, are safe from any
/// thread. Lifetime: memory is freed by {@link #close}, which must come after the last reader.
///
/// An open-addressing table of one long a slot, 0 where empty: `fingerprint << 41 | 1 + place`, the
/// place being that of the key's record, where the id stands too. So a lookup misses the cache
/// twice, once for the slot and once for the record.
public final class EntityTable implements AutoCloseable {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final int FIRST_CAPACITY_BITS = 10;
  private static final int MAX_CAPACITY_BITS = 32;

  private static final long NO_PLACE = -1;

  /// Keys that are looked up at once.
  private static final int BATCH = 256;

  private static final long PLACE_MASK = (1L << KeyStore.PLACE_BITS) - 1;

  /// Random for each process, so that nobody can prepare keys that collide.
  private static final long SEED = new SecureRandom().nextLong();

  private final KeyStore keys = new KeyStore();
  private int capacityBits;
  private NativeMemory slots;
  private long used;
  private volatile int size;
  private int restored;

  /// Where the last search ended: the id it found, else 0, and then the empty slot it came to.
  private int foundId;

  private long emptySlot;

  /// Of no meaning: keeps loads that only fill the cache from being left out.
  @SuppressWarnings("UnusedVariable")
  private long lastTouched;

  /// An empty table.
  public EntityTable() {
    this(0);
  }

  /// A table whose ids up to `size` are given already; {@link #restore} puts back their keys before
  /// any key is asked for.
  public EntityTable(int size) {
    this.size = size;
    capacityBits = FIRST_CAPACITY_BITS;
    while (size > (5L << capacityBits) / 8 && capacityBits < MAX_CAPACITY_BITS) {
      capacityBits++;
    }
    slots = NativeMemory.allocate((long) Long.BYTES << capacityBits);
  }

  /// Receives one entity.
  @FunctionalInterface
  public interface Visitor {
    void entity(int id, byte[] key);
  }

  /// The key's id, given now if it is new.
  public int idOf(byte[] key) {
    long hash = KeyHash.of(key, SEED);
    search(hash, key);
    if (foundId != 0) {
      return foundId;
    }
    if (size == Integer.MAX_VALUE) {
      throw new TytoException(
          ErrorCode.INTERNAL,
          "a shard holds at most 2^31-1 entities; spread the group over more partitions");
    }
    add(hash, size + 1, key);
    return size;
  }

  /// The ids of keys that are held as longs, given now where they are new; 0 for a null.
  ///
  /// The slots of many keys are touched before the first of them is looked at, and likewise the
  /// keys' records, so that the processor waits for many cache misses at once.
  public void idsOf(long[] values, long @Nullable [] nulls, int count, int[] ids) {
    long[] hashes = new long[Math.min(count, BATCH)];
    for (int from = 0; from < count; from += BATCH) {
      int part = Math.min(BATCH, count - from);
      MemorySegment table = slots.segment();
      long touched = 0;
      for (int i = 0; i < part; i++) {
        hashes[i] = KeyHash.of(values[from + i], SEED);
        touched += table.getAtIndex(LONG, slot(hashes[i]));
      }
      lastTouched = touched;
      for (int i = 0; i < part; i++) {
        hashes[i] = entryOf(table, hashes[i]) & PLACE_MASK;
      }
      for (int i = 0; i < part; i++) {
        ids[from + i] = hashes[i] == 0 ? 0 : keys.idAt(hashes[i] - 1, values[from + i]);
      }
      for (int i = from; i < from + part; i++) {
        boolean isNull = nulls != null && (nulls[i >>> 6] >>> i & 1) != 0;
        if (isNull) {
          ids[i] = 0;
        } else if (ids[i] == 0) {
          ids[i] = idOf(KeyHash.bytesOf(values[i]));
        }
      }
    }
  }

  /// The first entry with a hash's fingerprint, or 0.
  private long entryOf(MemorySegment table, long hash) {
    long mask = (1L << capacityBits) - 1;
    long slot = slot(hash);
    long entry = table.getAtIndex(LONG, slot);
    while (entry != 0 && (entry ^ hash << KeyStore.PLACE_BITS) >>> KeyStore.PLACE_BITS != 0) {
      slot = slot + 1 & mask;
      entry = table.getAtIndex(LONG, slot);
    }
    return entry;
  }

  /// The key's id, or 0 where it has none.
  public int find(byte[] key) {
    search(KeyHash.of(key, SEED), key);
    return foundId;
  }

  /// Puts back what a STATE segment holds; ids must ascend from call to call and may leave gaps.
  public void restore(int id, byte[] key) {
    if (id <= restored) {
      throw new IllegalArgumentException(
          "entity id " + id + " restored after " + restored + "; ids must ascend");
    }
    restored = id;
    long hash = KeyHash.of(key, SEED);
    search(hash, key);
    if (foundId != 0) {
      throw new TytoException(
          ErrorCode.INTERNAL,
          "entity state gives one key two ids, %d and %d; run verify".formatted(foundId, id));
    }
    add(hash, id, key);
  }

  /// The highest id given.
  public int size() {
    return size;
  }

  /// Entities with ids in `[fromId, toId]`, ascending; ids without a key are left out.
  public void forEach(int fromId, int toId, Visitor visitor) {
    for (long id = Math.max(1, fromId); id <= toId; id++) {
      if (keys.has((int) id)) {
        visitor.entity((int) id, keys.get((int) id));
      }
    }
  }

  /// Off-heap bytes in use.
  public long sizeBytes() {
    return slots.sizeBytes() + keys.sizeBytes();
  }

  @Override
  public void close() {
    slots.close();
    keys.close();
  }

  private void search(long hash, byte[] key) {
    MemorySegment table = slots.segment();
    long mask = (1L << capacityBits) - 1;
    long slot = slot(hash);
    while (true) {
      long entry = table.getAtIndex(LONG, slot);
      if (entry == 0) {
        foundId = 0;
        emptySlot = slot;
        return;
      }
      if ((entry ^ hash << KeyStore.PLACE_BITS) >>> KeyStore.PLACE_BITS == 0) {
        foundId = keys.idAt((entry & PLACE_MASK) - 1, key);
        if (foundId != 0) {
          return;
        }
      }
      slot = slot + 1 & mask;
    }
  }

  /// The upper bits of the hash; the fingerprint is the lower ones.
  private long slot(long hash) {
    return hash >>> Long.SIZE - capacityBits;
  }

  /// Adds a key that was searched for just now.
  private void add(long hash, int id, byte[] key) {
    long place = keys.put(id, key);
    slots.segment().setAtIndex(LONG, emptySlot, entry(hash, place));
    used++;
    size = Math.max(size, id);
    if (used > (5L << capacityBits) / 8 && capacityBits < MAX_CAPACITY_BITS) {
      grow();
    }
  }

  private static long entry(long hash, long place) {
    return hash << KeyStore.PLACE_BITS | 1 + place;
  }

  /// Doubles the table; goes through the keys in the order of their ids, which is that of memory.
  private void grow() {
    NativeMemory larger = NativeMemory.allocate((long) Long.BYTES << capacityBits + 1);
    slots.close();
    slots = larger;
    capacityBits++;
    MemorySegment table = slots.segment();
    long mask = (1L << capacityBits) - 1;
    for (long next = 1; next <= size; next++) {
      int id = (int) next;
      long place = keys.has(id) ? keys.placeOf(id) : NO_PLACE;
      if (place != NO_PLACE) {
        long hash = keys.hashAt(place, SEED);
        long slot = slot(hash);
        while (table.getAtIndex(LONG, slot) != 0) {
          slot = slot + 1 & mask;
        }
        table.setAtIndex(LONG, slot, entry(hash, place));
      }
    }
  }
}
