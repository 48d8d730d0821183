package io.tyto.ingest.partition;

import io.tyto.engine.view.BoundView;
import io.tyto.model.port.AdminService.Joining;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What queries and operators see of a partition, whoever owns it. Thread-safe.
public sealed interface PartitionView extends AutoCloseable permits Partition, FollowedPartition {
  PartitionId id();

  /// Adds the rows or dead letters of a collection to a snapshot.
  void addTo(SnapshotSources snapshot, int collection, Kind kind);

  /// Adds what the rows of a view are made of. SEGMENT_CORRUPT where its cells cannot be read.
  void addTo(ViewSources target, BoundView view);

  ViewStanding standing(BoundView view);

  /// The committed segments of a collection's rows.
  List<SegmentEntry> segments(int collection);

  Standing standing(int collection);

  /// How the joins of a collection stand; null where it has none, or is not owned here.
  default @Nullable Joining joining(TableSchema schema) {
    return null;
  }

  /// @param group name
  PartitionStatus status(String group);

  /// Records of the partition's own log that no manifest covers yet.
  long uncommittedRecords();

  /// How long the oldest record that is not sealed has waited; 0 without one.
  long sealAgeMillis();

  /// Bytes of the partition's own log.
  long logBytes();

  Manifest manifest();

  List<String> alarms();

  @Override
  void close();

  /// How a collection stands in this partition.
  ///
  /// @param outdated segments that may hold values which a later privacy policy hides
  /// @param isHiding something is to be rewritten, or to be deleted after it was; told by the owner
  record Standing(
      long rows,
      long tailRows,
      int segments,
      long bytes,
      long deadLetters,
      int outdated,
      boolean isHiding) {
    Standing hiding(int nowOutdated, boolean nowIsHiding) {
      return new Standing(rows, tailRows, segments, bytes, deadLetters, nowOutdated, nowIsHiding);
    }
  }
}
