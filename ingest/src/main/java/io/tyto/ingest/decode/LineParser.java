package io.tyto.ingest.decode;

import io.tyto.engine.load.RowsBuilder;
import io.tyto.model.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// Reads records of the usual shape from their line straight into columns.
///
/// Thread-safety: none; each thread has its own.
public interface LineParser {
  int UNUSUAL = -1;

  /// A new parser into these rows of JSON objects, one a line; null where the schema asks for what
  /// a parser does not do. What it leaves is for a {@link JsonDecoder}.
  static @Nullable LineParser ofJson(TableSchema schema, RowsBuilder rows, DecodeContext context) {
    return JsonLineParser.of(schema, rows, context);
  }

  /// Prepares for the lines of one block.
  void begin(byte[] data, int to);

  /// Writes the record that begins here into the row that the builder is at, without ending it.
  /// Returns where the next line begins, or {@link #UNUSUAL} where the record must be left to a
  /// {@link RecordDecoder}: then it may be anything, a rejection too.
  int parse(int from);
}
