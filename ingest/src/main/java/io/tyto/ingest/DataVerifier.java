package io.tyto.ingest;

import io.tyto.engine.segment.LifetimeSegment;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.StateSegment;
import io.tyto.ingest.log.LogInspection;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.ingest.partition.PartitionInspection;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.maintenance.Fault;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads a whole data folder again: the chains of manifests, everything inside the segments they
/// name, and the logs. Needs no lock and changes nothing. Thread-safe.
public final class DataVerifier {
  private DataVerifier() {}

  /// Of a folder with objects below it. NOT_FOUND where nothing is stored.
  public static StoreVerifier.Report verify(Path data) {
    return verify(new DataFolder(data));
  }

  /// NOT_FOUND where nothing is stored.
  public static StoreVerifier.Report verify(DataFolder folder) {
    try (Store store = folder.openBeside()) {
      return withLogs(
          new StoreVerifier(store, DataVerifier::inside).verify(_ -> {}), store, folder);
    }
  }

  private static StoreVerifier.Report withLogs(
      StoreVerifier.Report report, Store store, DataFolder folder) {
    List<PartitionId> partitions;
    try {
      partitions =
          DataInspector.partitions(
              Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "verify").state());
    } catch (TytoException _) {
      // The report names the damage of the catalog already; without it nobody knows the logs.
      return report;
    }
    List<Fault> faults = new ArrayList<>(report.faults());
    long bytes = report.bytes();
    for (PartitionId id : partitions) {
      try {
        LogInspection log = PartitionInspection.log(id, Disk.SYSTEM, folder.logs());
        faults.addAll(log.faults());
        bytes += log.bytes();
      } catch (TytoException e) {
        faults.add(
            new Fault(
                folder.logs().toString(),
                -1,
                "read",
                "readable logs",
                String.valueOf(e.getMessage())));
      }
    }
    return new StoreVerifier.Report(
        report.catalogVersions(),
        report.partitions(),
        report.manifests(),
        report.pages(),
        report.segments(),
        report.rows(),
        bytes,
        faults);
  }

  private static List<Fault> inside(Path file, SegmentEntry entry) {
    try {
      return (entry.kind() == Kind.STATE ? state(file, entry) : rows(file, entry))
          .stream()
              .map(fault ->
                  new Fault(
                      file.toString(),
                      fault.byteOffset(),
                      "format",
                      fault.expected(),
                      fault.actual()))
              .toList();
    } catch (TytoException e) {
      return List.of(
          new Fault(
              file.toString(), -1, "format", "a readable segment", String.valueOf(e.getMessage())));
    }
  }

  private static List<io.tyto.engine.segment.Fault> rows(Path file, SegmentEntry entry) {
    Segment segment = Segment.open(file, entry.bytes());
    try {
      return segment.verify();
    } finally {
      segment.release();
    }
  }

  private static List<io.tyto.engine.segment.Fault> state(Path file, SegmentEntry entry) {
    if (entry.collection() > 0) {
      try (LifetimeSegment states = LifetimeSegment.open(file, entry.bytes())) {
        return states.verify();
      }
    }
    try (StateSegment segment = StateSegment.open(file, entry.bytes())) {
      return segment.verify();
    }
  }
}
