package io.tyto.ingest;

import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.StateSegment;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.maintenance.Fault;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Reads a whole data folder again: the chains of manifests and everything inside the segments they
/// name. Needs no lock and changes nothing. Thread-safe.
public final class DataVerifier {
  private DataVerifier() {}

  /// NOT_FOUND where the folder holds no store.
  public static StoreVerifier.Report verify(Path data) {
    Path store = new DataFolder(data).store();
    if (!Files.isDirectory(store)) {
      throw new TytoException(
          ErrorCode.NOT_FOUND, "there is no data at " + data + ": name the folder with --data");
    }
    return new StoreVerifier(new FsStore(store, Disk.SYSTEM), DataVerifier::inside).verify(_ -> {});
  }

  private static List<Fault> inside(Path file, SegmentEntry entry) {
    try {
      return (entry.kind() == Kind.STATE ? state(file, entry) : rows(file, entry))
          .stream()
              .map(fault ->
                  new Fault(
                      fault.file(), fault.byteOffset(), "format", fault.expected(), fault.actual()))
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
    try (StateSegment segment = StateSegment.open(file, entry.bytes())) {
      return segment.verify();
    }
  }
}
