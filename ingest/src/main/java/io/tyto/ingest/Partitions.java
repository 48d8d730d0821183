package io.tyto.ingest;

import io.tyto.ingest.config.StoredRows;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.PartitionHost;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// The partitions of all groups of this process. Thread-safe.
final class Partitions implements AutoCloseable {
  private final PartitionHost host;
  private final CollectionDirectory directory;
  private final Map<Integer, List<Partition>> byGroup = new ConcurrentSkipListMap<>();

  Partitions(PartitionHost host, CollectionDirectory directory) {
    this.host = host;
    this.directory = directory;
  }

  /// Recovers the partitions of groups that are not open yet.
  synchronized void openAll() {
    for (CatalogState.Group group : directory.state().groups().values()) {
      if (!byGroup.containsKey(group.id())) {
        byGroup.put(group.id(), open(group));
      }
    }
  }

  /// Opens new groups and makes the others use the newest schemas for what comes now.
  synchronized void takeOverSchemas() {
    List<Partition> standing = all();
    openAll();
    standing.forEach(Partition::takeOverSchemas);
  }

  List<Partition> all() {
    List<Partition> all = new ArrayList<>();
    byGroup.values().forEach(all::addAll);
    return all;
  }

  List<Partition> of(int groupId) {
    List<Partition> partitions = byGroup.get(groupId);
    if (partitions == null) {
      throw new TytoException(
          ErrorCode.DRAINING,
          "the partitions of this collection are not open; try again in a moment");
    }
    return partitions;
  }

  CollectionStatus statusOf(TableSchema schema) {
    long rows = 0;
    long tailRows = 0;
    int segments = 0;
    long bytes = 0;
    long deadLetters = 0;
    long lag = 0;
    long sealAgeMillis = 0;
    @Nullable String alarm = null;
    for (Partition partition : of(schema.groupId())) {
      Partition.Standing standing = partition.standing(schema.collectionId());
      rows += standing.rows();
      tailRows += standing.tailRows();
      segments += standing.segments();
      bytes += standing.bytes();
      deadLetters += standing.deadLetters();
      lag += partition.uncommittedRecords();
      sealAgeMillis = Math.max(sealAgeMillis, partition.sealAgeMillis());
      alarm = alarm != null || partition.alarms().isEmpty() ? alarm : partition.alarms().getFirst();
    }
    return new CollectionStatus(
        schema.name(), rows, tailRows, segments, bytes, deadLetters, lag, sealAgeMillis, alarm);
  }

  /// What a collection holds, for the plan of a config change.
  StoredRows stored(TableSchema schema, Instant asOf, StoredRows.Estimate estimate) {
    List<StoredRows.Segment> segments = new ArrayList<>();
    long tailRows = 0;
    for (Partition partition : of(schema.groupId())) {
      for (SegmentEntry entry : partition.segments(schema.collectionId())) {
        segments.add(new StoredRows.Segment(entry.rows(), entry.bytes(), entry.maxTime()));
      }
      tailRows += partition.standing(schema.collectionId()).tailRows();
    }
    return new StoredRows(segments, tailRows, asOf, estimate);
  }

  @Override
  public synchronized void close() {
    all().forEach(Partition::close);
    byGroup.clear();
  }

  private List<Partition> open(CatalogState.Group group) {
    List<Partition> opened = new ArrayList<>();
    try {
      for (int i = 0; i < group.partitions(); i++) {
        PartitionId id =
            new PartitionId(StoreKeys.DEFAULT_PROJECT, group.id(), group.generation(), i);
        opened.add(Partition.open(id, host, group.entity() != null));
      }
      return opened;
    } catch (RuntimeException | Error e) {
      opened.forEach(Partition::close);
      throw e;
    }
  }
}
