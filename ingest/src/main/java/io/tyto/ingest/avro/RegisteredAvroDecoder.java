package io.tyto.ingest.avro;

import io.tyto.ingest.registry.SchemaRegistry;
import io.tyto.ingest.registry.SchemaRegistry.Registered;
import io.tyto.ingest.registry.WireFormat;
import io.tyto.model.plugin.DecodedEvent;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.plugin.UndecodableException;
import io.tyto.model.plugin.UndecodableException.Reason;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/// Reads records that begin with the id of their writer's schema.
final class RegisteredAvroDecoder implements EventDecoder {
  private static final int MAX_READERS = 256;

  private final SchemaRegistry registry;
  private final @Nullable Schema expected;
  private final Map<Integer, AvroReader> readers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, AvroReader> eldest) {
          return size() > MAX_READERS;
        }
      };

  /// @param expected what events are read as; null: as they were written
  RegisteredAvroDecoder(SchemaRegistry registry, @Nullable Schema expected) {
    this.registry = registry;
    this.expected = expected;
  }

  @Override
  public DecodedEvent decode(byte[] data, int from, int to) throws UndecodableException {
    int id = WireFormat.schemaId(data, from, to);
    AvroReader reader = readers.get(id);
    if (reader == null) {
      reader = new AvroReader(schema(id), expected);
      readers.put(id, reader);
    }
    return reader.read(data, from + WireFormat.BYTES, to);
  }

  private Schema schema(int id) throws UndecodableException {
    Registered registered = registry.find(id);
    if (registered == null) {
      throw unknown("the schema registry knows no schema %d".formatted(id));
    }
    if (!registered.type().equals("AVRO")) {
      throw unknown("schema %d is of the type %s, expected Avro".formatted(id, registered.type()));
    }
    try {
      Schema.Parser parser = new Schema.Parser();
      for (SchemaRegistry.Reference reference : registered.references()) {
        parser.parse(reference.text());
      }
      Schema schema = parser.parse(registered.text());
      AvroProvider.requireUsable(schema);
      return schema;
    } catch (AvroRuntimeException | IllegalArgumentException e) {
      throw unknown("schema %d cannot be used: %s".formatted(id, e.getMessage()));
    }
  }

  private static UndecodableException unknown(String message) {
    return new UndecodableException(Reason.UNKNOWN_SCHEMA, message);
  }
}
