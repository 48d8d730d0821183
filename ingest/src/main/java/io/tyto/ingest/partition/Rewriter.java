package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.cube.CellScan;
import io.tyto.engine.cube.CubeBuilder;
import io.tyto.engine.cube.CubeShapes;
import io.tyto.engine.segment.EntityKey;
import io.tyto.engine.segment.LifetimeMerge;
import io.tyto.engine.segment.LifetimeSegment;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.ingest.IngestOptions;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.maintenance.GarbageCollector;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Replaces committed segments of a partition: small neighbours by one, expired ones by holes, and
/// deletes what nothing names any more. Run by one thread at a time.
final class Rewriter {
  private static final System.Logger LOG = System.getLogger(Rewriter.class.getName());
  private static final String ALARM = "compaction";

  /// The log is emptied twice: what was decoded before a policy changed may reach it a moment
  /// later.
  private static final int LOG_ROUNDS = 2;

  /// File times are coarser than the clock.
  private static final Duration CLOCK_GRAIN = Duration.ofSeconds(1);

  private final PartitionId id;
  private final PartitionHost host;
  private final IngestOptions.Compaction limits;
  private final SegmentFiles files;
  private final ManifestChain chain;
  private final Committer committer;
  private final LiveRows live;
  private final Alarms alarms;
  private final GarbageCollector garbage;
  private final Runnable forgetLog;
  private final @Nullable Lifetimes lifetimes;

  /// Runs something on the partition's thread while nothing is uncommitted.
  private final Consumer<Runnable> whenQuiet;

  /// Version of the last change of policies by collection, for what follows.
  private volatile Map<Integer, Integer> changedAt = Map.of();

  /// Segments of dead letters that are as the newest policies leave them.
  private final Set<String> treated = new HashSet<>();

  private int logRounds;

  /// When a segment with old values was replaced last; 0: all of them are deleted.
  private volatile long replacedNanos;

  private final Set<String> damaged = new HashSet<>();

  /// Segments whose rows have more combinations of values than can be rolled up at once.
  private final Set<String> withoutCells = new HashSet<>();

  Rewriter(
      PartitionId id,
      PartitionHost host,
      SegmentFiles files,
      ManifestChain chain,
      Committer committer,
      LiveRows live,
      Alarms alarms,
      Runnable forgetLog,
      @Nullable Lifetimes lifetimes,
      Consumer<Runnable> whenQuiet) {
    this.id = id;
    this.host = host;
    this.limits = host.options().compaction();
    this.files = files;
    this.chain = chain;
    this.committer = committer;
    this.live = live;
    this.alarms = alarms;
    this.forgetLog = forgetLog;
    this.lifetimes = lifetimes;
    this.whenQuiet = whenQuiet;
    this.garbage =
        new GarbageCollector(
            host.store(),
            GarbageCollector.Policy.DEFAULT.withSnapshotAge(
                host.options().privacy().snapshotAge()));
  }

  /// Does everything that is due. A failure is shown as an alarm and tried again at the next call.
  synchronized void run() {
    List<String> failures = new ArrayList<>();
    attempt(failures, this::hide);
    for (int collection : host.schemas().collectionsOf(id.group())) {
      attempt(failures, () -> maintain(collection));
    }
    if (limits.enabled()) {
      attempt(failures, this::compactState);
      for (int collection : host.schemas().collectionsOf(id.group())) {
        attempt(failures, () -> compactStates(collection));
      }
    }
    attempt(failures, this::rebuildStates);
    if (failures.isEmpty()) {
      alarms.clear(ALARM);
    } else {
      alarms.raise(ALARM, "compaction or retention failed: " + String.join("; ", failures));
    }
  }

  /// What fails for one collection is done for the others. FENCED.
  private void attempt(List<String> failures, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      if (e instanceof TytoException known && known.code() == ErrorCode.FENCED) {
        throw e;
      }
      LOG.log(WARNING, "maintenance of partition " + id + " failed; it is tried again", e);
      failures.add(e instanceof TytoException ? String.valueOf(e.getMessage()) : e.toString());
    }
  }

  private void maintain(int collection) {
    TableSchema schema = host.schemas().newest(collection);
    expire(schema);
    if (limits.enabled()) {
      compact(schema, Kind.DATA);
      compact(DeadLetters.schema(id.project(), id.group(), collection), Kind.DEAD);
      rollUp(schema);
      tellWhetherItKeepsUp(schema);
    }
  }

  /// Deletes objects that no manifest names.
  synchronized void collectGarbage() {
    garbage.collect(chain, live::names);
  }

  /// Brings everything stored to the newest policies and deletes what held older values.
  private void hide() {
    Map<Integer, Integer> versions = new HashMap<>();
    for (int collection : host.schemas().collectionsOf(id.group())) {
      int version = host.schemas().privacy(collection).changedAt();
      if (version > 0) {
        versions.put(collection, version);
      }
    }
    if (!versions.equals(changedAt)) {
      changedAt = versions;
      treated.clear();
      logRounds = LOG_ROUNDS;
      replacedNanos = System.nanoTime() | 1;
    }
    if (versions.isEmpty()) {
      return;
    }
    if (logRounds > 0) {
      forgetLog.run();
      logRounds--;
    }
    for (int collection : versions.keySet()) {
      rewriteRows(host.schemas().newest(collection));
      dropCells(host.schemas().newest(collection));
      rewriteLetters(host.schemas().newest(collection));
    }
    Duration age = host.options().privacy().snapshotAge().plus(CLOCK_GRAIN);
    if (replacedNanos != 0 && System.nanoTime() - replacedNanos > age.toNanos()) {
      garbage.collectReplaced(chain, live::names);
      replacedNanos = 0;
    }
  }

  /// Segments that may hold values which are private by now. Safe from any thread.
  List<SegmentEntry> outdated(int collection, Kind kind) {
    int version = host.schemas().privacy(collection).changedAt();
    return live.entries(collection, kind).stream()
        .filter(entry -> entry.schemaVersion() < version)
        .toList();
  }

  /// Whether a change of policies of the collection is not seen through yet: something is to be
  /// rewritten, or what was replaced is to be deleted. Safe from any thread.
  boolean isHiding(int collection) {
    int version = host.schemas().privacy(collection).changedAt();
    return version > 0 && (replacedNanos != 0 || changedAt.getOrDefault(collection, 0) != version);
  }

  private void rewriteRows(TableSchema schema) {
    List<SegmentEntry> old =
        outdated(schema.collectionId(), Kind.DATA).stream()
            .filter(entry -> !damaged.contains(entry.file()))
            .toList();
    for (int i = 0; i < old.size(); i++) {
      LOG.log(
          INFO, "{0}: rewriting {1}: {2} of {3} segments", id, schema.name(), i + 1, old.size());
      merge(schema, Kind.DATA, List.of(old.get(i)));
      replacedNanos = System.nanoTime() | 1;
    }
  }

  /// Of cells without rows nothing can be made but what they are.
  private void dropCells(TableSchema schema) {
    List<SegmentEntry> old = outdated(schema.collectionId(), Kind.CUBE);
    if (!old.isEmpty()) {
      LOG.log(
          WARNING,
          "{0}: cells of {1} that outlived their rows are deleted, as they were made before a field"
              + " became private: {2} segments",
          id,
          schema.name(),
          old.size());
      expire(schema, old, Long.MAX_VALUE);
      replacedNanos = System.nanoTime() | 1;
    }
  }

  private void rewriteLetters(TableSchema schema) {
    StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
    TableSchema letters = DeadLetters.schema(id.project(), id.group(), schema.collectionId());
    for (SegmentEntry entry : live.entries(schema.collectionId(), Kind.DEAD)) {
      if (treated.contains(entry.file()) || damaged.contains(entry.file())) {
        continue;
      }
      List<LiveSegment> held = live.hold(one -> one.file().equals(entry.file()));
      boolean isNeeded;
      try {
        isNeeded = held.stream().anyMatch(one -> TreatedLetters.areNeeded(one.source(), privacy));
      } catch (TytoException e) {
        if (e.code() == ErrorCode.SEGMENT_CORRUPT) {
          damaged.add(entry.file());
        }
        throw e;
      } finally {
        held.forEach(LiveSegment::release);
      }
      if (isNeeded) {
        merge(letters, Kind.DEAD, List.of(entry));
        replacedNanos = System.nanoTime() | 1;
      } else {
        treated.add(entry.file());
      }
    }
  }

  private void compact(TableSchema schema, Kind kind) {
    while (true) {
      List<SegmentEntry> entries = live.entries(schema.collectionId(), kind);
      List<SegmentEntry> run =
          CompactionChoice.choose(mergeable(entries, schema.collectionId(), kind), limits);
      if (run.isEmpty()) {
        return;
      }
      merge(schema, kind, run);
    }
  }

  /// Writes segments anew that lack cells of a cube: it was declared, or changed, after them.
  private void rollUp(TableSchema schema) {
    if (schema.config().cubes().isEmpty()) {
      return;
    }
    List<SegmentEntry> bare =
        live.entries(schema.collectionId(), Kind.DATA).stream()
            .filter(
                entry -> !damaged.contains(entry.file()) && !withoutCells.contains(entry.file()))
            .filter(entry -> lacksCells(entry, schema))
            .toList();
    for (int i = 0; i < bare.size(); i++) {
      LOG.log(
          INFO, "{0}: rolling up {1}: {2} of {3} segments", id, schema.name(), i + 1, bare.size());
      SegmentEntry written = merge(schema, Kind.DATA, List.of(bare.get(i)));
      if (lacksCells(written, schema)) {
        // There were too many of them to hold, as the log says: the rows are read instead.
        withoutCells.add(written.file());
      }
    }
  }

  /// Compares the cells of every segment with its rows.
  ///
  /// @param repairs whether segments whose cells differ are written anew from their rows
  /// @return each difference, the file first
  synchronized List<String> verifyCells(boolean repairs) {
    List<String> differences = new ArrayList<>();
    for (int collection : host.schemas().collectionsOf(id.group())) {
      TableSchema schema = host.schemas().newest(collection);
      if (schema.config().cubes().isEmpty()) {
        continue;
      }
      for (SegmentEntry entry : live.entries(collection, Kind.DATA)) {
        List<String> found =
            damaged.contains(entry.file()) ? List.of() : differences(entry, schema);
        found.forEach(each -> differences.add(entry.file() + ": " + each));
        if (repairs && !found.isEmpty()) {
          merge(schema, Kind.DATA, List.of(entry), RowsAlone::new);
        }
      }
    }
    return differences;
  }

  private List<String> differences(SegmentEntry entry, TableSchema schema) {
    List<LiveSegment> held = live.hold(one -> one.file().equals(entry.file()));
    try {
      List<RowSource> sources = held.stream().map(LiveSegment::source).toList();
      return EvolvedSource.allOf(sources, schema).stream()
          .flatMap(source -> CubeBuilder.differences(schema, source, CellScan.context()).stream())
          .toList();
    } finally {
      held.forEach(LiveSegment::release);
    }
  }

  private boolean lacksCells(SegmentEntry entry, TableSchema schema) {
    List<LiveSegment> held = live.hold(one -> one.file().equals(entry.file()));
    try {
      return held.stream().anyMatch(one -> !CubeShapes.areKept(schema, one.source()));
    } finally {
      held.forEach(LiveSegment::release);
    }
  }

  /// The segments that may become one, stretch by stretch: what lies between its ends is nobody
  /// else's to answer for.
  private List<List<SegmentEntry>> mergeable(
      List<SegmentEntry> entries, int collection, Kind kind) {
    Map<String, List<Range>> apart = new HashMap<>();
    if (kind == Kind.DATA) {
      for (Hole hole : chain.holes(live.manifest())) {
        boolean isOurs = hole.collection() == 0 || hole.collection() == collection;
        if (isOurs && hole.kind() != HoleKind.EMPTY) {
          apart
              .computeIfAbsent(hole.logId(), _ -> new ArrayList<>())
              .add(new Range(hole.from(), hole.next()));
        }
      }
    }
    List<SegmentEntry> sound = new ArrayList<>();
    for (SegmentEntry entry : entries) {
      if (!damaged.contains(entry.file())) {
        sound.add(entry);
      } else if (kind == Kind.DATA) {
        entry
            .ranges()
            .forEach((log, range) -> apart.computeIfAbsent(log, _ -> new ArrayList<>()).add(range));
      }
    }
    return CompactionChoice.stretches(sound, apart);
  }

  private void tellWhetherItKeepsUp(TableSchema schema) {
    List<SegmentEntry> segments = live.entries(schema.collectionId(), Kind.DATA);
    String topic = "segments of " + schema.name();
    if (CompactionChoice.isBehind(segments, limits)) {
      alarms.raise(
          topic,
          "collection %s has %d segments here, because compaction does not keep up; seals wait for it"
              .formatted(schema.name(), segments.size()));
    } else {
      alarms.clear(topic);
    }
  }

  private SegmentEntry merge(TableSchema schema, Kind kind, List<SegmentEntry> run) {
    return merge(schema, kind, run, source -> source);
  }

  /// @param seen how the sources are read
  private SegmentEntry merge(
      TableSchema schema, Kind kind, List<SegmentEntry> run, UnaryOperator<RowSource> seen) {
    Set<String> names = namesOf(run);
    List<LiveSegment> held = live.hold(entry -> names.contains(entry.file()));
    SegmentEntry merged;
    try {
      // Asked behind the segments: by an older schema than one of theirs, columns would be lost.
      TableSchema newest =
          kind == Kind.DATA ? host.schemas().newest(schema.collectionId()) : schema;
      StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
      List<RowSource> sources =
          held.stream()
              .map(LiveSegment::source)
              .map(source ->
                  kind == Kind.DATA
                      ? privacy.current(source, newest)
                      : privacy.changedAt() > 0 ? new TreatedLetters(source, privacy) : source)
              .map(seen)
              .toList();
      merged = files.writeRows(kind, newest, sources, rangesOf(run));
    } catch (TytoException e) {
      if (e.code() == ErrorCode.SEGMENT_CORRUPT) {
        // Left alone from now on, or every round would fail here and nothing else would be merged.
        damaged.addAll(names);
      }
      throw e;
    } finally {
      held.forEach(LiveSegment::release);
    }
    Change.Builder change = Change.builder().add(merged);
    names.forEach(change::remove);
    Manifest commit = commitOrLeave(change.build(), names);
    live.replaced(commit, names, List.of(files.open(merged)));
    LOG.log(DEBUG, "{0}: {1} segments became {2}", id, run.size(), merged.file());
    return merged;
  }

  /// A change that breaks an invariant would break it again, and leave another file each time.
  private Manifest commitOrLeave(Change change, Set<String> names) {
    try {
      return committer.commit(change);
    } catch (IllegalArgumentException e) {
      damaged.addAll(names);
      throw e;
    }
  }

  /// The offsets of all, and what lies between them.
  private static Map<String, Range> rangesOf(List<SegmentEntry> run) {
    Map<String, Range> ranges = new LinkedHashMap<>();
    run.forEach(segment -> CompactionChoice.extend(ranges, segment));
    return ranges;
  }

  private void compactState() {
    while (true) {
      List<SegmentEntry> run =
          CompactionChoice.choose(List.of(live.stateEntries(SegmentFiles.WHOLE_GROUP)), limits);
      if (run.isEmpty()) {
        return;
      }
      List<EntityKey> keys = new ArrayList<>();
      for (SegmentEntry entry : run) {
        files.readState(entry, keys::add);
      }
      keys.sort(Comparator.comparingInt(EntityKey::id));
      SegmentEntry merged = files.writeState(keys.iterator(), rangesOf(run));
      Change.Builder change = Change.builder().add(merged);
      Set<String> names = namesOf(run);
      names.forEach(change::remove);
      live.replacedState(committer.commit(change.build()), names, List.of(merged));
    }
  }

  /// Of the states of an entity the newest stays, so that all segments together hold few more
  /// states than there are entities: they have no greatest size.
  private void compactStates(int collection) {
    IngestOptions.Compaction unlimited =
        new IngestOptions.Compaction(true, limits.fanIn(), Long.MAX_VALUE, Long.MAX_VALUE);
    while (true) {
      List<SegmentEntry> run =
          CompactionChoice.choose(List.of(live.stateEntries(collection)), unlimited);
      if (run.isEmpty()) {
        return;
      }
      SegmentEntry merged = mergeStates(collection, run);
      Change.Builder change = Change.builder().add(merged);
      Set<String> names = namesOf(run);
      names.forEach(change::remove);
      live.replacedState(committer.commit(change.build()), names, List.of(merged));
    }
  }

  private SegmentEntry mergeStates(int collection, List<SegmentEntry> run) {
    List<LifetimeSegment> segments = new ArrayList<>();
    try {
      run.forEach(entry -> segments.add(files.openStates(entry)));
      return files.writeStates(
          collection,
          segments.getFirst().layout(),
          visitor -> LifetimeMerge.forEach(segments, visitor),
          rangesOf(run));
    } finally {
      segments.forEach(LifetimeSegment::close);
    }
  }

  /// Brings the states of entities to what configs ask for by now.
  private void rebuildStates() {
    Lifetimes kept = lifetimes;
    if (kept == null) {
      return;
    }
    for (int collection : host.schemas().collectionsOf(id.group())) {
      if (!kept.isCurrent(host.schemas().newest(collection))) {
        whenQuiet.accept(() -> kept.rebuild(collection, committer));
        // What they held may be private by now.
        replacedNanos = System.nanoTime() | 1;
      }
    }
  }

  /// Retention goes by whole segments: a row stays until the youngest of its segment is too old.
  private void expire(TableSchema schema) {
    expire(schema, Kind.DATA, schema.config().retention().raw());
    expire(schema, Kind.DEAD, schema.config().retention().letters());
    expire(schema, live.entries(schema.collectionId(), Kind.CUBE), oldestCells(schema));
  }

  private void expire(TableSchema schema, Kind kind, @Nullable Period keep) {
    if (keep != null) {
      expire(schema, live.entries(schema.collectionId(), kind), oldest(keep));
    }
  }

  private long oldest(Period keep) {
    Instant oldest = host.clock().instant().atZone(ZoneOffset.UTC).minus(keep).toInstant();
    return ChronoUnit.MICROS.between(Instant.EPOCH, oldest);
  }

  /// Cells without rows are kept for whoever asks for them, and only then.
  private long oldestCells(TableSchema schema) {
    Period keep = schema.config().retention().cubes();
    return keep == null || schema.config().cubes().isEmpty() ? Long.MAX_VALUE : oldest(keep);
  }

  private void expire(TableSchema schema, List<SegmentEntry> entries, long limit) {
    List<SegmentEntry> expired =
        entries.stream().filter(entry -> entry.maxTime() < limit && !isMarked(entry)).toList();
    if (expired.isEmpty()) {
      return;
    }
    List<Hole> holes = chain.holes(live.manifest());
    Change.Builder change = Change.builder();
    List<SegmentEntry> cells = new ArrayList<>();
    long letters = 0;
    for (SegmentEntry entry : expired) {
      change.remove(entry.file());
      if (entry.kind() == Kind.DATA) {
        entry.ranges().forEach((log, range) -> change.hole(expiredHole(entry, log, range, holes)));
        if (entry.maxTime() >= oldestCells(schema)) {
          cells.add(cellsOf(schema, entry));
        }
      } else if (entry.kind() == Kind.DEAD) {
        letters += entry.rows();
      }
    }
    cells.forEach(change::add);
    // Letters leave no holes, so the counts have to say where they went.
    change.counts(new Counts(0, 0, -letters, 0, letters));
    Manifest commit = committer.commit(change.build());
    live.replaced(commit, namesOf(expired), cells.stream().map(files::open).toList());
  }

  /// The cells of a segment, in a segment of their own.
  private SegmentEntry cellsOf(TableSchema schema, SegmentEntry entry) {
    List<LiveSegment> held = live.hold(one -> one.file().equals(entry.file()));
    try {
      StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
      RowSource source = privacy.current(held.getFirst().source(), schema);
      return files.writeCells(schema, source, entry);
    } finally {
      held.forEach(LiveSegment::release);
    }
  }

  /// A letter with a mark may be a row by now: the next replay finds out, and takes away the letter
  /// or the mark. SEGMENT_CORRUPT once where letters cannot be read; after that they stay.
  private boolean isMarked(SegmentEntry entry) {
    if (entry.kind() != Kind.DEAD) {
      return false;
    }
    if (damaged.contains(entry.file())) {
      return true;
    }
    List<LiveSegment> held = live.hold(segment -> segment.file().equals(entry.file()));
    try {
      return held.stream().anyMatch(segment -> Letterbox.hasMarks(segment.source()));
    } catch (TytoException e) {
      if (e.code() == ErrorCode.SEGMENT_CORRUPT) {
        damaged.add(entry.file());
      }
      throw e;
    } finally {
      held.forEach(LiveSegment::release);
    }
  }

  /// Takes the empty offsets before the segment along, or a hole would remain of every one of them.
  private static Hole expiredHole(SegmentEntry entry, String log, Range range, List<Hole> holes) {
    long from = range.from();
    for (Hole hole : holes) {
      boolean isBefore =
          hole.kind() == HoleKind.EMPTY
              && hole.collection() == entry.collection()
              && hole.logId().equals(log)
              && hole.next() == range.from();
      if (isBefore) {
        from = hole.from();
      }
    }
    return new Hole(entry.collection(), log, from, range.next(), HoleKind.EXPIRED, null);
  }

  private static Set<String> namesOf(List<SegmentEntry> entries) {
    Set<String> names = new HashSet<>();
    entries.forEach(entry -> names.add(entry.file()));
    return names;
  }
}
