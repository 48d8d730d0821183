package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.cube.CellTable;
import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.segment.EntityKey;
import io.tyto.engine.segment.LifetimeSegment;
import io.tyto.engine.segment.RowFilter;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentSink;
import io.tyto.engine.segment.SegmentSummary;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.segment.StateSegment;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.StateLayout;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.Manifest.ViewPart;
import io.tyto.store.manifest.ManifestChain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes segments into the store, reads them back, and opens them. Thread-safe.
final class SegmentFiles {
  private static final System.Logger LOG = System.getLogger(SegmentFiles.class.getName());

  /// Collection number of what belongs to the group as a whole.
  static final int WHOLE_GROUP = 0;

  private final PartitionId id;
  private final Store store;
  private final Disk disk;
  private final ManifestChain chain;
  private final Alarms alarms;
  private final SegmentWriter writer = new SegmentWriter();

  @FunctionalInterface
  private interface Content {
    SegmentSummary writeTo(SegmentSink sink) throws IOException;
  }

  SegmentFiles(PartitionId id, Store store, Disk disk, ManifestChain chain, Alarms alarms) {
    this.id = id;
    this.store = store;
    this.disk = disk;
    this.chain = chain;
    this.alarms = alarms;
  }

  static Set<String> namesOf(List<SegmentEntry> entries) {
    Set<String> names = new HashSet<>();
    entries.forEach(entry -> names.add(entry.file()));
    return names;
  }

  /// Writes rows of tails or segments as one new segment of a collection.
  ///
  /// @param ranges log offsets that the segment answers for
  SegmentEntry writeRows(
      Kind kind, TableSchema schema, List<RowSource> sources, Map<String, Range> ranges) {
    return writeRows(kind, schema, sources, null, ranges);
  }

  /// Writes some of the rows.
  ///
  /// @param keep null: all
  SegmentEntry writeRows(
      Kind kind,
      TableSchema schema,
      List<RowSource> sources,
      @Nullable RowFilter keep,
      Map<String, Range> ranges) {
    return write(
        kind,
        schema.collectionId(),
        schema.version(),
        ranges,
        sink -> writer.write(schema, sources, keep, sink));
  }

  /// Writes the cells of a segment whose rows go.
  SegmentEntry writeCells(TableSchema schema, RowSource source, SegmentEntry rows) {
    SegmentSummary times =
        new SegmentSummary(rows.rows(), rows.minTime(), rows.maxTime(), 0, rows.sha256());
    return write(
        Kind.CUBE,
        schema.collectionId(),
        schema.version(),
        Map.of(),
        sink -> writer.writeCells(schema, List.of(source), times, sink));
  }

  /// Writes the cells of a view.
  ///
  /// @param ranges log offsets that they stand for
  /// @param minTime least event time of the rows they were made of, in epoch microseconds;
  ///   `maxTime` greatest
  SegmentEntry writeView(
      TableSchema schema,
      CellTable cells,
      ViewPart view,
      Map<String, Range> ranges,
      long minTime,
      long maxTime) {
    return write(
        Kind.VIEW,
        schema.collectionId(),
        schema.version(),
        ranges,
        view,
        sink -> writer.writeCells(schema, cells, minTime, maxTime, sink));
  }

  /// Writes entity keys and their ids, ascending by id.
  SegmentEntry writeState(Iterator<EntityKey> entities, Map<String, Range> ranges) {
    return write(
        Kind.STATE,
        WHOLE_GROUP,
        1,
        ranges,
        sink -> StateSegment.write(id.project(), id.group(), id.partition(), entities, sink));
  }

  /// Writes states of entities of a collection, ascending by id.
  SegmentEntry writeStates(
      int collection,
      StateLayout layout,
      LifetimeSegment.Content states,
      Map<String, Range> ranges) {
    return write(
        Kind.STATE,
        collection,
        1,
        ranges,
        sink ->
            LifetimeSegment.write(
                id.project(), id.group(), collection, id.partition(), layout, states, sink));
  }

  /// A STATE segment of a collection, to be closed. SEGMENT_CORRUPT where it cannot be read.
  LifetimeSegment openStates(SegmentEntry entry) {
    return LifetimeSegment.open(store.localFile(chain.segmentKey(entry.file())), entry.bytes());
  }

  /// Maps a committed segment, now or, where its object lies elsewhere, when it is first read.
  /// Where it is damaged or missing, an alarm is raised and every read of it will fail with the
  /// damage.
  LiveSegment open(SegmentEntry entry) {
    if (store.isRemote()) {
      String key = chain.segmentKey(entry.file());
      return new LiveSegment(entry, new DistantSegment(entry, id.partition(), store, key, alarms));
    }
    try {
      Segment segment =
          Segment.open(store.localFile(chain.segmentKey(entry.file())), entry.bytes());
      alarms.clear(entry.file());
      return new LiveSegment(entry, segment);
    } catch (TytoException e) {
      LOG.log(ERROR, "segment " + entry.file() + " of partition " + id + " is quarantined", e);
      alarms.raise(entry.file(), "quarantined: " + e.getMessage());
      return new LiveSegment(entry, id.partition(), e);
    }
  }

  /// Drops local copies of segments that are none of these.
  void forgetOthers(List<SegmentEntry> entries) {
    Set<String> keys = new HashSet<>();
    entries.forEach(entry -> keys.add(chain.segmentKey(entry.file())));
    store.forgetOthers(StoreKeys.segments(id.prefix()), keys);
  }

  /// The highest entity id of a STATE segment. SEGMENT_CORRUPT where it cannot be read.
  int lastEntity(SegmentEntry entry) {
    Path file = store.localFile(chain.segmentKey(entry.file()));
    try (StateSegment state = StateSegment.open(file, entry.bytes())) {
      return state.lastId();
    }
  }

  /// Puts the keys of STATE segments back into a table. SEGMENT_CORRUPT where one cannot be read.
  void restore(EntityTable table, List<SegmentEntry> state) {
    List<EntityKey> keys = new ArrayList<>();
    for (SegmentEntry entry : state) {
      readState(entry, keys::add);
    }
    keys.sort(Comparator.comparingInt(EntityKey::id));
    for (EntityKey key : keys) {
      byte[] bytes = key.key();
      if (bytes != null) {
        table.restore(key.id(), bytes);
      }
    }
  }

  /// Visits the entities of a STATE segment. SEGMENT_CORRUPT where it cannot be read.
  void readState(SegmentEntry entry, Consumer<EntityKey> visitor) {
    Path file = store.localFile(chain.segmentKey(entry.file()));
    try (StateSegment state = StateSegment.open(file, entry.bytes())) {
      state.forEach(visitor);
    }
  }

  private SegmentEntry write(
      Kind kind, int collection, int schemaVersion, Map<String, Range> ranges, Content content) {
    return write(kind, collection, schemaVersion, ranges, null, content);
  }

  private SegmentEntry write(
      Kind kind,
      int collection,
      int schemaVersion,
      Map<String, Range> ranges,
      @Nullable ViewPart view,
      Content content) {
    Path scratch = store.scratchFolder().resolve(UUID.randomUUID() + ".seg");
    SegmentSummary summary;
    try {
      summary = writeScratch(scratch, content);
    } catch (IOException e) {
      discard(scratch);
      throw DiskErrors.before("write a segment of partition " + id, e);
    } catch (RuntimeException e) {
      discard(scratch);
      throw e;
    }
    String name =
        StoreKeys.segmentFile(chain.current().version() + 1, collection, summary.sha256());
    String key = chain.segmentKey(name);
    store.putFile(key, scratch);
    requireSameHash(key, summary);
    return new SegmentEntry(
        name,
        collection,
        kind,
        Map.copyOf(ranges),
        summary.rows(),
        summary.minTimeMicros(),
        summary.maxTimeMicros(),
        summary.bytes(),
        summary.sha256(),
        schemaVersion,
        0,
        null,
        null,
        view);
  }

  private SegmentSummary writeScratch(Path scratch, Content content) throws IOException {
    disk.createFolders(store.scratchFolder());
    try (Disk.File file = disk.create(scratch)) {
      SegmentSummary summary = content.writeTo(file::append);
      file.force();
      return summary;
    }
  }

  /// What the disk gives back is compared before a manifest may name it.
  private void requireSameHash(String key, SegmentSummary summary) {
    String stored = store.sha256(key);
    if (!stored.equals(summary.sha256())) {
      store.delete(key);
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "%s reads back with SHA-256 %s, but %s was written. Check the disk; the seal is tried again"
              .formatted(key, stored, summary.sha256()));
    }
  }

  private void discard(Path scratch) {
    try {
      disk.delete(scratch);
    } catch (IOException e) {
      LOG.log(WARNING, "could not delete the unfinished segment " + scratch, e);
    }
  }
}
