package io.tyto.ingest.config;

import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.EventConfig;
import java.util.List;

/// Reads event configs. Thread-safe: no state.
public final class ConfigParser {
  private ConfigParser() {}

  /// Reads files that are all there is.
  public static ParsedConfigs parse(List<ConfigFile> files) {
    return parse(files, List.of());
  }

  /// Reads files beside collections that stand already; one of the same name is taken as replaced.
  ///
  /// @param standing configs of the catalog, for the check of names against each other
  public static ParsedConfigs parse(List<ConfigFile> files, List<EventConfig> standing) {
    throw new UnsupportedOperationException();
  }
}
