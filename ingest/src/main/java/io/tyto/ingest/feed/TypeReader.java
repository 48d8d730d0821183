package io.tyto.ingest.feed;

import io.tyto.ingest.decode.JsonPeek;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.plugin.DecodedEvent;
import io.tyto.model.schema.JsonPointer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the type of an event, as a range of bytes that is valid until the next call.
///
/// Thread-safety: none.
sealed interface TypeReader {

  /// Whether the event says its type where this looks for it.
  boolean find(RawEvent event);

  byte[] data();

  default int from() {
    return 0;
  }

  default int to() {
    return data().length;
  }

  /// Why the last event could not be read as far as that; null where it could.
  @Nullable Rejection fault();

  /// In a header of the record.
  final class OfHeader implements TypeReader {
    private final String name;
    private byte[] value = {};

    OfHeader(String name) {
      this.name = name;
    }

    @Override
    public boolean find(RawEvent event) {
      byte[] found = event.header(name);
      value = found == null ? new byte[0] : found;
      return found != null;
    }

    @Override
    public byte[] data() {
      return value;
    }

    @Override
    public @Nullable Rejection fault() {
      return null;
    }
  }

  /// In the JSON of the record.
  final class OfJson implements TypeReader {
    private final JsonPeek peek;

    OfJson(JsonPointer pointer) {
      peek = new JsonPeek(pointer);
    }

    @Override
    public boolean find(RawEvent event) {
      byte[] payload = event.payload();
      return payload != null
          && peek.find(payload, PayloadDecoder.OfJson.start(payload), payload.length);
    }

    @Override
    public byte[] data() {
      return peek.tokenData();
    }

    @Override
    public int from() {
      return peek.tokenFrom();
    }

    @Override
    public int to() {
      return peek.tokenTo();
    }

    @Override
    public @Nullable Rejection fault() {
      return peek.fault();
    }
  }

  /// Among the values of a record that is not JSON, or the name of its schema.
  final class OfTree implements TypeReader {
    private final EventTree tree;

    /// Null: the name of the schema.
    private final @Nullable JsonPointer pointer;

    private byte[] value = {};

    OfTree(EventTree tree, @Nullable JsonPointer pointer) {
      this.tree = tree;
      this.pointer = pointer;
    }

    @Override
    public boolean find(RawEvent event) {
      DecodedEvent decoded = tree.of(event);
      Object found =
          decoded == null ? null : pointer == null ? decoded.schema() : valueAt(pointer, decoded);
      if (found instanceof CharSequence || found instanceof Number || found instanceof Boolean) {
        value = found.toString().getBytes(StandardCharsets.UTF_8);
        return true;
      }
      return false;
    }

    private static @Nullable Object valueAt(JsonPointer pointer, DecodedEvent decoded) {
      Object at = decoded.values();
      try {
        for (JsonPointer.Step step : pointer.steps()) {
          at =
              at instanceof Map<?, ?> map && step instanceof JsonPointer.Member(String name)
                  ? map.get(name)
                  : null;
        }
        return at;
      } catch (IllegalArgumentException e) {
        return null; // a value that is none, such as a time out of all range, is no type's name
      }
    }

    @Override
    public byte[] data() {
      return value;
    }

    @Override
    public @Nullable Rejection fault() {
      return tree.fault();
    }
  }
}
