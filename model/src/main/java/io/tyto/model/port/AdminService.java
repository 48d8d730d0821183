package io.tyto.model.port;

import io.tyto.model.schema.TableSchema;
import java.util.List;
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
}
