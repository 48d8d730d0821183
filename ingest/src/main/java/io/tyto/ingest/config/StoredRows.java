package io.tyto.ingest.config;

import io.tyto.model.schema.Cube;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a collection holds at the moment, as far as the plan of a config change tells of it.
///
/// @param tailRows rows that are in no segment yet
/// @param asOf the moment
/// @param estimate how many cells a cube would have, or null where that cannot be told
public record StoredRows(List<Segment> segments, long tailRows, Instant asOf, Estimate estimate) {
  public static final StoredRows NONE = new StoredRows(List.of(), 0, Instant.EPOCH);

  /// Without rows to look at.
  public StoredRows(List<Segment> segments, long tailRows, Instant asOf) {
    this(segments, tailRows, asOf, _ -> null);
  }

  /// Rolls some of the rows up; may take a second.
  @FunctionalInterface
  public interface Estimate {
    @Nullable Cells of(Cube cube);
  }

  /// @param cells of the finest level
  /// @param rows they were made of
  public record Cells(long cells, long rows) {
    /// Whether a cube of them would hold more than it saves.
    boolean areTooMany() {
      return cells * ROWS_A_CELL > rows;
    }

    private static final int ROWS_A_CELL = 5;
  }

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
