package io.tyto.engine.segment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/// Entity state of one partition: which dense id every key has got. Same container as {@link
/// Segment}.
///
/// Thread-safe. Lifetime: until {@link #close}.
public final class StateSegment implements AutoCloseable {
  private StateSegment() {}

  /// Writes pairs in the given order; ids ascend.
  public static SegmentSummary write(
      int projectId, int groupId, int partition, Iterator<EntityKey> entities, SegmentSink sink)
      throws IOException {
    throw new UnsupportedOperationException("written next");
  }

  /// SEGMENT_CORRUPT.
  public static StateSegment open(Path file, long expectedBytes) {
    throw new UnsupportedOperationException("written next");
  }

  public long entityCount() {
    throw new UnsupportedOperationException("written next");
  }

  /// Visits every pair in stored order.
  public void forEach(Consumer<EntityKey> visitor) {
    throw new UnsupportedOperationException("written next");
  }

  public List<Fault> verify() {
    throw new UnsupportedOperationException("written next");
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("written next");
  }
}
