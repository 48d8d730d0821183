package io.tyto.ingest.config;

import java.time.Instant;
import java.util.List;

/// What a collection holds at the moment, as far as the plan of a config change tells of it.
///
/// @param tailRows rows that are in no segment yet
/// @param asOf the moment
public record StoredRows(List<Segment> segments, long tailRows, Instant asOf) {
  public static final StoredRows NONE = new StoredRows(List.of(), 0, Instant.EPOCH);

  public StoredRows {
    segments = List.copyOf(segments);
  }

  /// @param maxTimeMicros event time of its youngest row
  public record Segment(long rows, long bytes, long maxTimeMicros) {}

  public long rows() {
    return tailRows + segments.stream().mapToLong(Segment::rows).sum();
  }

  public long bytes() {
    return segments.stream().mapToLong(Segment::bytes).sum();
  }
}
