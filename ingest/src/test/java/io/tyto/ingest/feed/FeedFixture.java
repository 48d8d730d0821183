package io.tyto.ingest.feed;

import io.tyto.engine.row.Row;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.plugin.Plugins;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Schemas with ids of one's choice, events, and rows as logical values.
final class FeedFixture {
  static final DecodeContext CONTEXT =
      DecodeContext.of(Clock.fixed(Instant.parse("2026-11-21T12:00:00Z"), ZoneOffset.UTC));

  static final DecoderRegistry DECODERS = DecoderRegistry.of(Plugins.builtIn());

  private FeedFixture() {}

  static TableSchema schema(int group, int collection, String config) {
    return Schemas.firstVersion(
        ConfigParser.parse(List.of(new ConfigFile("test.yaml", config))).orThrow().getFirst(),
        1,
        group,
        collection);
  }

  static RawEvent event(long offset, byte @Nullable [] payload) {
    return new RawEvent(offset, offset, null, payload, List.of());
  }

  static RawEvent event(long offset, String payload) {
    return event(offset, payload.getBytes(StandardCharsets.UTF_8));
  }

  /// The columns of a row that are not null, as people see them; a list is a List.
  static Map<String, Object> values(TableSchema schema, Row row) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnType.Scalar type = schema.columns().get(i).type().element();
      String name = schema.columns().get(i).name();
      switch (row.kind(i)) {
        case NULL -> {}
        case LONG -> values.put(name, Values.fromLong(type, row.longAt(i)));
        case DOUBLE -> values.put(name, row.doubleAt(i));
        case BYTES -> values.put(name, Values.fromBytes(type, row.bytesAt(i)));
        case LIST -> {
          List<@Nullable Object> list = new ArrayList<>();
          for (Object element : row.listAt(i)) {
            list.add(
                switch (element) {
                  case null -> null;
                  case Long value -> Values.fromLong(type, value);
                  case Double value -> value;
                  case byte[] value -> Values.fromBytes(type, value);
                  default -> throw new AssertionError(element);
                });
          }
          values.put(name, list);
        }
      }
    }
    return values;
  }
}
