package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.entity.EntityTable;
import io.tyto.ingest.Durability;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.log.LocalLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Brings a partition back to where its log ends: claim, segments, entities, event ids, replay.
///
/// Everything is rebuilt from the manifest and the log; nothing else is believed.
final class Recovery {
  private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

  private final PartitionId id;
  private final PartitionHost host;
  private final Alarms alarms = new Alarms();
  private final ManifestChain chain;
  private final LiveRows live;
  private final SegmentFiles files;
  private final LocalLog log;
  private final DedupWindow dedup;
  private final @Nullable EntityTable entities;
  private final @Nullable Lifetimes lifetimes;
  private final @Nullable EventJoins joins;

  Recovery(PartitionId id, PartitionHost host, boolean hasEntity) {
    this.id = id;
    this.host = host;
    IngestOptions options = host.options();
    this.log =
        LocalLog.open(
            host.disk(),
            host.folder().root(),
            id.logFolder(host.folder().logs()),
            options.log().fileBytes(),
            options.durability() != Durability.OS);
    this.chain = new ManifestChain(host.store(), id.prefix(), host.writerId());
    Manifest manifest = claim();
    this.files = new SegmentFiles(id, host.store(), host.disk(), chain, alarms);
    this.live = new LiveRows(manifest, chain.contents(manifest).next());
    this.dedup = new DedupWindow(options.dedupWindow(), log.logId());
    EntityTable table = null;
    try {
      int lastEntity = openSegments(chain.segments(manifest));
      table = hasEntity ? new EntityTable(lastEntity) : null;
    } catch (RuntimeException | Error e) {
      log.close();
      live.close();
      throw e;
    }
    this.entities = table;
    this.lifetimes = table == null ? null : new Lifetimes(id, host, live, files, alarms, table);
    this.joins = lifetimes == null ? null : new EventJoins(host.schemas(), lifetimes);
  }

  private Manifest claim() {
    try {
      Manifest claimed = chain.claim(host.schemas().catalogVersion());
      if (!host.isAlone()) {
        // Nobody commits by a newer catalog from now on; what was written by one must not be
        // compacted by an older one.
        host.schemas().refresh();
      }
      return claimed;
    } catch (RuntimeException | Error e) {
      log.close();
      throw e;
    }
  }

  /// Reads what only a writer needs, and queries do not wait for: the entities' keys and states and
  /// the event ids of the dedup window. To be called once, before the first record is applied.
  void loadWriterState() {
    EntityTable table = entities;
    if (table != null) {
      files.restore(table, live.stateEntries(SegmentFiles.WHOLE_GROUP));
    }
    if (lifetimes != null) {
      lifetimes.load();
    }
    List<LiveSegment> rows = live.hold(entry -> entry.kind() == Kind.DATA);
    try {
      new EventIdReader(host.schemas(), dedup, alarms)
          .readInto(chain.contents(live.manifest()), log.logId(), rows);
    } finally {
      rows.forEach(LiveSegment::release);
    }
  }

  Alarms alarms() {
    return alarms;
  }

  ManifestChain chain() {
    return chain;
  }

  LiveRows live() {
    return live;
  }

  SegmentFiles files() {
    return files;
  }

  LocalLog log() {
    return log;
  }

  DedupWindow dedup() {
    return dedup;
  }

  @Nullable EntityTable entities() {
    return entities;
  }

  @Nullable Lifetimes lifetimes() {
    return lifetimes;
  }

  @Nullable EventJoins joins() {
    return joins;
  }

  /// Applies the records behind the manifest.
  void replayInto(PartitionWriter writer) throws InterruptedException {
    Manifest manifest = live.manifest();
    long next = chain.next(manifest, log.logId());
    if (log.stableEnd() < next) {
      // Without fsync the machine may lose records that were sealed already; their rows are safe.
      LOG.log(
          WARNING,
          "the log of partition {0} ends at {1}, but {2} is committed; it goes on from there",
          id,
          log.stableEnd(),
          next);
      log.skipTo(next);
    }
    if (next == 0 && isOrphan(manifest) && !chain.expects(manifest, log.logId())) {
      String lost =
          "the log of partition %s in %s is new, although the data was made from another one: what that log had beyond the last commit is lost"
              .formatted(id, id.logFolder(host.folder().logs()));
      writer.acceptGap(new LogEntry.Gap(0, 0, lost));
      alarms.raise("log", lost);
    }
    writer.replay(next);
  }

  /// Gives back what was opened.
  void abandon() {
    log.close();
    live.close();
    if (lifetimes != null) {
      lifetimes.close();
    }
    if (entities != null) {
      entities.close();
    }
  }

  /// The manifest knows a local log but not this one.
  private static boolean isOrphan(Manifest manifest) {
    return manifest.next().keySet().stream().anyMatch(LocalLog::isLogId);
  }

  /// Returns the highest entity id.
  private int openSegments(List<SegmentEntry> entries) {
    files.forgetOthers(entries);
    List<LiveSegment> opened = new ArrayList<>();
    int lastEntity = 0;
    for (SegmentEntry entry : entries) {
      if (entry.kind() == Kind.STATE) {
        live.addState(entry);
        if (entry.collection() == SegmentFiles.WHOLE_GROUP) {
          lastEntity = Math.max(lastEntity, files.lastEntity(entry));
        }
      } else {
        opened.add(files.open(entry));
      }
    }
    live.addAll(opened);
    return lastEntity;
  }
}
