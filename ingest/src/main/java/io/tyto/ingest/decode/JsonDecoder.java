package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// Decodes one JSON object by the schema's JSON Pointers.
public final class JsonDecoder implements RecordDecoder {
  private final RowTargets targets;
  private final RowRules rules;
  private final PathNode root = new PathNode();
  private final PathReader reader = new PathReader();

  /// @param clock for the bounds of event times
  public JsonDecoder(TableSchema schema, Clock clock) {
    targets = new RowTargets(schema);
    rules = new RowRules(schema, clock);
    for (int i = 0; i < targets.targets().size(); i++) {
      root.add(targets.paths().get(i), targets.targets().get(i));
    }
  }

  @Override
  public @Nullable Rejection decode(byte[] data, int from, int to, Row row) {
    try {
      checkText(data, from, to);
      targets.begin(row);
      reader.read(data, from, to, root, row, true);
      targets.finish(row);
      rules.apply(row);
      return null;
    } catch (RejectException e) {
      return e.rejection();
    }
  }

  /// What holds for a record of any format.
  static void checkText(byte[] data, int from, int to) throws RejectException {
    if (to - from > DecodeLimits.MAX_RECORD_BYTES) {
      throw RejectException.of(
          Code.TOO_LARGE,
          "found a record of %d bytes, expected at most %d"
              .formatted(to - from, DecodeLimits.MAX_RECORD_BYTES));
    }
    int invalid = Utf8.invalidAt(data, from, to);
    if (invalid >= 0) {
      throw RejectException.of(
          Code.INVALID_UTF8, "byte %d of the record is not UTF-8".formatted(invalid - from));
    }
  }
}
