package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
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
      RowRules.checkText(data, from, to);
      targets.begin(row);
      reader.read(data, from, to, root, row, true);
      targets.finish(row);
      rules.apply(row);
      return null;
    } catch (RejectException e) {
      return e.rejection();
    }
  }
}
