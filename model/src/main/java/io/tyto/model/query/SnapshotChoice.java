package io.tyto.model.query;

import org.jspecify.annotations.Nullable;

/// Which state of a collection a question reads.
///
/// @param asOf the snapshot of an earlier answer, SNAPSHOT_GONE where it is kept no more; null: the
///   newest
/// @param isKept whether the snapshot that is read stays readable for a time, as those of cursors
///   do
public record SnapshotChoice(@Nullable String asOf, boolean isKept) {
  public static final SnapshotChoice NEWEST = new SnapshotChoice(null, false);
}
