package io.tyto.ingest.config;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.EventConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads event configs: all errors of all files at once, each with file, line, key, what was found
/// and what was expected. Thread-safe: no state.
public final class ConfigParser {
  private ConfigParser() {}

  /// Reads files that are all there is. Whether enriched fields can be filled is not asked.
  public static ParsedConfigs parse(List<ConfigFile> files) {
    return parse(files, List.of(), null);
  }

  /// Reads files beside collections that stand already; one of the same name is taken as replaced.
  ///
  /// @param standing configs of the catalog, for the check of names against each other
  /// @param pipeline fills enriched fields; null where that is not to be checked
  public static ParsedConfigs parse(
      List<ConfigFile> files, List<EventConfig> standing, @Nullable Pipeline pipeline) {
    List<ParsedFile> parsed = new ArrayList<>();
    for (ConfigFile file : files) {
      parsed.add(new ConfigReader(file, pipeline).read());
    }
    CollectionNames.check(parsed, standing);
    List<EventConfig> configs = new ArrayList<>();
    List<ConfigProblem> problems = new ArrayList<>();
    List<ConfigProblem> notes = new ArrayList<>();
    for (ParsedFile file : parsed) {
      EventConfig config = file.config();
      if (config != null && file.problems().isEmpty()) {
        configs.add(config);
      }
      problems.addAll(file.problems().problems());
      notes.addAll(file.problems().notes());
    }
    return new ParsedConfigs(configs, problems, notes);
  }
}
