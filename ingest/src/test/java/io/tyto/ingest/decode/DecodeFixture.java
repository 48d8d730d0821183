package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A schema from config text, and rows as logical values.
final class DecodeFixture {
  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneOffset.UTC);

  private DecodeFixture() {}

  static TableSchema schema(String config) {
    return Schemas.firstVersion(
        ConfigParser.parse(List.of(new ConfigFile("test.yaml", config))).orThrow().getFirst(),
        1,
        1,
        1);
  }

  /// A schema with the fields given as `name: type` lines.
  static TableSchema fields(String... fields) {
    return schema("collection: test\nfields:\n  " + String.join("\n  ", fields) + "\n");
  }

  /// The value of a column as configs and people see it; a list is a List.
  static @Nullable Object value(TableSchema schema, Row row, String name) {
    ColumnSpec column = schema.column(name);
    int position = schema.columns().indexOf(column);
    ColumnType.Scalar type = schema.columns().get(position).type().element();
    return switch (row.kind(position)) {
      case NULL -> null;
      case LONG -> Values.fromLong(type, row.longAt(position));
      case DOUBLE -> row.doubleAt(position);
      case BYTES -> Values.fromBytes(type, row.bytesAt(position));
      case LIST -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (Object element : row.listAt(position)) {
          values.add(
              switch (element) {
                case null -> null;
                case Long value -> Values.fromLong(type, value);
                case Double value -> value;
                case byte[] value -> Values.fromBytes(type, value);
                default -> throw new AssertionError(element);
              });
        }
        yield values;
      }
    };
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
