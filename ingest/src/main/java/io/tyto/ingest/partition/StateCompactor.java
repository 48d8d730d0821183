package io.tyto.ingest.partition;

import io.tyto.engine.segment.EntityKey;
import io.tyto.engine.segment.LifetimeMerge;
import io.tyto.engine.segment.LifetimeSegment;
import io.tyto.ingest.IngestOptions;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// Merges STATE segments of a partition. Used by one thread at a time.
final class StateCompactor {
  private final IngestOptions.Compaction limits;
  private final SegmentFiles files;
  private final Committer committer;
  private final LiveRows live;

  StateCompactor(
      IngestOptions.Compaction limits, SegmentFiles files, Committer committer, LiveRows live) {
    this.limits = limits;
    this.files = files;
    this.committer = committer;
    this.live = live;
  }

  /// Merges the segments of the entities' keys.
  void compactKeys() {
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
      SegmentEntry merged = files.writeState(keys.iterator(), CompactionChoice.rangesOf(run));
      replace(run, merged);
    }
  }

  /// Of the states of an entity the newest stays, so that all segments together hold few more
  /// states than there are entities: they have no greatest size.
  void compactStates(int collection) {
    IngestOptions.Compaction unlimited =
        new IngestOptions.Compaction(true, limits.fanIn(), Long.MAX_VALUE, Long.MAX_VALUE);
    while (true) {
      List<SegmentEntry> run =
          CompactionChoice.choose(List.of(live.stateEntries(collection)), unlimited);
      if (run.isEmpty()) {
        return;
      }
      SegmentEntry merged = mergeStates(collection, run);
      replace(run, merged);
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
          CompactionChoice.rangesOf(run));
    } finally {
      segments.forEach(LifetimeSegment::close);
    }
  }

  private void replace(List<SegmentEntry> run, SegmentEntry merged) {
    Change.Builder change = Change.builder().add(merged);
    Set<String> names = SegmentFiles.namesOf(run);
    names.forEach(change::remove);
    live.replacedState(committer.commit(change.build()), names, List.of(merged));
  }
}
