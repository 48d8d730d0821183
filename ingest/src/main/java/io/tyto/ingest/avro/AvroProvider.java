package io.tyto.ingest.avro;

import io.tyto.ingest.registry.RegisteredDecoder;
import io.tyto.ingest.registry.SchemaRegistry;
import io.tyto.model.plugin.DecoderProvider;
import io.tyto.model.plugin.EventDecoder;
import io.tyto.model.schema.Feed;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.jspecify.annotations.Nullable;

/// Decoders of Avro. With a registry, records begin with the id of their writer's schema, and a
/// schema file is what they are read as; without one, the file is the writer's schema.
public final class AvroProvider implements DecoderProvider {
  /// One for each registry that a config names, with what was fetched from it.
  private final Map<String, SchemaRegistry> registries = new ConcurrentHashMap<>();

  @Override
  public String format() {
    return "avro";
  }

  @Override
  public EventDecoder create(Feed.Encoding encoding) {
    String url = encoding.registry();
    Feed.SchemaFile file = encoding.schema();
    if (encoding.message() != null) {
      throw new IllegalArgumentException("Avro has no messages; leave `message` out");
    }
    Schema schema = file == null ? null : parse(file);
    if (url != null) {
      return new RegisteredDecoder(
          registries.computeIfAbsent(url, SchemaRegistry::new),
          "AVRO",
          registered -> new AvroReader(writer(registered), schema));
    }
    if (schema == null) {
      throw new IllegalArgumentException(
          "Avro needs `registry: URL`, or `schema: FILE.avsc` where records have no id in front");
    }
    return new AvroReader(schema, null);
  }

  private static Schema parse(Feed.SchemaFile file) {
    try {
      Schema schema = SchemaParser.parseSingle(new String(file.content(), StandardCharsets.UTF_8));
      requireUsable(schema);
      return schema;
    } catch (AvroRuntimeException e) {
      throw new IllegalArgumentException(file.name() + " is no Avro schema: " + e.getMessage(), e);
    }
  }

  private static Schema writer(SchemaRegistry.Registered registered) {
    try {
      Schema.Parser parser = new Schema.Parser();
      for (SchemaRegistry.Reference reference : registered.references()) {
        parser.parse(reference.text());
      }
      Schema schema = parser.parse(registered.text());
      requireUsable(schema);
      return schema;
    } catch (AvroRuntimeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// IllegalArgumentException where no event can be read by the schema.
  private static void requireUsable(Schema schema) {
    if (schema.getType() != Schema.Type.RECORD) {
      throw new IllegalArgumentException(
          "the schema describes a %s, expected a record".formatted(schema.getType().getName()));
    }
    @Nullable String fault = AvroSchemas.fault(schema);
    if (fault != null) {
      throw new IllegalArgumentException(fault);
    }
  }
}
