package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.segment.Segment;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.CopyHolder;
import io.tyto.store.Store;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A committed segment whose object lies elsewhere: it is brought here and mapped when it is first
/// read, and goes again where room is wanted and nobody holds it.
///
/// A local copy that is cut or damaged is brought anew, at once where it cannot be opened, else for
/// the next who reads: whoever met the damage gets SEGMENT_CORRUPT. Where the object cannot be
/// brought, a read fails with STORE_FAILED; where it is damaged itself, with SEGMENT_CORRUPT, and
/// it is asked for again no sooner than half a minute later.
///
/// Thread-safe. What was read of it is valid as long as it is held.
final class DistantSegment implements RowSource, CopyHolder {
  private static final System.Logger LOG = System.getLogger(DistantSegment.class.getName());
  private static final long DAMAGE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final SegmentEntry entry;
  private final int partition;
  private final Store store;
  private final String key;
  private final Alarms alarms;
  private final AtomicInteger holders = new AtomicInteger(1);

  /// Held while it is brought and opened, which may take long, and while it is closed.
  private final ReentrantLock opening = new ReentrantLock();

  /// Guarded by {@link #opening}.
  private @Nullable Segment open;

  /// Damaged ones that somebody may still read. Guarded by {@link #opening}.
  private final List<Segment> replaced = new ArrayList<>();

  /// How often it was mapped: damage is of one mapping.
  private volatile int mappings;

  private volatile boolean isCopyDamaged;
  private volatile boolean isReplaced;
  private volatile @Nullable Damage damage;

  private record Damage(TytoException failure, long nanos) {}

  /// @param key of its object
  DistantSegment(SegmentEntry entry, int partition, Store store, String key, Alarms alarms) {
    this.entry = entry;
    this.partition = partition;
    this.store = store;
    this.key = key;
    this.alarms = alarms;
  }

  void retain() {
    if (holders.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
      throw new IllegalStateException("segment " + name() + " is already released");
    }
  }

  void release() {
    int left = holders.updateAndGet(n -> n == 0 ? -1 : n - 1);
    if (left < 0) {
      holders.set(0);
      throw new IllegalStateException("segment " + name() + " released more often than held");
    }
    if (left == 0) {
      opening.lock();
      try {
        close();
      } finally {
        opening.unlock();
      }
      if (isReplaced) {
        store.forget(key);
      }
    } else if (left == 1) {
      store.makeRoom();
    }
  }

  /// No manifest names it any more: its copy goes with the last holder, as the object may have
  /// values in it that must not stay.
  void replaced() {
    isReplaced = true;
  }

  /// Whether the object was damaged when it was last brought.
  boolean isDamaged() {
    return damage != null;
  }

  /// Brings it here. SEGMENT_CORRUPT, STORE_FAILED.
  void requireReadable() {
    segment();
  }

  @Override
  public boolean letGo() {
    if (opening.isHeldByCurrentThread() || !opening.tryLock()) {
      return false;
    }
    try {
      if (holders.get() > 1) {
        return false;
      }
      close();
      return true;
    } finally {
      opening.unlock();
    }
  }

  private void close() {
    Segment segment = open;
    open = null;
    if (segment != null) {
      segment.release();
    }
    replaced.forEach(Segment::release);
    replaced.clear();
  }

  private Segment segment() {
    opening.lock();
    try {
      Segment segment = open;
      if (segment != null && !isCopyDamaged) {
        return segment;
      }
      if (segment != null) {
        open = null;
        replaced.add(segment);
      }
      requireNoFreshDamage();
      segment = bring();
      open = segment;
      return segment;
    } finally {
      opening.unlock();
    }
  }

  private void requireNoFreshDamage() {
    Damage known = damage;
    if (known != null && System.nanoTime() - known.nanos() < DAMAGE_NANOS) {
      TytoException failure = known.failure();
      throw new TytoException(failure.code(), String.valueOf(failure.getMessage()), failure);
    }
  }

  private Segment bring() {
    try {
      Segment segment = openCopy();
      if (damage != null) {
        damage = null;
        alarms.clear(entry.file());
      }
      return segment;
    } catch (TytoException e) {
      if (e.code() == ErrorCode.STORE_FAILED) {
        throw new TytoException(
            ErrorCode.STORE_FAILED,
            "segment %s has no copy here, and the store does not give it: %s"
                .formatted(name(), e.getMessage()),
            e);
      }
      damage = new Damage(e, System.nanoTime());
      alarms.raise(entry.file(), "quarantined: " + e.getMessage());
      throw e;
    }
  }

  private Segment openCopy() {
    isCopyDamaged = false;
    try {
      return map(store.hold(key, this));
    } catch (TytoException e) {
      if (e.code() != ErrorCode.SEGMENT_CORRUPT) {
        throw e;
      }
      LOG.log(WARNING, "the copy of segment " + name() + " is brought anew", e);
      store.forget(key);
      isCopyDamaged = false;
      return map(store.hold(key, this));
    }
  }

  private Segment map(Path copy) {
    int mapping = mappings + 1;
    mappings = mapping;
    return Segment.open(copy, entry.bytes(), () -> noteDamage(mapping));
  }

  /// By whoever reads, in the middle of it.
  private void noteDamage(int mapping) {
    if (mapping == mappings && !isCopyDamaged) {
      isCopyDamaged = true;
      LOG.log(WARNING, "the copy of segment {0} is damaged and is brought anew", name());
      store.forget(key);
    }
  }

  @Override
  public int rowCount() {
    return hasRows() ? Math.toIntExact(entry.rows()) : 0;
  }

  /// The entry of cells counts the rows that they were made of.
  private boolean hasRows() {
    return entry.kind() != Kind.CUBE && entry.kind() != Kind.VIEW;
  }

  @Override
  public int schemaVersion() {
    return entry.schemaVersion();
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    return segment().column(columnId);
  }

  @Override
  public List<CellSource> cells() {
    return segment().cells();
  }

  @Override
  public String name() {
    return entry.file();
  }

  @Override
  public long storedBytes() {
    return entry.bytes();
  }

  @Override
  public @Nullable LongRange distantTimes() {
    return hasRows() && entry.minTime() <= entry.maxTime()
        ? new LongRange(entry.minTime(), entry.maxTime())
        : null;
  }
}
