package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.schema.Feed.Envelope;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Decodes one JSON object by the schema's JSON Pointers. Where the schema's feed has an envelope,
/// the object is expected in it, wherever it comes from.
public final class JsonDecoder implements RecordDecoder {
  private final RowTargets targets;
  private final RowRules rules;
  private final PathNode root = new PathNode();
  private final PathReader reader = new PathReader();

  /// Finds the type of an event; null where it is not for this decoder to look at it.
  private final @Nullable JsonPeek type;

  private final TypeTable<Boolean> types;

  /// Where the event's own values stand; null where that is the record as a whole.
  private final @Nullable PathNode content;

  private final String contentPath;

  /// A decoder without enrichers.
  public JsonDecoder(TableSchema schema, Clock clock) {
    this(schema, DecodeContext.of(clock));
  }

  public JsonDecoder(TableSchema schema, DecodeContext context) {
    this(schema, context, false);
  }

  /// Decodes events that are known to be of a type of this collection.
  public static JsonDecoder ofRouted(TableSchema schema, DecodeContext context) {
    return new JsonDecoder(schema, context, true);
  }

  private JsonDecoder(TableSchema schema, DecodeContext context, boolean isRouted) {
    targets = RowTargets.ofEvents(schema);
    rules = new RowRules(schema, context);
    for (int i = 0; i < targets.targets().size(); i++) {
      root.add(targets.paths().get(i), targets.targets().get(i));
    }
    Envelope envelope = RowTargets.envelopeOf(schema);
    String pointer = envelope == null ? null : envelope.part("type");
    type = pointer == null || isRouted ? null : new JsonPeek(JsonPointer.parse(pointer));
    Map<String, Boolean> known = new HashMap<>();
    if (envelope != null) {
      envelope.is().forEach(name -> known.put(name, true));
    }
    types = new TypeTable<>(known);
    String path = envelope == null ? null : envelope.content();
    contentPath = path == null ? "" : path;
    content = path == null ? null : root.at(JsonPointer.parse(path));
    (content == null ? root : content).collect(targets.rest());
  }

  @Override
  public @Nullable Rejection decode(byte[] data, int from, int to, Row row) {
    try {
      RowRules.checkText(data, from, to);
      targets.begin(row);
      if (type != null) {
        checkType(type, data, from, to);
      }
      long before = content == null ? 0 : content.objects();
      reader.read(data, from, to, root, row, true);
      if (content != null && content.objects() == before) {
        throw RejectException.of(
            Code.NOT_AN_OBJECT, "found no JSON object at %s of the event".formatted(contentPath));
      }
      targets.finish(row);
      rules.apply(row);
      return null;
    } catch (RejectException e) {
      return e.rejection();
    }
  }

  /// What is no JSON is left to the reader, which says so.
  private void checkType(JsonPeek look, byte[] data, int from, int to) throws RejectException {
    boolean isFound = look.find(data, from, to);
    if (isFound
        ? types.find(look.tokenData(), look.tokenFrom(), look.tokenTo()) == null
        : look.fault() == null) {
      throw RejectException.of(
          Code.UNKNOWN_TYPE,
          isFound
              ? "found an event of the type %s, which is not for this collection"
                  .formatted(Excerpt.quoted(look.tokenData(), look.tokenFrom(), look.tokenTo()))
              : "found no type of event");
    }
  }
}
