package io.tyto.ingest.config;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.EventConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    return parse(files, standing, Map.of(), pipeline);
  }

  /// As above.
  ///
  /// @param tables dimension tables that stand already, by name; one among the files replaces its
  ///   namesake
  public static ParsedConfigs parse(
      List<ConfigFile> files,
      List<EventConfig> standing,
      Map<String, DimensionTable> tables,
      @Nullable Pipeline pipeline) {
    List<ConfigProblem> problems = new ArrayList<>();
    List<ConfigProblem> notes = new ArrayList<>();
    List<DimensionTable> parsedTables = new ArrayList<>();
    Map<String, DimensionTable> known = new TreeMap<>(tables);
    List<Opened> events = new ArrayList<>();
    for (ConfigFile file : files) {
      Opened opened = Opened.of(file);
      if (opened.isTable()) {
        DimensionTable table = new TableReader(opened).read();
        if (table != null && opened.problems().isEmpty()) {
          parsedTables.add(table);
          known.put(table.name(), table);
        }
        problems.addAll(opened.problems().problems());
        notes.addAll(opened.problems().notes());
      } else {
        events.add(opened);
      }
    }
    List<ParsedFile> parsed = new ArrayList<>();
    for (Opened event : events) {
      parsed.add(
          new ConfigReader(event.file(), event.content(), pipeline, known, event.problems())
              .read());
    }
    CollectionNames.check(parsed, standing);
    AlertSources.check(parsed, standing);
    List<EventConfig> configs = new ArrayList<>();
    for (ParsedFile file : parsed) {
      EventConfig config = file.config();
      if (config != null && file.problems().isEmpty()) {
        configs.add(config);
      }
      problems.addAll(file.problems().problems());
      notes.addAll(file.problems().notes());
    }
    return new ParsedConfigs(configs, parsedTables, problems, notes);
  }

  /// Reads a config of the catalog, which was valid beside the others when it was applied.
  public static EventConfig parseStored(ConfigFile file, Map<String, DimensionTable> tables) {
    Opened opened = Opened.of(file);
    ParsedFile read =
        new ConfigReader(file, opened.content(), null, tables, opened.problems()).read();
    CollectionNames.check(List.of(read), List.of());
    EventConfig config = read.config();
    List<EventConfig> configs =
        config == null || !read.problems().isEmpty() ? List.of() : List.of(config);
    return new ParsedConfigs(
            configs, List.of(), read.problems().problems(), read.problems().notes())
        .orThrow()
        .getFirst();
  }

  /// A file as YAML.
  record Opened(ConfigFile file, YamlFile.Content content, Problems problems) {
    static Opened of(ConfigFile file) {
      Problems problems = new Problems(file.name());
      return new Opened(file, YamlFile.read(file, problems), problems);
    }

    /// Whether it is a dimension table and not a collection.
    boolean isTable() {
      Section top = content.top();
      return top != null && top.has("table") && !top.has("collection");
    }
  }
}
