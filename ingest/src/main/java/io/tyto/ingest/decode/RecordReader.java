package io.tyto.ingest.decode;

import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.TableSchema;
import java.io.InputStream;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts a stream into records: NDJSON, JSON (an array, or values one after another), CSV or TSV;
/// gzip is recognised by its first bytes.
///
/// Memory is bounded by {@link DecodeLimits#MAX_RECORD_BYTES}. A record that cannot be cut out is
/// returned with a fault and reading goes on at the next line. Failing I/O throws
/// UncheckedIOException.
///
/// Thread-safety: none. Lifetime: closing it closes the stream.
public final class RecordReader implements AutoCloseable {

  private RecordReader() {}

  /// Reads a file.
  ///
  /// @param name of the file, for detection by ending and for messages
  public static RecordReader open(InputStream content, String name, FileFormat format) {
    throw new UnsupportedOperationException();
  }

  /// Reads a request body of JSON: an array, one event, or one event a line.
  public static RecordReader ofBody(byte[] body) {
    throw new UnsupportedOperationException();
  }

  /// What the input is; never AUTO.
  public FileFormat.Format format() {
    throw new UnsupportedOperationException();
  }

  /// Column names of a CSV or TSV, from its header or the config; empty for JSON.
  public List<String> columns() {
    throw new UnsupportedOperationException();
  }

  /// A new decoder for the records of this input; one for each thread.
  public RecordDecoder decoder(TableSchema schema, Clock clock) {
    throw new UnsupportedOperationException();
  }

  /// The next record, or null at the end.
  public @Nullable RawRecord next() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
