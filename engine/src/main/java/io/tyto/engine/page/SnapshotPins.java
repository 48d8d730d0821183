package io.tyto.engine.page;

import io.tyto.engine.snapshot.TableSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Snapshots that handed-out cursors keep readable: for a time after their last use, and so many at
/// once at most.
///
/// *Thread-safety*: safe. *Lifetime*: {@link #close} releases all. Snapshots are released outside
/// the lock, because the last release closes files.
public final class SnapshotPins implements AutoCloseable {
  private final Duration lifetime;
  private final int limit;
  private final long maxHeldBytes;
  private final InstantSource clock;

  /// In order of expiry, because every use moves an entry to the end.
  private final Map<Key, Pin> pins = new LinkedHashMap<>();

  private boolean isClosed;

  private record Key(String collection, String snapshot) {}

  private record Pin(TableSnapshot snapshot, Instant expires) {}

  /// @param maxHeldBytes memory that all of them may take, see {@link TableSnapshot#heldBytes}; one
  ///   may take it alone
  public SnapshotPins(Duration lifetime, int limit, long maxHeldBytes, InstantSource clock) {
    this.lifetime = lifetime;
    this.limit = limit;
    this.maxHeldBytes = maxHeldBytes;
    this.clock = clock;
  }

  /// Keeps the snapshot readable for one more lifetime.
  public void pin(TableSnapshot snapshot) {
    List<TableSnapshot> released = new ArrayList<>();
    synchronized (pins) {
      if (isClosed) {
        return;
      }
      Key key = new Key(snapshot.schema().name(), snapshot.id());
      Pin known = pins.remove(key);
      TableSnapshot held = known == null ? snapshot.retain() : known.snapshot();
      pins.put(key, new Pin(held, clock.instant().plus(lifetime)));
      removeExpired(released);
      long bytes = pins.values().stream().mapToLong(pin -> pin.snapshot().heldBytes()).sum();
      Iterator<Pin> oldest = pins.values().iterator();
      while (pins.size() > limit || bytes > maxHeldBytes && pins.size() > 1) {
        TableSnapshot first = oldest.next().snapshot();
        bytes -= first.heldBytes();
        released.add(first);
        oldest.remove();
      }
    }
    released.forEach(TableSnapshot::close);
  }

  /// The pinned snapshot, which the caller closes, or null.
  public @Nullable TableSnapshot find(String collection, String snapshotId) {
    List<TableSnapshot> released = new ArrayList<>();
    TableSnapshot found;
    synchronized (pins) {
      removeExpired(released);
      Pin pin = pins.get(new Key(collection, snapshotId));
      found = pin == null ? null : pin.snapshot().retain();
    }
    released.forEach(TableSnapshot::close);
    return found;
  }

  /// Releases what has expired; called from time to time, so that an idle engine holds no old
  /// files.
  public void sweep() {
    List<TableSnapshot> released = new ArrayList<>();
    synchronized (pins) {
      removeExpired(released);
    }
    released.forEach(TableSnapshot::close);
  }

  /// Snapshots kept now: a metric.
  public int size() {
    synchronized (pins) {
      return pins.size();
    }
  }

  @Override
  public void close() {
    List<TableSnapshot> released = new ArrayList<>();
    synchronized (pins) {
      isClosed = true;
      pins.values().forEach(pin -> released.add(pin.snapshot()));
      pins.clear();
    }
    released.forEach(TableSnapshot::close);
  }

  private void removeExpired(List<TableSnapshot> released) {
    Instant now = clock.instant();
    Iterator<Pin> oldest = pins.values().iterator();
    while (oldest.hasNext()) {
      Pin pin = oldest.next();
      if (pin.expires().isAfter(now)) {
        return;
      }
      released.add(pin.snapshot());
      oldest.remove();
    }
  }
}
