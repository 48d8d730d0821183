package io.tyto.model.port;

import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The catalog and the state of the node. Thread-safe.
public interface AdminService {

  /// The collections as of now, by name.
  List<TableSchema> collections();

  /// Grows by one with every change of the catalog: a schema built from an older one is stale.
  long catalogVersion();

  /// Takes over configs: new collections and added fields; anything else is refused with
  /// CONFIG_INCOMPATIBLE and the difference, and nothing is applied.
  ///
  /// @param files file name -> text
  ApplyResult applyConfigs(List<ConfigFile> files);

  Status status();

  /// The enrichers in order, and the plug-ins that brought some of them.
  default PipelineStatus pipeline() {
    return PipelineStatus.EMPTY;
  }

  /// Ready to answer: recovered and claimed.
  boolean isReady();

  record ConfigFile(String name, String text) {}

  record ApplyResult(List<String> created, List<String> extended, List<String> unchanged) {}

  record Status(
      long diskBytes,
      long freeDiskBytes,
      List<CollectionStatus> collections,
      List<String> alarms) {}

  record CollectionStatus(
      String name,
      long rows,
      long tailRows,
      int segments,
      long bytes,
      long deadLetters,
      long logLagRecords,
      long sealAgeMillis,
      @Nullable String alarm) {}

  record PipelineStatus(List<PipelineStep> steps, List<PluginJar> plugins) {
    public static final PipelineStatus EMPTY = new PipelineStatus(List.of(), List.of());
  }

  /// One enricher and what it did since the start.
  ///
  /// @param position from 1
  /// @param dataVersion of the data it answers from; empty: it has none
  /// @param collections name -> columns it fills there
  /// @param hits calls that gave at least one value
  /// @param failures calls that threw; their events kept nulls
  /// @param microsPerCall from a sample of the calls; 0 before the first
  record PipelineStep(
      int position,
      String enricher,
      String dataVersion,
      List<PipelineField> reads,
      List<PipelineField> adds,
      Map<String, List<String>> collections,
      long calls,
      long hits,
      long failures,
      double microsPerCall,
      @Nullable String lastFailure) {}

  record PipelineField(String name, String type, String description) {}

  /// @param provides such as `enricher tariff`
  record PluginJar(String file, List<String> provides) {}
}
