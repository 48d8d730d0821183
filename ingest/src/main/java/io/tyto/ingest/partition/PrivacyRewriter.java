package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Brings what is stored of a partition to the newest privacy policies, and has what held older
/// values deleted.
///
/// Thread-safety: {@link #outdated} and {@link #isHiding} may be called from any thread, all else
/// by one at a time.
final class PrivacyRewriter {
  private static final System.Logger LOG = System.getLogger(PrivacyRewriter.class.getName());

  /// The log is emptied twice: what was decoded before a policy changed may reach it a moment
  /// later.
  private static final int LOG_ROUNDS = 2;

  /// File times are coarser than the clock.
  private static final Duration CLOCK_GRAIN = Duration.ofSeconds(1);

  private final PartitionId id;
  private final PartitionHost host;
  private final LiveRows live;
  private final SegmentMerger segments;
  private final Retention retention;
  private final Runnable forgetLog;
  private final Runnable deleteReplaced;

  /// Version of the last change of policies by collection, for what follows.
  private volatile Map<Integer, Integer> changedAt = Map.of();

  /// Segments of dead letters that are as the newest policies leave them.
  private final Set<String> treated = new HashSet<>();

  private int logRounds;

  /// When a segment with old values was replaced last; 0: all of them are deleted.
  private volatile long replacedNanos;

  /// @param forgetLog lets go of what the partition's own log holds of committed records
  /// @param deleteReplaced deletes segments that no snapshot of the policies' age can need
  PrivacyRewriter(
      PartitionId id,
      PartitionHost host,
      LiveRows live,
      SegmentMerger segments,
      Retention retention,
      Runnable forgetLog,
      Runnable deleteReplaced) {
    this.id = id;
    this.host = host;
    this.live = live;
    this.segments = segments;
    this.retention = retention;
    this.forgetLog = forgetLog;
    this.deleteReplaced = deleteReplaced;
  }

  /// Does what is due.
  void hide() {
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
      noteReplaced();
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
      deleteReplaced.run();
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

  /// Something that may hold what is private by now was replaced, and is to be deleted.
  void noteReplaced() {
    replacedNanos = System.nanoTime() | 1;
  }

  private void rewriteRows(TableSchema schema) {
    List<SegmentEntry> old =
        outdated(schema.collectionId(), Kind.DATA).stream()
            .filter(entry -> !segments.isDamaged(entry))
            .toList();
    for (int i = 0; i < old.size(); i++) {
      LOG.log(
          INFO, "{0}: rewriting {1}: {2} of {3} segments", id, schema.name(), i + 1, old.size());
      segments.merge(schema, Kind.DATA, List.of(old.get(i)));
      noteReplaced();
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
      retention.letGo(schema, old);
      noteReplaced();
    }
  }

  private void rewriteLetters(TableSchema schema) {
    StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
    TableSchema letters = DeadLetters.schema(id.project(), id.group(), schema.collectionId());
    for (SegmentEntry entry : live.entries(schema.collectionId(), Kind.DEAD)) {
      if (treated.contains(entry.file()) || segments.isDamaged(entry)) {
        continue;
      }
      boolean isNeeded = segments.read(entry, source -> TreatedLetters.areNeeded(source, privacy));
      if (isNeeded) {
        segments.merge(letters, Kind.DEAD, List.of(entry));
        noteReplaced();
      } else {
        treated.add(entry.file());
      }
    }
  }
}
