package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// Decodes one JSON object by the schema's JSON Pointers.
public final class JsonDecoder implements RecordDecoder {

  /// @param clock for the bounds of event times
  public JsonDecoder(TableSchema schema, Clock clock) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable Rejection decode(byte[] data, int from, int to, Row row) {
    throw new UnsupportedOperationException();
  }
}
