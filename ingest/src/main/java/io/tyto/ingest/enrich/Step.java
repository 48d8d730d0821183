package io.tyto.ingest.enrich;

import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.Enricher;
import io.tyto.model.plugin.InputField;
import io.tyto.model.port.AdminService.PipelineField;
import io.tyto.model.port.AdminService.PipelineStep;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// One enricher at its place in the pipeline. Thread-safe.
final class Step {
  private final int position;
  private final StepSettings settings;
  private final Enricher enricher;
  private final List<InputField> reads;
  private final List<AddedField> adds;
  private final StepCounters counters = new StepCounters();

  /// @param position from 1
  Step(int position, StepSettings settings, Enricher enricher) {
    this(position, settings, enricher, enricher.reads(), enricher.adds());
  }

  private Step(
      int position,
      StepSettings settings,
      Enricher enricher,
      List<InputField> reads,
      List<AddedField> adds) {
    this.position = position;
    this.settings = settings;
    this.enricher = enricher;
    this.reads = List.copyOf(reads);
    this.adds = List.copyOf(adds);
  }

  /// The same enricher with counters of its own.
  Step uncounted() {
    return new Step(position, settings, enricher, reads, adds);
  }

  int position() {
    return position;
  }

  String name() {
    return settings.enricher();
  }

  /// For messages.
  String title() {
    return "%s: pipeline.%s (step %d)".formatted(settings.where(), name(), position);
  }

  Enricher enricher() {
    return enricher;
  }

  List<InputField> reads() {
    return reads;
  }

  List<AddedField> adds() {
    return adds;
  }

  StepCounters counters() {
    return counters;
  }

  static String typesOf(InputField input) {
    return input.types().stream().map(ColumnType::toString).collect(Collectors.joining(" or "));
  }

  PipelineStep status(List<TableSchema> schemas) {
    Map<String, List<String>> collections = new TreeMap<>();
    for (TableSchema schema : schemas) {
      BoundStep bound = BoundStep.of(this, schema);
      if (bound != null) {
        collections.put(schema.name(), bound.columnNames());
      }
    }
    List<PipelineField> inputs =
        reads.stream()
            .map(field ->
                new PipelineField(
                    field.name(), typesOf(field), field.isRequired() ? "" : "where it is there"))
            .toList();
    List<PipelineField> outputs =
        adds.stream()
            .map(field ->
                new PipelineField(field.name(), field.type().toString(), field.description()))
            .toList();
    return counters.status(
        new PipelineStep(
            position,
            name(),
            enricher.dataVersion(),
            inputs,
            outputs,
            collections,
            0,
            0,
            0,
            0,
            null));
  }
}
