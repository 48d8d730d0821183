package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.ingest.IngestOptions;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.maintenance.GarbageCollector;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Replaces committed segments of a partition, in the background: small neighbours by one, and what
/// {@link Retention}, {@link PrivacyRewriter}, {@link Rejoiner}, {@link Rollup} and {@link
/// StateCompactor} find due; and deletes what nothing names any more. All of them run under its
/// monitor.
final class Rewriter {
  private static final System.Logger LOG = System.getLogger(Rewriter.class.getName());
  private static final String ALARM = "compaction";

  private final PartitionId id;
  private final PartitionHost host;
  private final IngestOptions.Compaction limits;
  private final ManifestChain chain;
  private final Committer committer;
  private final LiveRows live;
  private final Alarms alarms;
  private final GarbageCollector garbage;
  private final @Nullable Lifetimes lifetimes;
  private final SegmentMerger segments;
  private final Retention retention;
  private final PrivacyRewriter privacy;
  private final Rollup rollup;
  private final StateCompactor states;
  private final ViewRefresher views;
  private final Rejoiner rejoiner;

  /// Runs something on the partition's thread while nothing is uncommitted.
  private final Consumer<Runnable> whenQuiet;

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
    this.chain = chain;
    this.committer = committer;
    this.live = live;
    this.alarms = alarms;
    this.lifetimes = lifetimes;
    this.whenQuiet = whenQuiet;
    this.garbage =
        new GarbageCollector(
            host.store(),
            GarbageCollector.Policy.DEFAULT.withSnapshotAge(
                host.options().privacy().snapshotAge()));
    this.segments = new SegmentMerger(id, host, files, committer, live);
    this.retention = new Retention(id, host, files, chain, committer, live, segments);
    this.privacy =
        new PrivacyRewriter(
            id,
            host,
            live,
            segments,
            retention,
            forgetLog,
            () -> garbage.collectReplaced(chain, live::names));
    this.rollup = new Rollup(id, live, segments);
    this.states = new StateCompactor(limits, files, committer, live);
    this.views = new ViewRefresher(id, host, files, chain, committer, live, alarms);
    this.rejoiner = new Rejoiner(id, host, committer, live, segments, whenQuiet);
  }

  /// Does everything that is due, of views a step each. A failure is shown as an alarm and tried
  /// again at the next call.
  ///
  /// @return whether more of it is to be done as soon as other partitions had their turn
  synchronized boolean run() {
    List<String> failures = new ArrayList<>();
    attempt(failures, privacy::hide);
    views.beginRound(host.schemas().collectionsOf(id.group()));
    for (int collection : host.schemas().collectionsOf(id.group())) {
      attempt(failures, () -> rejoiner.rejoin(host.schemas().newest(collection)));
    }
    // What may have become private goes before anything that takes its time.
    for (int collection : host.schemas().collectionsOf(id.group())) {
      attempt(failures, () -> dropViews(collection));
    }
    for (int collection : host.schemas().collectionsOf(id.group())) {
      // Before rows expire that they have not taken in yet.
      refreshViews(collection, failures);
      attempt(failures, () -> maintain(collection));
    }
    if (limits.enabled()) {
      attempt(failures, states::compactKeys);
      for (int collection : host.schemas().collectionsOf(id.group())) {
        attempt(failures, () -> states.compactStates(collection));
      }
    }
    attempt(failures, this::rebuildStates);
    if (failures.isEmpty()) {
      alarms.clear(ALARM);
    } else {
      alarms.raise(ALARM, "compaction or retention failed: " + String.join("; ", failures));
    }
    return views.isMoreDue();
  }

  /// What fails for one collection is done for the others. FENCED and DRAINING: there is nothing
  /// more to be done here.
  private void attempt(List<String> failures, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      if (e instanceof TytoException known && isOver(known)) {
        throw e;
      }
      LOG.log(WARNING, "maintenance of partition " + id + " failed; it is tried again", e);
      failures.add(e instanceof TytoException ? String.valueOf(e.getMessage()) : e.toString());
    }
  }

  private static boolean isOver(TytoException e) {
    return e.code() == ErrorCode.FENCED || e.code() == ErrorCode.DRAINING;
  }

  private void maintain(int collection) {
    TableSchema schema = host.schemas().newest(collection);
    retention.expire(schema, views::mayExpire);
    if (limits.enabled()) {
      compact(schema, Kind.DATA);
      compact(DeadLetters.schema(id.project(), id.group(), collection), Kind.DEAD);
      rollup.complete(schema);
      tellWhetherItKeepsUp(schema);
    }
  }

  private void refreshViews(int collection, List<String> failures) {
    TableSchema schema = host.schemas().newest(collection);
    views
        .due(collection, rows -> retention.isExpiring(schema, rows))
        .forEach(refresh -> attempt(failures, refresh));
  }

  private void dropViews(int collection) {
    if (views.dropOthers(collection)) {
      privacy.noteReplaced();
    }
  }

  ViewRefresher views() {
    return views;
  }

  /// Deletes objects that no manifest names.
  synchronized void collectGarbage() {
    garbage.collect(chain, live::names);
  }

  private void compact(TableSchema schema, Kind kind) {
    while (true) {
      List<SegmentEntry> entries = live.entries(schema.collectionId(), kind);
      List<SegmentEntry> run =
          CompactionChoice.choose(mergeable(entries, schema.collectionId(), kind), limits);
      if (run.isEmpty()) {
        return;
      }
      segments.merge(schema, kind, run);
    }
  }

  /// Compares the cells of every segment with its rows.
  ///
  /// @param repairs whether segments whose cells differ are written anew from their rows
  /// @return each difference, and each segment that cannot be read; the file first
  synchronized List<String> verifyCells(boolean repairs) {
    List<String> differences = new ArrayList<>();
    for (int collection : host.schemas().collectionsOf(id.group())) {
      rollup.verify(host.schemas().newest(collection), repairs, differences);
    }
    return differences;
  }

  /// Compares the cells of every view with the rows they were made of.
  synchronized List<String> verifyViews(boolean repairs, Consumer<String> notes) {
    List<String> differences = new ArrayList<>();
    for (int collection : host.schemas().collectionsOf(id.group())) {
      differences.addAll(views.verify(collection, repairs, notes));
    }
    return differences;
  }

  /// See {@link Rejoiner#dueSegments}. Safe from any thread.
  int toRejoin(int collection) {
    return rejoiner.dueSegments(host.schemas().newest(collection));
  }

  /// See {@link PrivacyRewriter#outdated}. Safe from any thread.
  List<SegmentEntry> outdated(int collection, Kind kind) {
    return privacy.outdated(collection, kind);
  }

  /// See {@link PrivacyRewriter#isHiding}. Safe from any thread.
  boolean isHiding(int collection) {
    return privacy.isHiding(collection);
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
      if (!segments.isDamaged(entry)) {
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
        privacy.noteReplaced();
      }
    }
  }
}
