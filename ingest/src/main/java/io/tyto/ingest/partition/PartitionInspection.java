package io.tyto.ingest.partition;

import io.tyto.ingest.log.LogInspection;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import io.tyto.store.Store;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A partition as its files tell it, without owning it. Immutable.
///
/// @param segments of the newest manifest
/// @param uncommitted records of the log that no manifest covers yet
public record PartitionInspection(
    List<SegmentEntry> segments, long uncommitted, LogInspection log) {
  public PartitionInspection {
    segments = List.copyOf(segments);
  }

  /// MANIFEST_CORRUPT where the newest manifest cannot be read.
  ///
  /// @param logs folder of all logs
  public static PartitionInspection of(PartitionId id, Store store, Disk disk, Path logs) {
    ManifestChain chain = new ManifestChain(store, id.prefix(), "inspection");
    Manifest manifest = chain.latest().orElse(null);
    LogInspection log = log(id, disk, logs);
    if (manifest == null) {
      return new PartitionInspection(List.of(), log.records(), log);
    }
    long committed = log.logId().map(logId -> chain.next(manifest, logId.toString())).orElse(0L);
    return new PartitionInspection(
        chain.segments(manifest), Math.max(0, log.next() - committed), log);
  }

  /// Only the log, where the store cannot be asked.
  public static LogInspection log(PartitionId id, Disk disk, Path logs) {
    Path folder = id.logFolder(logs);
    try {
      return LogInspection.of(disk, folder);
    } catch (IOException e) {
      throw DiskErrors.failed("read the log in " + folder, e);
    }
  }

  /// Rows of a collection in segments of one kind.
  public long rows(int collection, Kind kind) {
    return of(collection, kind).stream().mapToLong(SegmentEntry::rows).sum();
  }

  /// Bytes of a collection's segments of one kind.
  public long bytes(int collection, Kind kind) {
    return of(collection, kind).stream().mapToLong(SegmentEntry::bytes).sum();
  }

  public List<SegmentEntry> of(int collection, Kind kind) {
    return segments.stream()
        .filter(entry -> entry.collection() == collection && entry.kind() == kind)
        .toList();
  }
}
