package io.tyto.ingest.partition;

import io.tyto.engine.source.RowSource;
import io.tyto.engine.view.BoundView;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// What queries see of a partition: the segments of one manifest and the units behind it.
///
/// Every change is one step under one lock, so a query meets a sealed range either in the tail or
/// in its segment, never in both and never in neither. Thread-safe.
final class LiveRows {
  private Manifest manifest;
  private final List<LiveSegment> segments = new ArrayList<>();
  private final List<SegmentEntry> state = new ArrayList<>();
  private final List<TailUnit> units = new ArrayList<>();

  /// By log, the first offset that is not committed: of every log that ever was.
  private Map<String, Long> committed = Map.of();

  /// The same of logs without an end.
  private Map<String, Long> endless = Map.of();

  private boolean isFenced;
  private boolean isClosed;

  /// The rows and entities of one manifest; whoever got the segments releases them.
  ///
  /// @param segments of rows
  /// @param state STATE segments of the whole group
  record Held(Manifest manifest, List<LiveSegment> segments, List<SegmentEntry> state) {}

  /// @param committed by log, all that the manifest and its pages know
  LiveRows(Manifest manifest, Map<String, Long> committed) {
    this.manifest = manifest;
    commit(committed);
  }

  private void commit(Map<String, Long> next) {
    Map<String, Long> all = new HashMap<>(committed);
    next.forEach((log, offset) -> all.merge(log, offset, Math::max));
    committed = Map.copyOf(all);
    all.keySet().removeIf(DedupWindow::isFile);
    endless = Map.copyOf(all);
  }

  /// Several steps as one: nobody sees what is between them.
  synchronized void atomically(Runnable steps) {
    steps.run();
  }

  /// DRAINING as {@link #hold(Predicate)}.
  synchronized Held hold() {
    return new Held(
        manifest, hold(entry -> entry.kind() == Kind.DATA), stateEntries(SegmentFiles.WHOLE_GROUP));
  }

  synchronized Manifest manifest() {
    return manifest;
  }

  /// Seals and rewrites commit in one order, but may tell of it in another.
  private void standOn(Manifest commit) {
    if (commit.version() > manifest.version()) {
      manifest = commit;
      commit(commit.next());
    }
  }

  /// Puts everything that a newer manifest names in the place of what was there.
  ///
  /// @param next by log, all that the manifest and its pages know
  /// @param named those that stand already, and opened ones, in commit order
  synchronized void standOn(
      Manifest commit,
      Map<String, Long> next,
      List<LiveSegment> named,
      List<SegmentEntry> stateOfGroup) {
    manifest = commit;
    commit(next);
    Set<LiveSegment> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    kept.addAll(named);
    segments.stream()
        .filter(segment -> !kept.contains(segment))
        .forEach(LiveSegment::releaseReplaced);
    segments.clear();
    segments.addAll(named);
    state.clear();
    state.addAll(stateOfGroup);
  }

  synchronized Map<String, LiveSegment> byFile() {
    Map<String, LiveSegment> files = new HashMap<>();
    segments.forEach(segment -> files.put(segment.entry().file(), segment));
    return files;
  }

  /// Shows what was applied to a unit, and how far that is: in one step, so that a snapshot has no
  /// row beyond what it says of its logs.
  synchronized void publish(TailUnit unit) {
    unit.publish();
  }

  /// Adds a unit that is filled from now on.
  synchronized void open(TailUnit unit) {
    if (!isFenced) {
      units.add(unit);
    }
  }

  /// Puts the segments of a commit in the place of the unit they were built from.
  synchronized void sealed(Manifest commit, TailUnit unit, List<LiveSegment> built) {
    standOn(commit);
    units.remove(unit);
    addAll(built);
  }

  synchronized void addState(SegmentEntry entry) {
    state.add(entry);
  }

  synchronized void addAll(List<LiveSegment> built) {
    add(segments.size(), built);
  }

  /// What a seal or a compaction brings that ends after the partition was closed is let go.
  private void add(int place, List<LiveSegment> built) {
    if (isClosed) {
      built.forEach(LiveSegment::release);
    } else {
      segments.addAll(place, built);
    }
  }

  /// Puts one segment, or none, in the place of others.
  synchronized void replaced(Manifest commit, Set<String> removed, List<LiveSegment> added) {
    standOn(commit);
    int place = segments.size();
    for (int i = segments.size() - 1; i >= 0; i--) {
      if (removed.contains(segments.get(i).entry().file())) {
        segments.remove(i).releaseReplaced();
        place = i;
      }
    }
    add(place, added);
  }

  /// Puts STATE segments in the place of others, or behind all where none goes.
  synchronized void replacedState(Manifest commit, Set<String> removed, List<SegmentEntry> added) {
    standOn(commit);
    int place = 0;
    while (place < state.size() && !removed.contains(state.get(place).file())) {
      place++;
    }
    state.removeIf(entry -> removed.contains(entry.file()));
    state.addAll(place, added);
  }

  /// Another process owns the partition: what is not committed is not ours to show.
  synchronized void dropUnits() {
    isFenced = true;
    units.clear();
  }

  /// Live segments in commit order, held until released. DRAINING where the partition is closed: it
  /// shows nothing any more, which must not be taken for having nothing.
  synchronized List<LiveSegment> hold(Predicate<SegmentEntry> wanted) {
    if (isClosed) {
      throw new TytoException(
          ErrorCode.DRAINING, "the partition is closed; its next owner goes on");
    }
    List<LiveSegment> held = new ArrayList<>();
    for (LiveSegment segment : segments) {
      if (wanted.test(segment.entry())) {
        segment.retain();
        held.add(segment);
      }
    }
    return held;
  }

  synchronized List<SegmentEntry> entries(int collection, Kind kind) {
    return segments.stream()
        .map(LiveSegment::entry)
        .filter(entry -> entry.collection() == collection && entry.kind() == kind)
        .toList();
  }

  /// STATE segments in commit order.
  ///
  /// @param collection {@link SegmentFiles#WHOLE_GROUP} for those of the entities' keys
  synchronized List<SegmentEntry> stateEntries(int collection) {
    return state.stream().filter(entry -> entry.collection() == collection).toList();
  }

  synchronized boolean names(String file) {
    return segments.stream().anyMatch(segment -> segment.entry().file().equals(file))
        || state.stream().anyMatch(entry -> entry.file().equals(file));
  }

  PartitionView.Standing standing(int collection) {
    List<SegmentEntry> data = entries(collection, Kind.DATA);
    List<SegmentEntry> dead = entries(collection, Kind.DEAD);
    long tail = tailRows(collection, Kind.DATA);
    return new PartitionView.Standing(
        sum(data, SegmentEntry::rows) + tail,
        tail,
        data.size(),
        sum(data, SegmentEntry::bytes),
        sum(dead, SegmentEntry::rows) + tailRows(collection, Kind.DEAD),
        0,
        false);
  }

  private static long sum(List<SegmentEntry> entries, ToLongFunction<SegmentEntry> value) {
    return entries.stream().mapToLong(value).sum();
  }

  /// Rows or dead letters of a collection that are not committed yet.
  synchronized long tailRows(int collection, Kind kind) {
    long rows = 0;
    for (TailUnit unit : units) {
      CollectionTail tail = tailOf(unit, collection, kind);
      rows += tail == null ? 0 : tail.rowCount();
    }
    return rows;
  }

  /// Age of the oldest unit that holds anything.
  synchronized long oldestUnitMillis() {
    long now = System.nanoTime();
    long oldest = 0;
    for (TailUnit unit : units) {
      oldest = Math.max(oldest, unit.ageNanos(now));
    }
    return TimeUnit.NANOSECONDS.toMillis(oldest);
  }

  /// Adds the rows of a collection to a snapshot: segments in commit order, then the tail. Beside
  /// rows stand the cells of those that are gone.
  synchronized void addTo(SnapshotSources snapshot, PartitionId id, int collection, Kind kind) {
    snapshot.note(manifest.version());
    snapshot.reaches(id.partition(), endless);
    if (units.isEmpty()) {
      snapshot.isSealed(id.partition(), committed);
    }
    for (LiveSegment segment : segments) {
      SegmentEntry entry = segment.entry();
      boolean isWanted = entry.kind() == kind || kind == Kind.DATA && entry.kind() == Kind.CUBE;
      if (entry.collection() == collection && isWanted) {
        segment.retain();
        snapshot.add(segment);
      }
    }
    for (TailUnit unit : units) {
      snapshot.reaches(id.partition(), unit.reach());
      snapshot.add(TailUnit.view(tailOf(unit, collection, kind)));
    }
  }

  /// By log, an offset below which every record is shown or was found to be no row.
  synchronized Map<String, Long> reach() {
    Map<String, Long> reach = new HashMap<>(endless);
    units.forEach(
        unit -> unit.reach().forEach((log, offset) -> reach.merge(log, offset, Math::max)));
    return reach;
  }

  /// Adds what the rows of a view are made of: its cells, segments in commit order, the tail.
  synchronized void addTo(ViewSources target, BoundView view) {
    int collection = view.source().collectionId();
    LiveSegment cells = null;
    List<LiveSegment> data = new ArrayList<>();
    for (LiveSegment segment : segments) {
      if (segment.entry().collection() == collection) {
        if (segment.entry().kind() == Kind.DATA) {
          data.add(segment);
        } else if (ViewRefresher.isOf(segment.entry(), view)) {
          cells = segment;
        }
      }
    }
    List<RowSource> tail = new ArrayList<>();
    for (TailUnit unit : units) {
      tail.addAll(TailUnit.view(tailOf(unit, collection, Kind.DATA)));
    }
    target.add(cells, data, tail);
  }

  /// Gives the mapped files back; the partition must not be used any more.
  synchronized void close() {
    isClosed = true;
    units.clear();
    segments.forEach(LiveSegment::release);
    segments.clear();
  }

  private static @Nullable CollectionTail tailOf(TailUnit unit, int collection, Kind kind) {
    return (kind == Kind.DEAD ? unit.deadLetters() : unit.rows()).get(collection);
  }
}
