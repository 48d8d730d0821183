package io.tyto.ingest.config;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.EventConfig.Entity;
import io.tyto.model.schema.EventConfig.Expose;
import io.tyto.model.schema.EventConfig.Retention;
import io.tyto.model.schema.EventConfig.TimeBounds;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.Lifetime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads one file to one config.
final class ConfigReader {
  private static final String NAME = "[A-Za-z][A-Za-z0-9_-]{0,63}";
  private static final String UNNAMED = "unnamed";

  private final ConfigFile file;
  private final YamlFile.Content content;
  private final @Nullable Pipeline pipeline;
  private final Map<String, DimensionTable> tables;
  private final @Nullable Map<String, EventConfig> sources;
  private final Problems problems;

  /// @param tables that may be joined, by name
  /// @param sources collections that may be, likewise; null where they are not known: then fields
  ///   taken from them are left out, and so is what is derived from these
  ConfigReader(
      ConfigFile file,
      YamlFile.Content content,
      @Nullable Pipeline pipeline,
      Map<String, DimensionTable> tables,
      @Nullable Map<String, EventConfig> sources,
      Problems problems) {
    this.sources = sources;
    this.file = file;
    this.content = content;
    this.pipeline = pipeline;
    this.tables = tables;
    this.problems = problems;
  }

  ParsedFile read() {
    Section top = content.top();
    if (top == null) {
      return new ParsedFile(null, problems, 1, 1);
    }
    top.allowOnly(ConfigKeys.TOP);
    String collection = collection(top);
    Section fields = top.section("fields");
    if (fields == null && !top.has("fields")) {
      problems.wrong(
          top.line(),
          "fields",
          "is missing, expected the columns, such as `ts: { type: timestamp }`");
    }
    JoinReader joins = new JoinReader(top, fields, tables, sources, problems);
    Set<String> taken = new HashSet<>(fields == null ? List.of() : fields.keys());
    List<ColumnSpec> added = new ArrayList<>(joins.columns());
    added.forEach(column -> taken.add(column.name()));
    AnomalyReader anomalies = new AnomalyReader(top, taken, problems);
    added.addAll(anomalies.columns());
    Fields columns =
        fields == null
            ? new Fields(List.of(), Set.of())
            : new FieldReader(fields, pipeline, added, joins.broken(), tables, problems).read();
    String time = columnName(top, "time", columns, ConfigReader::isTime, "a timestamp or a date");
    Entity entity = entity(top, columns);
    List<Join> joined = joins.read(columns, time, collection, entity);
    EventConfig config =
        new EventConfig(
            collection,
            apiName(top, collection),
            top.plainText("description"),
            time,
            entity,
            columnName(top, "eventId", columns, ConfigReader::isKey, "a string, int, long or uuid"),
            columns.columns(),
            new SourceReader(collection, columns, content.files(), problems)
                .read(top.section("source")),
            retention(top.section("retention")),
            timeBounds(top.section("timeBounds")),
            expose(top.section("expose")),
            lifetime(top, fields, columns, anomalies),
            annotations(top.section("annotations")),
            new CubeReader(columns, time, entity == null ? null : entity.key(), problems)
                .read(top.section("cubes")),
            joined,
            new ViewReader(columns, time, entity == null ? null : entity.key(), problems)
                .read(top.section("views")),
            new PolicyReader(columns, problems)
                .read(top, fields, collection)
                .withLabels(PolicyReader.taken(joined, sources)),
            file.text());
    if (fields != null) {
      PrivacyReader.check(config, fields, problems);
    }
    return new ParsedFile(config, problems, top.line("collection"), top.line("entity"));
  }

  private Lifetime lifetime(
      Section top, @Nullable Section fields, Fields columns, AnomalyReader anomalies) {
    boolean hasEntity = top.has("entity");
    Lifetime lifetime =
        new LifetimeReader(columns, problems).read(top.section("lifetime"), hasEntity);
    for (Lifetime.Measure measure : columns.running()) {
      if (fields != null && !hasEntity) {
        problems.wrong(
            fields.line(measure.name()),
            fields.pathOf(measure.name()) + ".state",
            "is kept per entity: say whose events these are, `entity`");
      }
    }
    return lifetime.with(columns.running(), anomalies.read(columns));
  }

  private String collection(Section top) {
    Located name = top.requiredText("collection", "the name of the collection");
    if (name == null) {
      return UNNAMED;
    }
    if (!name.value().matches(NAME)) {
      problems.wrong(
          name, "expected a name of letters, digits, '_' and '-' that begins with a letter");
      return UNNAMED;
    }
    return name.value();
  }

  private String apiName(Section top, String collection) {
    Located api = top.text("api");
    if (api == null) {
      return ApiNames.field(collection);
    }
    if (!ApiNames.isValid(api.value())) {
      problems.wrong(api, FieldReader.API_EXPECTED);
      return ApiNames.field(collection);
    }
    return api.value();
  }

  private @Nullable Entity entity(Section top, Fields columns) {
    Section section = top.section("entity");
    if (section == null) {
      return null;
    }
    section.allowOnly(ConfigKeys.ENTITY);
    Located name = section.requiredText("name", "what the API calls it, such as user");
    if (name != null && !ApiNames.isValid(name.value())) {
      problems.wrong(
          name,
          "expected a name of ASCII letters and digits that begins with a small letter, such as user");
    }
    if (!section.has("key")) {
      problems.wrong(section.line(), "entity.key", "is missing, expected the column of its key");
    }
    String key =
        columnName(section, "key", columns, ConfigReader::isKey, "a string, int, long or uuid");
    return name == null || key == null ? null : new Entity(name.value(), key);
  }

  /// A key whose value is the name of a column of some types.
  private @Nullable String columnName(
      Section section, String key, Fields columns, Predicate<ColumnType> fits, String expected) {
    Located name = section.text(key);
    if (name == null) {
      return null;
    }
    ColumnSpec column = columns.column(name.value());
    if (column != null) {
      if (!fits.test(column.type())) {
        problems.wrong(
            name, "which is a %s; expected a column that is %s".formatted(column.type(), expected));
      }
      if (column.isLookup()) {
        problems.wrong(
            name, "which is looked up when somebody asks; expected a column that is stored");
      }
      if (AppendedColumns.names(columns.columns()).contains(name.value())) {
        problems.wrong(
            name,
            "which is filled from the rows before, or derived from what is; expected a column whose values come with the events");
      } else if (column.enriched() != null) {
        problems.wrong(
            name, "which an enricher fills; expected a column whose values come with the events");
      }
      return name.value();
    }
    if (!columns.has(name.value())) {
      String hint = columns.didYouMean(name.value());
      problems.wrong(name, "expected a column of `fields` that is " + expected + hint);
    }
    return null;
  }

  private static boolean isTime(ColumnType type) {
    return type instanceof ColumnType.TimestampType || type instanceof ColumnType.DateType;
  }

  static boolean isKey(ColumnType type) {
    return type instanceof ColumnType.StringType
        || type instanceof ColumnType.IntType
        || type instanceof ColumnType.LongType
        || type instanceof ColumnType.UuidType;
  }

  private Retention retention(@Nullable Section section) {
    if (section == null) {
      return Retention.NONE;
    }
    section.allowOnly(ConfigKeys.RETENTION);
    return new Retention(period(section, "raw"), period(section, "dead"), period(section, "cubes"));
  }

  private TimeBounds timeBounds(@Nullable Section section) {
    if (section == null) {
      return TimeBounds.DEFAULT;
    }
    section.allowOnly(ConfigKeys.TIME_BOUNDS);
    Period past = period(section, "past");
    Duration future = TimeBounds.DEFAULT.future();
    Located text = section.text("future");
    if (text != null) {
      try {
        future = Duration.parse(text.value());
      } catch (DateTimeException e) {
        problems.wrong(text, "expected an ISO-8601 duration such as P1D or PT15M");
      }
      if (future.isNegative()) {
        problems.wrong(text, "expected a duration that is not negative");
      }
    }
    return new TimeBounds(past, future);
  }

  private @Nullable Period period(Section section, String key) {
    Located text = section.text(key);
    if (text == null) {
      return null;
    }
    try {
      Period period = Period.parse(text.value());
      if (!period.isNegative() && !period.isZero()) {
        return period;
      }
    } catch (DateTimeException e) {
      // Said below, together with periods of no length.
    }
    problems.wrong(text, "expected an ISO-8601 period of days or more such as P90D, P6M or P2Y");
    return null;
  }

  private Expose expose(@Nullable Section section) {
    if (section == null) {
      return Expose.ALL;
    }
    section.allowOnly(ConfigKeys.EXPOSE);
    return new Expose(
        section.bool("aggregate", true),
        section.bool("table", true),
        section.bool("records", true),
        section.bool("cubes", true),
        section.bool("values", true));
  }

  static Map<String, String> annotations(@Nullable Section section) {
    Map<String, String> annotations = new LinkedHashMap<>();
    if (section != null) {
      for (String key : section.keys()) {
        String value = section.plainText(key);
        if (value != null) {
          annotations.put(key, value);
        }
      }
    }
    return annotations;
  }
}
