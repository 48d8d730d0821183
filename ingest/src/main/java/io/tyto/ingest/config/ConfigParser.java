package io.tyto.ingest.config;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.EventConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
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
    return parse(files, standing, Map.of(), List.of(), pipeline);
  }

  /// As above.
  ///
  /// @param tables dimension tables that stand already, by name; one among the files replaces its
  ///   namesake
  /// @param created views that no config declares, whose names are taken
  public static ParsedConfigs parse(
      List<ConfigFile> files,
      List<EventConfig> standing,
      Map<String, DimensionTable> tables,
      List<CreatedView> created,
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
    Map<String, EventConfig> sources = sources(events, standing, known);
    List<ParsedFile> parsed = new ArrayList<>();
    for (Opened event : events) {
      parsed.add(event.read(pipeline, known, sources));
    }
    CollectionNames.check(parsed, standing, created);
    AlertSources.check(parsed, standing);
    checkJoins(parsed, standing);
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

  /// Reads a config of the catalog, which was valid when it was applied.
  ///
  /// An old version may take fields that are gone since nobody took them any more: it is read
  /// without what it took.
  ///
  /// @param sources what is known of the collections that it takes fields of, by {@link #own}
  public static EventConfig parseStored(
      ConfigFile file,
      Map<String, DimensionTable> tables,
      Function<String, @Nullable EventConfig> sources) {
    Map<String, EventConfig> known = new TreeMap<>();
    for (String name : Opened.of(file).sources()) {
      EventConfig source = sources.apply(name);
      if (source != null) {
        known.put(name, source);
      }
    }
    ParsedFile read = Opened.of(file).read(null, tables, known);
    if (!known.isEmpty() && !read.problems().isEmpty()) {
      read = Opened.of(file).read(null, tables, null);
    }
    CollectionNames.check(List.of(read), List.of(), List.of());
    EventConfig config = read.config();
    List<EventConfig> configs =
        config == null || !read.problems().isEmpty() ? List.of() : List.of(config);
    return new ParsedConfigs(
            configs, List.of(), read.problems().problems(), read.problems().notes())
        .orThrow()
        .getFirst();
  }

  /// What a config says of itself: without fields taken from other collections, and what is derived
  /// from these. Null where it cannot be read.
  public static @Nullable EventConfig own(ConfigFile file, Map<String, DimensionTable> tables) {
    return Opened.of(file).read(null, tables, null).config();
  }

  /// What joins may take: of each collection its own fields, as of the files.
  private static Map<String, EventConfig> sources(
      List<Opened> events, List<EventConfig> standing, Map<String, DimensionTable> tables) {
    Map<String, EventConfig> sources = new TreeMap<>();
    if (events.stream().allMatch(event -> event.sources().isEmpty())) {
      return sources;
    }
    standing.forEach(config -> sources.put(config.collection(), config));
    for (Opened event : events) {
      EventConfig config = own(event.file(), tables);
      if (config != null) {
        sources.put(config.collection(), config);
      }
    }
    return sources;
  }

  private static void checkJoins(List<ParsedFile> parsed, List<EventConfig> standing) {
    Map<String, EventConfig> all = new TreeMap<>();
    standing.forEach(config -> all.put(config.collection(), config));
    Map<String, ParsedFile> files = new TreeMap<>();
    for (ParsedFile file : parsed) {
      EventConfig config = file.config();
      if (config != null) {
        all.put(config.collection(), config);
        files.put(config.collection(), file);
      }
    }
    EventJoinReader.check(all, files);
  }

  /// A file as YAML.
  record Opened(ConfigFile file, YamlFile.Content content, Problems problems) {
    static Opened of(ConfigFile file) {
      Problems problems = new Problems(file.name());
      return new Opened(file, YamlFile.read(file, problems), problems);
    }

    /// As {@link ConfigReader} reads it.
    ParsedFile read(
        @Nullable Pipeline pipeline,
        Map<String, DimensionTable> tables,
        @Nullable Map<String, EventConfig> sources) {
      return new ConfigReader(file, content, pipeline, tables, sources, problems).read();
    }

    /// Names of the collections that it takes fields of. What is wrong with them is said when the
    /// file is read.
    List<String> sources() {
      Section top = Opened.of(file).content().top();
      List<String> names = new ArrayList<>();
      for (Section join : top == null ? List.<Section>of() : top.sections("join")) {
        String name = JoinReader.isOfEvents(join) ? join.plainText("from") : null;
        if (name != null) {
          names.add(name);
        }
      }
      return names;
    }

    /// Whether it is a dimension table and not a collection.
    boolean isTable() {
      Section top = content.top();
      return top != null && top.has("table") && !top.has("collection");
    }
  }
}
