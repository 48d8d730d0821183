package io.tyto.ingest.enrich.builtin;

import io.tyto.engine.row.Row;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.enrich.RowEnricher;
import io.tyto.ingest.enrich.StepSettings;
import io.tyto.ingest.plugin.Plugins;
import io.tyto.model.plugin.EnricherProvider;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.PipelineStep;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One built-in enricher and a collection with all of its fields.
final class Enriched {
  private final Pipeline pipeline;
  private final TableSchema schema;
  private final RowEnricher enricher;

  /// @param inputs `name: type` of the columns it reads
  Enriched(String name, Map<String, Object> settings, String... inputs) {
    pipeline =
        Pipeline.of(
            List.of(new StepSettings(name, settings, "tyto.yaml:1")),
            Plugins.builtIn()
                .providers(EnricherProvider.class, "enricher", EnricherProvider::name));
    StringBuilder config = new StringBuilder("collection: test\nfields:\n");
    for (String input : inputs) {
      config.append("  ").append(input).append('\n');
    }
    step()
        .adds()
        .forEach(field ->
            config.append(
                "  %s: { type: %s, enriched: %s }\n".formatted(field.name(), field.type(), name)));
    schema =
        Schemas.firstVersion(
            ConfigParser.parse(
                    List.of(new ConfigFile("test.yaml", config.toString())), List.of(), pipeline)
                .orThrow()
                .getFirst(),
            1,
            1,
            1);
    enricher = pipeline.forSchema(schema);
  }

  PipelineStep step() {
    return pipeline.status(List.of()).getFirst();
  }

  /// The fields that are not null after enriching an event with these values; null: none.
  Map<String, Object> of(@Nullable String... values) {
    byte[][] bytes = new byte[values.length][];
    for (int i = 0; i < values.length; i++) {
      String value = values[i];
      bytes[i] = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    }
    return ofBytes(bytes);
  }

  /// The same with whatever bytes.
  Map<String, Object> ofBytes(byte[]... inputs) {
    Row row = new Row(schema.columns().size());
    for (int i = 0; i < inputs.length; i++) {
      if (inputs[i] != null) {
        row.setBytes(i, inputs[i]);
      }
    }
    enricher.enrich(row);
    Map<String, Object> fields = new TreeMap<>();
    for (int i = inputs.length; i < row.size(); i++) {
      ColumnType.Scalar type = schema.columns().get(i).type().element();
      String name = schema.columns().get(i).name();
      switch (row.kind(i)) {
        case NULL, LIST -> {}
        case LONG -> fields.put(name, Values.fromLong(type, row.longAt(i)));
        case DOUBLE -> fields.put(name, row.doubleAt(i));
        case BYTES -> fields.put(name, Values.fromBytes(type, row.bytesAt(i)));
      }
    }
    return fields;
  }
}
