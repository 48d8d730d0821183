package io.tyto.engine.entity;

import io.tyto.engine.memory.NativeMemory;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.SecureRandom;

/// Entity key -> dense id within one shard, off-heap.
///
/// Thread-safety: one writer (the partition's thread) calls {@link #idOf}, {@link #find} and {@link
/// #restore}; {@link #size}, and {@link #forEach} up to a size read before, are safe from any
/// thread. Lifetime: memory is freed by {@link #close}, which must come after the last reader.
///
/// An open-addressing table of one long a slot, `fingerprint << 32 | id`, 0 where empty. A slot's
/// place is the upper bits of the fingerprint: growing then is one pass over the slots that never
/// looks at a key, and a lookup reads one cache line of slots and the key it hits.
public final class EntityTable implements AutoCloseable {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final int FIRST_CAPACITY_BITS = 10;

  /// Places come from a 32-bit fingerprint.
  private static final int MAX_CAPACITY_BITS = 32;

  /// Random for each process, so that nobody can prepare keys that collide.
  private static final long SEED = new SecureRandom().nextLong();

  private final KeyStore keys = new KeyStore();
  private int capacityBits = FIRST_CAPACITY_BITS;
  private NativeMemory slots = NativeMemory.allocate(Long.BYTES << FIRST_CAPACITY_BITS);
  private long used;
  private volatile int size;

  /// Receives one entity.
  @FunctionalInterface
  public interface Visitor {
    void entity(int id, byte[] key);
  }

  /// The key's id, given now if it is new.
  public int idOf(byte[] key) {
    int fingerprint = fingerprint(key);
    long slot = slotOf(fingerprint, key);
    int id = (int) slots.segment().getAtIndex(LONG, slot);
    if (id != 0) {
      return id;
    }
    if (size == Integer.MAX_VALUE) {
      throw new TytoException(
          ErrorCode.INTERNAL,
          "a shard holds at most 2^31-1 entities; spread the group over more partitions");
    }
    add(slot, fingerprint, size + 1, key);
    return size;
  }

  /// The key's id, or 0 where it has none.
  public int find(byte[] key) {
    return (int) slots.segment().getAtIndex(LONG, slotOf(fingerprint(key), key));
  }

  /// Puts back what a STATE segment holds; ids must ascend from call to call and may leave gaps.
  public void restore(int id, byte[] key) {
    if (id <= size) {
      throw new IllegalArgumentException(
          "entity id " + id + " restored after " + size + "; ids must ascend");
    }
    int fingerprint = fingerprint(key);
    long slot = slotOf(fingerprint, key);
    long present = slots.segment().getAtIndex(LONG, slot);
    if (present != 0) {
      throw new TytoException(
          ErrorCode.INTERNAL,
          "entity state gives one key two ids, %d and %d; run verify".formatted((int) present, id));
    }
    add(slot, fingerprint, id, key);
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

  private static int fingerprint(byte[] key) {
    return (int) KeyHash.of(key, SEED);
  }

  /// The slot that holds the key, or the empty one where it belongs.
  private long slotOf(int fingerprint, byte[] key) {
    MemorySegment table = slots.segment();
    long mask = (1L << capacityBits) - 1;
    long slot = place(fingerprint);
    while (true) {
      long entry = table.getAtIndex(LONG, slot);
      if (entry == 0 || (int) (entry >>> 32) == fingerprint && keys.equals((int) entry, key)) {
        return slot;
      }
      slot = slot + 1 & mask;
    }
  }

  private long place(int fingerprint) {
    return Integer.toUnsignedLong(fingerprint) >>> MAX_CAPACITY_BITS - capacityBits;
  }

  private void add(long slot, int fingerprint, int id, byte[] key) {
    keys.put(id, key);
    slots.segment().setAtIndex(LONG, slot, (long) fingerprint << 32 | Integer.toUnsignedLong(id));
    used++;
    if (used > (5L << capacityBits) / 8 && capacityBits < MAX_CAPACITY_BITS) {
      grow();
    }
    size = id;
  }

  private void grow() {
    NativeMemory old = slots;
    long oldCapacity = 1L << capacityBits;
    capacityBits++;
    slots = NativeMemory.allocate((long) Long.BYTES << capacityBits);
    MemorySegment source = old.segment();
    MemorySegment target = slots.segment();
    long mask = (1L << capacityBits) - 1;
    for (long i = 0; i < oldCapacity; i++) {
      long entry = source.getAtIndex(LONG, i);
      if (entry != 0) {
        long slot = place((int) (entry >>> 32));
        while (target.getAtIndex(LONG, slot) != 0) {
          slot = slot + 1 & mask;
        }
        target.setAtIndex(LONG, slot, entry);
      }
    }
    old.close();
  }
}
