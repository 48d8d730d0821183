package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import org.jspecify.annotations.Nullable;

/// Turns the bytes of one record into a row of one collection.
///
/// Thread-safety: none; each thread has its own. Pure but for the clock: the same bytes at the same
/// time give the same row.
public interface RecordDecoder {

  /// Fills `row`, derived columns included, from `data[from, to)`; null where the record fits.
  /// After a rejection the row's content is unspecified. `data` is only read and not kept.
  ///
  /// @param row of the schema's width; cleared first
  @Nullable Rejection decode(byte[] data, int from, int to, Row row);
}
