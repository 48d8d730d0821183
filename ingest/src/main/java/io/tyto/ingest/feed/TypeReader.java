package io.tyto.ingest.feed;

import io.tyto.ingest.decode.JsonPeek;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.schema.JsonPointer;
import org.jspecify.annotations.Nullable;

/// Finds the type of an event, as a range of bytes that is valid until the next call.
///
/// Thread-safety: none.
sealed interface TypeReader {

  /// Whether the event says its type where this looks for it.
  boolean find(RawEvent event);

  byte[] data();

  int from();

  int to();

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
    public int from() {
      return 0;
    }

    @Override
    public int to() {
      return value.length;
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
      return payload != null && peek.find(payload, 0, payload.length);
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
}
