package io.tyto.engine.tail;

import io.tyto.engine.row.Row;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.TableSchema;
import java.util.List;

/// Rows of one collection and partition on their way to a segment, in chunks of {@link #CHUNK_ROWS}.
///
/// Thread-safety: one thread appends and publishes; any thread may call the other methods.
public final class Tail {
  public static final int CHUNK_ROWS = 1 << 14;

  public Tail(TableSchema schema, int partition) {
    throw new UnsupportedOperationException("written next");
  }

  /// Adds a row; readers see it after the next {@link #publish}. Byte arrays of the row are copied.
  ///
  /// @param entityId 0 where there is no entity or its key is null
  public void append(Row row, String logId, long logOffset, long receivedMicros, int entityId) {
    throw new UnsupportedOperationException("written next");
  }

  /// Makes every appended row visible, by one release store.
  public void publish() {
    throw new UnsupportedOperationException("written next");
  }

  /// Rows published so far.
  public int rowCount() {
    throw new UnsupportedOperationException("written next");
  }

  /// Memory held, appended rows included.
  public long sizeBytes() {
    throw new UnsupportedOperationException("written next");
  }

  /// The first `rows` rows, which never change.
  ///
  /// @param rows at most a {@link #rowCount} read before
  public List<RowSource> view(int rows) {
    throw new UnsupportedOperationException("written next");
  }
}
