package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.TableSchema;

/// The binary form of a row in the log: values by column id, so that it survives columns that are
/// added later. Columns unknown to the schema are skipped, missing ones are null or, where derived,
/// computed.
///
/// Thread-safety: none; each thread has its own.
public final class RowCodec {

  public RowCodec(TableSchema schema) {
    throw new UnsupportedOperationException();
  }

  /// Encodes the row; {@link #bytes} and {@link #length} hold the result until the next call.
  public void encode(Row row) {
    throw new UnsupportedOperationException();
  }

  /// The buffer of the last encoding, valid to {@link #length}.
  public byte[] bytes() {
    throw new UnsupportedOperationException();
  }

  public int length() {
    throw new UnsupportedOperationException();
  }

  /// Fills the row from `data[from, to)`. LOG_CORRUPT where the bytes are not an encoded row.
  public void decode(byte[] data, int from, int to, Row row) {
    throw new UnsupportedOperationException();
  }
}
