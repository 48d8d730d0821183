package io.tyto.engine.state;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.hash.serialization.SizedWriter;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/// Entity id -> state, off the heap: in memory, or in a file where {@link StateMemory} has no more.
///
/// An entry holds the states of neighbouring ids, because entities of one age are often changed by
/// one unit, and an operation of the map takes longer than copying a few hundred bytes. Puts of one
/// entry are gathered until the next entry's turn or {@link #flush}.
///
/// A Chronicle Map has the size it was made for, so a larger one takes its place when it is full.
/// The file is never opened again: it is deleted on closing, and what an earlier process left
/// behind is deleted by whoever opens the folder.
///
/// Thread-safety: any number of threads may read while one puts.
final class StateMap implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(StateMap.class.getName());
  private static final long FIRST_ENTRIES = 1 << 12;
  private static final int FIRST_STATE_BYTES = 32;

  /// A larger state lies in parts: an entry must fit the smallest map's pieces.
  private static final int PART_BYTES = 8 << 10;

  /// What an entry takes beside its value: key, sizes, slot, and what is left over in its chunks.
  private static final int ENTRY_BYTES = 24;

  /// Values may become so much larger than expected before the map is made anew.
  private static final double BLOAT = 8;

  /// Puts between two looks at the size.
  private static final int STRIDE = 1 << 10;

  static {
    // It would tell its makers that it is used, over the network.
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.announcer.disable", "true");
  }

  private static final int NONE = -1;

  private final StateMemory memory;
  private final int shift;
  private final long firstEntries;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private @Nullable Table table;

  /// @param file null: in memory
  private record Table(
      ChronicleMap<Long, StateBytes> map, long entries, long reserved, @Nullable Path file) {}

  /// The entry that is put next, by whoever puts, which is one thread at a time; NONE: nothing is.
  private int pending = NONE;

  private final StateBlock block;
  private final StateBytes entry = new StateBytes();
  private long puts;
  private long putBytes;
  private volatile long size;

  /// @param expected entities
  /// @param neighbours states of an entry, a power of two
  StateMap(StateMemory memory, long expected, int neighbours) {
    this.memory = memory;
    this.shift = Integer.numberOfTrailingZeros(neighbours);
    this.firstEntries = Math.max(FIRST_ENTRIES, (expected >>> shift) + STRIDE);
    this.block = new StateBlock(neighbours);
  }

  /// Reads a state that is not waiting for {@link #flush}; false where there is none.
  ///
  /// @param scratch takes what it takes to find it
  boolean get(int entity, StateBytes scratch, StateBytes target) {
    return read(entity >>> shift, scratch)
        && StateBlock.find(scratch, entity & (1 << shift) - 1, target);
  }

  private boolean read(int number, StateBytes target) {
    lock.readLock().lock();
    try {
      return table != null && read(table.map(), number, target);
    } finally {
      lock.readLock().unlock();
    }
  }

  private static boolean read(ChronicleMap<Long, StateBytes> map, int number, StateBytes target) {
    if (map.getUsing(key(number, 0), target) == null) {
      return false;
    }
    if (target.length() == PART_BYTES) {
      StateBytes part = new StateBytes();
      for (int i = 1; i == 1 || part.length() == PART_BYTES; i++) {
        if (map.getUsing(key(number, i), part) == null) {
          throw new IllegalStateException("part " + i + " of the states of entities is missing");
        }
        target.append(part);
      }
    }
    return true;
  }

  /// In parts, of which the last is shorter than the others: nobody reads what lies behind it.
  private static void write(ChronicleMap<Long, StateBytes> map, int number, StateBytes entry) {
    if (entry.length() < PART_BYTES) {
      map.put(key(number, 0), entry);
      return;
    }
    StateBytes part = new StateBytes();
    for (int i = 0; i <= entry.length() / PART_BYTES; i++) {
      int from = i * PART_BYTES;
      part.set(entry.data(), from, Math.min(PART_BYTES, entry.length() - from));
      map.put(key(number, i), part);
    }
  }

  private static long key(int number, int part) {
    return (long) part << Integer.SIZE | number;
  }

  /// One thread at a time; cheapest in the order of the ids. Nobody reads it before {@link #flush}.
  void put(int entity, StateBytes state) {
    int number = entity >>> shift;
    if (number != pending) {
      flush();
      if (read(number, entry)) {
        block.read(entry);
      } else {
        block.clear();
      }
      pending = number;
    }
    if (block.put(entity & (1 << shift) - 1, state)) {
      size++;
    }
  }

  /// Makes everything that was put visible to readers; by the thread that puts.
  void flush() {
    if (pending == NONE) {
      return;
    }
    block.write(entry);
    if (puts % STRIDE == 0) {
      growIfDue();
    }
    puts++;
    putBytes += entry.length();
    write(pending);
    pending = NONE;
  }

  private void write(int number) {
    while (true) {
      Table current = current();
      try {
        lock.readLock().lock();
        try {
          write(current.map(), number, entry);
          return;
        } finally {
          lock.readLock().unlock();
        }
      } catch (IllegalStateException e) {
        // Values have grown beyond what the map was made for.
        grow(current, e);
      }
    }
  }

  /// States that were put.
  long size() {
    return size;
  }

  long sizeBytes() {
    lock.readLock().lock();
    try {
      return table == null ? 0 : table.map().offHeapMemoryUsed();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (table != null) {
        discard(table);
        table = null;
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Table current() {
    Table now = table;
    if (now == null) {
      now = create(firstEntries);
      replace(now);
    }
    return now;
  }

  private void growIfDue() {
    Table now = table;
    if (now != null && now.map().longSize() + STRIDE > now.entries()) {
      grow(now, null);
    }
  }

  private void grow(Table full, @Nullable RuntimeException cause) {
    long entries = 2 * full.entries();
    LOG.log(INFO, "the map of entity states grows to {0} entities", entries << shift);
    Table larger = create(entries);
    try {
      full.map().forEach((entity, state) -> larger.map().put(entity, state));
    } catch (RuntimeException e) {
      discard(larger);
      if (cause != null) {
        e.addSuppressed(cause);
      }
      throw e;
    }
    replace(larger);
  }

  private void replace(Table next) {
    lock.writeLock().lock();
    try {
      if (table != null) {
        discard(table);
      }
      table = next;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Table create(long entries) {
    int valueBytes = puts == 0 ? FIRST_STATE_BYTES << shift : Math.toIntExact(putBytes / puts + 1);
    long bytes = entries * (valueBytes + ENTRY_BYTES);
    ChronicleMapBuilder<Long, StateBytes> builder =
        ChronicleMapBuilder.of(Long.class, StateBytes.class)
            .name("entity-states")
            .entries(entries)
            .averageValueSize(valueBytes)
            .maxBloatFactor(BLOAT)
            .checksumEntries(false)
            .putReturnsNull(true)
            .valueMarshallers(new StateReader(), new StateWriter());
    if (memory.tryReserve(bytes)) {
      return new Table(builder.create(), entries, bytes, null);
    }
    Path file = memory.folder().resolve(UUID.randomUUID() + StateMemory.SUFFIX);
    try {
      Files.createDirectories(memory.folder());
      return new Table(builder.createPersistedTo(file.toFile()), entries, 0, file);
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "the states of entities do not fit memory, and %s cannot be made: %s"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private void discard(Table old) {
    old.map().close();
    memory.release(old.reserved());
    if (old.file() != null) {
      try {
        Files.deleteIfExists(old.file());
      } catch (IOException e) {
        LOG.log(WARNING, "could not delete " + old.file() + "; the next start does", e);
      }
    }
  }

  private static final class StateReader implements SizedReader<StateBytes> {
    @Override
    public StateBytes read(
        @SuppressWarnings("rawtypes") Bytes in, long size, @Nullable StateBytes using) {
      StateBytes target = using == null ? new StateBytes() : using;
      byte[] data = target.reset(Math.toIntExact(size));
      in.read(data, 0, target.length());
      return target;
    }

    @Override
    public void readMarshallable(WireIn wire) {
      // Nothing is kept of a reader.
    }

    @Override
    public void writeMarshallable(WireOut wire) {
      // As above.
    }
  }

  private static final class StateWriter implements SizedWriter<StateBytes> {
    @Override
    public long size(StateBytes state) {
      return state.length();
    }

    @Override
    public void write(@SuppressWarnings("rawtypes") Bytes out, long size, StateBytes state) {
      out.write(state.data(), 0, state.length());
    }

    @Override
    public void readMarshallable(WireIn wire) {
      // Nothing is kept of a writer.
    }

    @Override
    public void writeMarshallable(WireOut wire) {
      // As above.
    }
  }
}
