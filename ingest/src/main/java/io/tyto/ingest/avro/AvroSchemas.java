package io.tyto.ingest.avro;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/// What a schema may ask of whoever reads by it.
final class AvroSchemas {
  /// A fixed is allocated before its bytes are looked at.
  private static final int MAX_FIXED_BYTES = 1 << 20;

  private AvroSchemas() {}

  /// Why nothing should be read by the schema, or null.
  static @Nullable String fault(Schema schema) {
    return fault(schema, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static @Nullable String fault(Schema schema, Set<Schema> seen) {
    if (!seen.add(schema)) {
      return null;
    }
    return switch (schema.getType()) {
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          String fault = fault(field.schema(), seen);
          if (fault != null) {
            yield fault;
          }
        }
        yield null;
      }
      case UNION -> {
        for (Schema type : schema.getTypes()) {
          String fault = fault(type, seen);
          if (fault != null) {
            yield fault;
          }
        }
        yield null;
      }
      case ARRAY -> fault(schema.getElementType(), seen);
      case MAP -> fault(schema.getValueType(), seen);
      case FIXED ->
          schema.getFixedSize() > MAX_FIXED_BYTES
              ? "%s is of %d bytes, expected at most %d"
                  .formatted(schema.getFullName(), schema.getFixedSize(), MAX_FIXED_BYTES)
              : null;
      default -> null;
    };
  }
}
