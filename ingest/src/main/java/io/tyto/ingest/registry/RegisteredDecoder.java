package io.tyto.ingest.registry;

import io.tyto.ingest.registry.SchemaRegistry.Registered;
import io.tyto.model.plugin.DecodedEvent;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.plugin.UndecodableException;
import io.tyto.model.plugin.UndecodableException.Reason;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads records that begin with the id of their writer's schema. Not thread-safe.
public final class RegisteredDecoder implements EventDecoder {
  private static final int MAX_READERS = 256;

  private final SchemaRegistry registry;
  private final String type;
  private final Readers made;
  private final Map<Integer, EventDecoder> readers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, EventDecoder> eldest) {
          return size() > MAX_READERS;
        }
      };

  /// Makes the reader of what stands behind the id.
  @FunctionalInterface
  public interface Readers {
    /// IllegalArgumentException where no event can be read by the schema; the message says why.
    EventDecoder of(Registered schema);
  }

  /// @param type of the schemas that are read by, in the registry's words
  public RegisteredDecoder(SchemaRegistry registry, String type, Readers readers) {
    this.registry = registry;
    this.type = type;
    this.made = readers;
  }

  @Override
  public DecodedEvent decode(byte[] data, int from, int to) throws UndecodableException {
    int id = WireFormat.schemaId(data, from, to);
    EventDecoder reader = readers.get(id);
    if (reader == null) {
      reader = reader(id);
      readers.put(id, reader);
    }
    return reader.decode(data, from + WireFormat.BYTES, to);
  }

  private EventDecoder reader(int id) throws UndecodableException {
    Registered registered = registry.find(id);
    if (registered == null) {
      throw unknown("the schema registry knows no schema %d".formatted(id));
    }
    if (!registered.type().equals(type)) {
      throw unknown(
          "schema %d is of the type %s, expected %s".formatted(id, registered.type(), type));
    }
    try {
      return made.of(registered);
    } catch (IllegalArgumentException e) {
      throw unknown("schema %d cannot be used: %s".formatted(id, e.getMessage()));
    }
  }

  private static UndecodableException unknown(String message) {
    return new UndecodableException(Reason.UNKNOWN_SCHEMA, message);
  }
}
