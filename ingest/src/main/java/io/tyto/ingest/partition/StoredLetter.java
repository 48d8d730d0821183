package io.tyto.ingest.partition;

import org.jspecify.annotations.Nullable;

/// A dead letter as it lies in a partition.
///
/// @param partition in whose chain it lies
/// @param logId and `logOffset`: who it is, for ever
/// @param receivedMicros time of arrival, microseconds since the epoch
/// @param isWhole everything that its record consisted of is kept
/// @param mark where its row goes while it is replayed; null where it is not
public record StoredLetter(
    int partition,
    String logId,
    long logOffset,
    long receivedMicros,
    DeadLetter letter,
    boolean isWhole,
    @Nullable Mark mark) {

  /// The same place with another letter in it.
  public StoredLetter with(DeadLetter other) {
    return new StoredLetter(partition, logId, logOffset, receivedMicros, other, isWhole, mark);
  }

  /// The row that a letter becomes.
  ///
  /// @param partition number of the row's partition in the group
  /// @param offset of the row in the replay log of the letter's partition
  public record Mark(int partition, long offset) {}
}
