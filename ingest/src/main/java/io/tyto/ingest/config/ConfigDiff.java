package io.tyto.ingest.config;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.EventConfig.FileFormat;
import io.tyto.model.schema.EventConfig.Source;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a new version of a config changes. Comments, blanks and the order of fields are no change.
///
/// @param added columns that are new, without ids, in the order of the file
/// @param differences everything else, one sentence each; while there is one, the change cannot be
///   taken over
public record ConfigDiff(List<ColumnSpec> added, List<String> differences) {

  public ConfigDiff {
    added = List.copyOf(added);
    differences = List.copyOf(differences);
  }

  public static ConfigDiff compare(TableSchema current, EventConfig wanted) {
    EventConfig config = current.config();
    List<ColumnSpec> added = new ArrayList<>();
    List<String> differences = new ArrayList<>();
    compareHeads(config, wanted, differences);
    for (ColumnSpec column : current.columns()) {
      ColumnSpec next = wanted.column(column.name());
      if (next == null) {
        differences.add("field " + column.name() + " is gone");
      } else {
        compareColumns(column, next, differences);
      }
    }
    Set<String> addedNames = new HashSet<>();
    for (ColumnSpec column : wanted.columns()) {
      if (config.column(column.name()) == null) {
        added.add(column);
        addedNames.add(column.name());
      }
    }
    compareSources(config.source(), wanted.source(), addedNames, differences);
    return new ConfigDiff(added, differences);
  }

  /// Only fields are added, if anything.
  public boolean isCompatible() {
    return differences.isEmpty();
  }

  public boolean isUnchanged() {
    return added.isEmpty() && differences.isEmpty();
  }

  private static void compareHeads(
      EventConfig before, EventConfig after, List<String> differences) {
    Comparison<EventConfig> heads = new Comparison<>("", before, after, differences);
    heads.of("collection", EventConfig::collection);
    heads.of("api", EventConfig::apiName);
    heads.of("description", EventConfig::description);
    heads.of("time", EventConfig::time);
    heads.of("timeBounds.past", config -> config.timeBounds().past());
    heads.of("timeBounds.future", config -> config.timeBounds().future());
    heads.of("entity.name", config -> config.entity() == null ? null : config.entity().name());
    heads.of("entity.key", config -> config.entity() == null ? null : config.entity().key());
    heads.of("eventId", EventConfig::eventId);
    heads.of("retention.raw", config -> config.retention().raw());
    heads.of("expose.aggregate", config -> config.expose().aggregate());
    heads.of("expose.table", config -> config.expose().table());
    heads.of("expose.records", config -> config.expose().records());
    heads.of("expose.cubes", config -> config.expose().cubes());
    heads.of("expose.values", config -> config.expose().values());
    heads.of("annotations", EventConfig::annotations);
  }

  private static void compareColumns(
      ColumnSpec before, ColumnSpec after, List<String> differences) {
    String prefix = "fields." + before.name() + ".";
    Comparison<ColumnSpec> columns = new Comparison<>(prefix, before, after, differences);
    columns.of("type", ColumnSpec::type);
    columns.of("api", ColumnSpec::apiName);
    columns.of("role", ColumnSpec::role);
    columns.of("description", ColumnSpec::description);
    columns.of("unit", ColumnSpec::unit);
    columns.of("deprecated", ColumnSpec::deprecated);
    columns.of("annotations", ColumnSpec::annotations);
    columns.of("enriched", ColumnSpec::enriched);
    if (!Objects.equals(before.derive(), after.derive())) {
      differences.add(prefix + "derive changes");
    }
  }

  /// Entries for added columns belong to the addition.
  private static void compareSources(
      Source before, Source after, Set<String> added, List<String> differences) {
    compareMaps("source.map.", before.map(), after.map(), added, differences);
    compareMaps("source.formats.", before.formats(), after.formats(), added, differences);
    Comparison<FileFormat> files =
        new Comparison<>("source.file.", before.file(), after.file(), differences);
    files.of("format", FileFormat::format);
    files.of("delimiter", FileFormat::delimiter);
    files.of("quote", FileFormat::quote);
    files.of("columns", FileFormat::columns);
    files.of("nullTokens", FileFormat::nullTokens);
    files.of("emptyIsNull", FileFormat::emptyIsNull);
    files.of("listSeparator", FileFormat::listSeparator);
  }

  private static void compareMaps(
      String prefix,
      Map<String, String> before,
      Map<String, String> after,
      Set<String> added,
      List<String> differences) {
    Set<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    keys.removeAll(added);
    for (String key : keys) {
      new Comparison<>(prefix, before, after, differences).of(key, map -> map.get(key));
    }
  }

  private record Comparison<T>(String prefix, T before, T after, List<String> differences) {
    void of(String key, Function<T, @Nullable Object> part) {
      Object was = part.apply(before);
      Object is = part.apply(after);
      if (!Objects.equals(was, is)) {
        differences.add("%s%s changes from %s to %s".formatted(prefix, key, shown(was), shown(is)));
      }
    }

    private static String shown(@Nullable Object value) {
      return value == null ? "nothing" : "'" + value + "'";
    }
  }
}
