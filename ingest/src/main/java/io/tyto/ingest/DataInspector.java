package io.tyto.ingest;

import io.tyto.ingest.config.StoredRows;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.ingest.partition.PartitionInspection;
import io.tyto.ingest.table.Tables;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.port.AdminService.ConfigVersion;
import io.tyto.model.port.AdminService.Status;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.table.TableLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Tells how a data folder stands from its files alone: no lock, no claim, nothing is written, so
/// another process may own the folder or the disk may be read-only. Thread-safe.
public final class DataInspector {
  private DataInspector() {}

  /// Of a folder with objects below it.
  public static Status status(Path data) {
    return status(new DataFolder(data));
  }

  /// What a running node would tell, except that records which are only in the log count as lag and
  /// not as rows. NOT_FOUND where nothing is stored; MANIFEST_CORRUPT.
  public static Status status(DataFolder folder) {
    try (Store store = folder.openBeside()) {
      return status(folder, store);
    }
  }

  private static Status status(DataFolder folder, Store store) {
    CatalogState catalog = Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "status").state();
    Map<Integer, List<PartitionInspection>> groups = new TreeMap<>();
    List<String> alarms = new ArrayList<>();
    long bytes = 0;
    for (PartitionId id : partitions(catalog)) {
      PartitionInspection partition = PartitionInspection.of(id, store, Disk.SYSTEM, folder.logs());
      groups.computeIfAbsent(id.group(), _ -> new ArrayList<>()).add(partition);
      bytes += partition.log().bytes();
      partition.log().faults().forEach(fault -> alarms.add(id + ": " + fault));
    }
    List<CollectionStatus> collections = new ArrayList<>();
    for (CatalogState.Collection collection : catalog.collections().values()) {
      CollectionStatus status =
          status(collection, groups.getOrDefault(collection.groupId(), List.of()));
      bytes += status.bytes();
      collections.add(status);
    }
    return new Status(bytes, freeBytes(folder.root()), collections, List.of(), List.of(), alarms);
  }

  /// What applying configs to the folder would do, except that records which are only in the log
  /// are not counted. NOT_FOUND, CONFIG_INVALID, MANIFEST_CORRUPT.
  public static ConfigPlan diffConfigs(
      DataFolder folder, List<ConfigFile> files, DecoderRegistry decoders, Clock clock) {
    try (Store store = folder.openBeside()) {
      return diffConfigs(folder, store, files, decoders, clock);
    }
  }

  private static ConfigPlan diffConfigs(
      DataFolder folder,
      Store store,
      List<ConfigFile> files,
      DecoderRegistry decoders,
      Clock clock) {
    Catalog catalog = Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "diff");
    List<PartitionId> partitions = partitions(catalog.state());
    return CollectionDirectory.readOnly(catalog, decoders, tables(store))
        .diff(
            files,
            schema -> {
              List<StoredRows.Segment> segments = new ArrayList<>();
              for (PartitionId id : partitions) {
                if (id.group() == schema.groupId()) {
                  PartitionInspection.of(id, store, Disk.SYSTEM, folder.logs())
                      .of(schema.collectionId(), Kind.DATA)
                      .forEach(entry ->
                          segments.add(
                              new StoredRows.Segment(
                                  entry.rows(), entry.bytes(), entry.maxTime())));
                }
              }
              return new StoredRows(segments, 0, clock.instant());
            });
  }

  /// Every version of a collection's config. NOT_FOUND, UNKNOWN_COLLECTION, MANIFEST_CORRUPT.
  public static List<ConfigVersion> configHistory(DataFolder folder, String collection) {
    try (Store store = folder.openBeside()) {
      return CollectionDirectory.readOnly(
              Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "history"), null, tables(store))
          .history(collection);
    }
  }

  /// Every version of a collection, ascending; the folder may be in use. NOT_FOUND,
  /// UNKNOWN_COLLECTION.
  public static List<TableSchema> versions(DataFolder folder, String collection) {
    try (Store store = folder.openBeside()) {
      return CollectionDirectory.readOnly(
              Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "schema"), null, tables(store))
          .versions(collection);
    }
  }

  private static Map<String, DimensionTable> tables(Store store) {
    return Tables.configs(TableLog.open(store, StoreKeys.DEFAULT_PROJECT, "inspector"));
  }

  /// Every partition of every group.
  static List<PartitionId> partitions(CatalogState catalog) {
    List<PartitionId> ids = new ArrayList<>();
    for (CatalogState.Group group : catalog.groups().values()) {
      for (int i = 0; i < group.partitions(); i++) {
        ids.add(new PartitionId(StoreKeys.DEFAULT_PROJECT, group.id(), group.generation(), i));
      }
    }
    return ids;
  }

  private static CollectionStatus status(
      CatalogState.Collection collection, List<PartitionInspection> partitions) {
    int id = collection.id();
    long rows = 0;
    int segments = 0;
    long bytes = 0;
    long dead = 0;
    long lag = 0;
    for (PartitionInspection partition : partitions) {
      rows += partition.rows(id, Kind.DATA);
      segments += partition.of(id, Kind.DATA).size();
      bytes += partition.bytes(id, Kind.DATA);
      dead += partition.rows(id, Kind.DEAD);
      lag += partition.uncommitted();
    }
    return new CollectionStatus(
        collection.name(), rows, 0, segments, bytes, dead, lag, 0, null, null, null);
  }

  private static long freeBytes(Path data) {
    try {
      return Disk.SYSTEM.freeBytes(data);
    } catch (IOException e) {
      throw DiskErrors.failed("ask the free space of " + data, e);
    }
  }
}
