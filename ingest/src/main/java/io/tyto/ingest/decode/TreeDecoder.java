package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.schema.Feed.Envelope;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns events that a decoder made a tree of values from into rows of one collection, by the
/// schema's pointers: the same tree gives what {@link JsonDecoder} gives for the same JSON.
///
/// Thread-safety: none; each thread has its own.
public final class TreeDecoder {
  private final RowTargets targets;
  private final RowRules rules;
  private final PathNode root = new PathNode();
  private final TreeReader reader = new TreeReader();

  /// Where the event's own values stand; null where that is the record as a whole.
  private final @Nullable PathNode content;

  private final String contentPath;

  /// @param context what decoding needs beside the bytes
  public TreeDecoder(TableSchema schema, DecodeContext context) {
    targets = RowTargets.ofEvents(schema);
    rules = new RowRules(schema, context);
    for (int i = 0; i < targets.targets().size(); i++) {
      root.add(targets.paths().get(i), targets.targets().get(i));
    }
    Envelope envelope = RowTargets.envelopeOf(schema);
    String path = envelope == null ? null : envelope.content();
    contentPath = path == null ? "" : path;
    content = path == null ? null : root.at(JsonPointer.parse(path));
    (content == null ? root : content).collect(targets.rest());
  }

  /// Fills `row`, derived columns included; null where the event fits. After a rejection the row's
  /// content is unspecified.
  ///
  /// @param row of the schema's width; cleared first
  public @Nullable Rejection decode(Map<String, ?> event, Row row) {
    try {
      targets.begin(row);
      long before = content == null ? 0 : content.objects();
      reader.read(event, root, row);
      if (content != null && content.objects() == before) {
        throw RejectException.of(
            Code.NOT_AN_OBJECT, "found no object at %s of the event".formatted(contentPath));
      }
      targets.finish(row);
      rules.apply(row);
      return null;
    } catch (RejectException e) {
      return e.rejection();
    }
  }
}
