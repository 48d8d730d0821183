package io.tyto.engine.segment;

import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes rows of any sources, the tail's chunks or older segments, into one new segment.
///
/// Thread-safe: no state between calls.
public final class SegmentWriter {
  /// Rows in the order of the sources, system columns included. Columns a source lacks are null, or
  /// computed where the column is derived.
  ///
  /// @param keep null: every row
  public SegmentSummary write(
      TableSchema schema, List<RowSource> sources, @Nullable RowFilter keep, SegmentSink sink)
      throws IOException {
    throw new UnsupportedOperationException("written next");
  }
}
