package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decodes one CSV or TSV record.
public final class CsvDecoder implements RecordDecoder {

  /// @param columns names of the cells by position
  /// @param delimiter as detected; that of `format` may be absent
  public CsvDecoder(
      TableSchema schema, List<String> columns, char delimiter, FileFormat format, Clock clock) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable Rejection decode(byte[] data, int from, int to, Row row) {
    throw new UnsupportedOperationException();
  }
}
