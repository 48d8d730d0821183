package io.tyto.ingest.config;

import io.tyto.engine.expression.ExpressionEvaluator;
import io.tyto.ingest.enrich.Pipeline;
import io.tyto.model.expression.Expression;
import io.tyto.model.expression.ExpressionException;
import io.tyto.model.expression.ExpressionParser;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnSpec.Role;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.Discovery;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.Privacy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the section `fields`.
final class FieldReader {
  static final int MAX_FIELDS = 1_000;
  static final int MAX_ALIASES = 16;
  static final int MAX_DISCOVERED = 500;
  static final int MAX_AFTER = 100_000;

  /// Fields with `state`: each takes some bytes of every entity, for ever.
  static final int MAX_RUNNING = 16;

  static final String API_EXPECTED =
      "expected a name of ASCII letters and digits that begins with a small letter, such as"
          + " eventCount";

  private static final String NAME = "[A-Za-z][A-Za-z0-9_]{0,127}";
  private static final String MEASURE_HINT = "; every number is a measure without being told";
  private static final Pattern WORD = Pattern.compile("[\"`]?(\\w+)");

  private final Section fields;
  private final @Nullable Pipeline pipeline;
  private final List<ColumnSpec> joined;
  private final Map<String, DimensionTable> tables;
  private final Problems problems;

  /// Types that expressions may use so far: all plain columns, and derived ones as they are read.
  private final Map<String, ColumnType> types = new HashMap<>();

  private final Map<String, Section> sections = new LinkedHashMap<>();
  private final Set<String> takenAliases = new HashSet<>();
  private boolean hasDiscovery;

  /// What was read so far, by name.
  private final Map<String, ColumnSpec> known = new HashMap<>();

  private final List<Lifetime.Measure> running = new ArrayList<>();

  /// Fields that are computed from dimension tables on reading.
  private final Set<String> lookups = new HashSet<>();

  /// Fields whose type is not known because something is wrong with them; what uses them is not
  /// wrong for that reason alone.
  private final Set<String> broken = new HashSet<>();

  /// @param joined columns that joins and rules add behind those of the file
  /// @param broken names of joined columns of which no more is known
  /// @param tables that expressions may look into, by name
  FieldReader(
      Section fields,
      @Nullable Pipeline pipeline,
      List<ColumnSpec> joined,
      Set<String> broken,
      Map<String, DimensionTable> tables,
      Problems problems) {
    this.tables = tables;
    this.fields = fields;
    this.pipeline = pipeline;
    this.joined = joined;
    this.broken.addAll(broken);
    this.problems = problems;
    for (ColumnSpec column : joined) {
      types.put(column.name(), column.type());
      known.put(column.name(), column);
    }
  }

  /// The columns in the order of the file; those without a readable type are left out.
  Fields read() {
    List<Located> names = fields.names();
    if (names.isEmpty()) {
      problems.wrong(fields.line(), "fields", "is empty, expected at least one column");
    }
    if (names.size() > MAX_FIELDS) {
      problems.wrong(
          fields.line(),
          "fields",
          "has %d columns, at most %d".formatted(names.size(), MAX_FIELDS));
      return new Fields(List.of(), Set.copyOf(fields.keys()));
    }
    for (Located name : names) {
      readPlainType(name);
    }
    // What is computed may use every plain field, wherever that stands.
    names.stream().filter(name -> !isComputed(name)).forEach(this::readColumn);
    names.stream().filter(this::isComputed).forEach(this::readColumn);
    List<ColumnSpec> columns = new ArrayList<>();
    for (Located name : names) {
      ColumnSpec column = known.get(name.value());
      if (column != null) {
        columns.add(column);
      }
    }
    checkEnriched(columns);
    columns.addAll(joined);
    checkApiNames(columns);
    if (running.size() > MAX_RUNNING) {
      problems.wrong(
          fields.line(),
          fields.path(),
          "has %d fields with `state`, at most %d".formatted(running.size(), MAX_RUNNING));
    }
    return new Fields(columns, broken, running);
  }

  private boolean isComputed(Located name) {
    Section section = sections.get(name.value());
    return section != null && (section.has("derive") || section.has("state"));
  }

  private void readColumn(Located name) {
    ColumnSpec column = column(name);
    if (column != null) {
      known.put(column.name(), column);
    }
  }

  private void readPlainType(Located name) {
    String key = name.value();
    if (!key.matches(NAME)) {
      problems.wrong(
          name.line(),
          name.key(),
          "a column's name has ASCII letters, digits and '_' and begins with a letter; name it so"
              + " and write `source: { map: { <name>: \"/%s\" } }`".formatted(escaped(key)));
    }
    Section section = null;
    if (fields.isSection(key)) {
      section = fields.section(key);
    }
    if (section != null) {
      section.allowOnly(ConfigKeys.FIELD);
      sections.put(key, section);
    }
    if (section == null || !isComputed(name)) {
      ColumnType type = type(name, section);
      if (type == null) {
        broken.add(key);
      } else {
        types.put(key, type);
      }
    }
  }

  /// The declared type: of `type`, or of the short form `name: type`.
  private @Nullable ColumnType type(Located name, @Nullable Section section) {
    Section holder = section == null ? fields : section;
    String key = section == null ? name.value() : "type";
    if (!holder.has(key)) {
      problems.wrong(
          name.line(), name.key() + ".type", "is missing, expected a type such as string");
      return null;
    }
    Located text = holder.text(key);
    return text == null ? null : parsedType(text);
  }

  private @Nullable ColumnType parsedType(Located text) {
    try {
      return ColumnType.parse(text.value());
    } catch (IllegalArgumentException e) {
      problems.wrong(text, typeHint(text.value(), String.valueOf(e.getMessage())));
      return null;
    }
  }

  private static String typeHint(String found, String message) {
    if (found.matches("decimal\\(\\s*\\d+\\s*")) {
      return "expected a type; inside { } a type with a comma stands in quotes: \"decimal(18,2)\"";
    }
    int colon = message.indexOf(": ");
    return found.startsWith("decimal") || colon < 0 ? message : message.substring(colon + 2);
  }

  private @Nullable ColumnSpec column(Located name) {
    Section section = sections.get(name.value());
    if (section == null) {
      ColumnType type = types.get(name.value());
      return type == null ? null : plain(name.value(), type);
    }
    Located derive = section.text("derive");
    Located state = section.text("state");
    if (state != null) {
      readState(name, state, section);
    }
    Expression expression =
        derive == null || state != null ? null : expression(name, derive, section);
    ColumnType type = types.get(name.value());
    Privacy privacy =
        type == null ? null : PrivacyReader.read(section.section("privacy"), type, problems);
    return type == null
        ? null
        : new ColumnSpec(
            0,
            name.value(),
            apiName(name.value(), section),
            type,
            role(section, type),
            section.plainText("description"),
            section.plainText("deprecated"),
            section.plainText("unit"),
            expression,
            ConfigReader.annotations(section.section("annotations")),
            privacy,
            aliases(section),
            state == null ? enriched(section) : Lifetime.FILLER,
            discovery(section, type));
  }

  /// A field that says how a measure of the entity stands with the event.
  private void readState(Located name, Located state, Section section) {
    for (String other : List.of("type", "derive", "enriched", "discover", "privacy")) {
      if (section.has(other)) {
        problems.wrong(
            section.line(other),
            section.pathOf(other),
            "stands beside `state`, which alone says what the field holds; leave it out");
      }
    }
    Set<String> unknown = new HashSet<>(fields.keys());
    unknown.removeAll(known.keySet());
    Fields soFar = new Fields(List.copyOf(known.values()), unknown);
    Lifetime.Measure measure = new LifetimeReader(soFar, problems).running(name.value(), state);
    ColumnSpec of =
        measure == null || measure.column() == null ? null : known.get(measure.column());
    if (measure == null) {
      String used = LifetimeReader.columnIn(state.value());
      if (used != null && !broken.contains(used) && sections.containsKey(used)) {
        String hint = below(used);
        if (!hint.isEmpty()) {
          problems.wrong(state, "expected a column that is known here" + hint);
        }
      }
      broken.add(name.value());
    } else {
      running.add(measure);
      types.put(name.value(), measure.type(of == null ? null : of.type()));
    }
  }

  /// `discover: {}` takes the defaults.
  private @Nullable Discovery discovery(Section section, ColumnType type) {
    Section discover = section.section("discover");
    if (discover == null) {
      return null;
    }
    discover.allowOnly(ConfigKeys.DISCOVER);
    int line = section.line("discover");
    if (!(type instanceof ColumnType.JsonType)
        || section.has("derive")
        || section.has("enriched")) {
      problems.wrong(
          line,
          section.pathOf("discover"),
          "stands on a field that events do not fill as they are; expected it on a plain json field");
    }
    if (hasDiscovery) {
      problems.wrong(
          line, section.pathOf("discover"), "stands on a second field; one takes all there is");
    }
    hasDiscovery = true;
    return new Discovery(
        number(discover, "max", Discovery.DEFAULT_MAX, MAX_DISCOVERED),
        number(discover, "after", Discovery.DEFAULT_AFTER, MAX_AFTER),
        discover.texts("ignore").stream().map(Located::value).toList());
  }

  private int number(Section section, String key, int otherwise, int most) {
    Located text = section.text(key);
    if (text == null) {
      return otherwise;
    }
    if (text.value().matches("[0-9]{1,6}")) {
      int number = Integer.parseInt(text.value());
      if (number >= 1 && number <= most) {
        return number;
      }
    }
    problems.wrong(text, "expected a whole number from 1 to " + most);
    return otherwise;
  }

  private List<String> aliases(Section section) {
    List<String> aliases = new ArrayList<>();
    for (Located alias : section.texts("aliases")) {
      if (!alias.value().matches(NAME)) {
        problems.wrong(alias, "expected a name the field had: letters, digits and '_'");
      } else if (fields.has(alias.value())) {
        problems.wrong(
            alias, "which is a field of its own; a field goes over to another name, or stays");
      } else if (takenAliases.add(alias.value())) {
        aliases.add(alias.value());
      } else {
        problems.wrong(alias, "stands twice; one name went over to one field");
      }
    }
    if (aliases.size() > MAX_ALIASES) {
      problems.wrong(
          section.line("aliases"),
          section.pathOf("aliases"),
          "has %d names, at most %d".formatted(aliases.size(), MAX_ALIASES));
    }
    return aliases;
  }

  private @Nullable String enriched(Section section) {
    Located enriched = section.text("enriched");
    if (enriched == null) {
      return null;
    }
    if (section.has("derive")) {
      problems.wrong(
          enriched, "which stands beside `derive`; expected one of them: who fills the field");
    }
    if (enriched.value().equals(Join.OfTable.FILLER)
        || enriched.value().equals(Join.OfEvents.FILLER)) {
      problems.wrong(enriched, "expected an enricher; joined fields stand in `join` alone");
    }
    if (enriched.value().equals(Lifetime.FILLER)) {
      problems.wrong(enriched, "expected an enricher; a measure of the entity is `state: count`");
    }
    if (enriched.value().equals(Anomaly.FILLER)) {
      problems.wrong(enriched, "expected an enricher; marks stand in `anomalies` alone");
    }
    return enriched.value();
  }

  /// Whether the server's pipeline fills what it is said to fill.
  private void checkEnriched(List<ColumnSpec> columns) {
    if (pipeline == null) {
      return;
    }
    Map<String, ColumnSpec> byName = new HashMap<>();
    columns.forEach(column -> byName.put(column.name(), column));
    for (ColumnSpec column : columns) {
      Section section = sections.get(column.name());
      Located enriched = section == null ? null : section.text("enriched");
      String problem = enriched == null ? null : pipeline.problem(column, byName::get);
      if (enriched != null && problem != null) {
        problems.wrong(enriched, problem);
      }
    }
  }

  private static ColumnSpec plain(String name, ColumnType type) {
    return new ColumnSpec(
        0, name, ApiNames.field(name), type, Role.AUTO, null, null, null, null, Map.of());
  }

  private @Nullable Expression expression(Located name, Located derive, Section section) {
    Expression expression = null;
    try {
      expression = checked(derive.value(), section);
      types.put(name.value(), expression.type());
      if (expression.isLookup()) {
        lookups.add(name.value());
        requireNoPrivacy(section);
      }
    } catch (ExpressionException e) {
      String word = wordAt(derive.value(), e.position());
      if (!broken.contains(word)) {
        problems.wrong(
            derive,
            "at character %d: %s%s".formatted(e.position() + 1, e.getMessage(), below(word)));
      }
    } catch (IllegalArgumentException e) {
      problems.wrong(derive, String.valueOf(e.getMessage()));
    }
    if (expression == null) {
      broken.add(name.value());
    }
    return expression;
  }

  private void requireNoPrivacy(Section section) {
    if (section.has("privacy")) {
      problems.wrong(
          section.line("privacy"),
          section.pathOf("privacy"),
          "stands on a field that is looked up when somebody asks; nothing of it is stored, and a private key has no rows in a table");
    }
  }

  private Expression checked(String derive, Section section) {
    Expression expression = ExpressionParser.parse(derive, types, tables);
    Located declared = section.text("type");
    ColumnType type = declared == null ? null : parsedType(declared);
    if (type != null) {
      expression = ExpressionParser.as(expression, type);
    }
    ExpressionEvaluator.check(expression);
    for (String name : expression.columns()) {
      if (lookups.contains(name)) {
        throw new IllegalArgumentException(
            "it uses %s, which is looked up when somebody asks and never stored; put the lookup itself into the expression"
                .formatted(name));
      }
    }
    return expression;
  }

  /// A derived field sees only derived fields above it, which keeps them free of circles.
  private String below(String word) {
    Section field = sections.get(word);
    boolean isComputed = field != null && (field.has("derive") || field.has("state"));
    return isComputed && !types.containsKey(word)
        ? "; a computed field can be used only by fields below it, move %s up".formatted(word)
        : "";
  }

  /// The name that an error is about, or an empty text.
  private static String wordAt(String text, int position) {
    Matcher matcher = WORD.matcher(text).region(position, text.length());
    return matcher.lookingAt() ? matcher.group(1) : "";
  }

  private String apiName(String name, Section section) {
    Located api = section.text("api");
    if (api == null) {
      return ApiNames.field(name);
    }
    if (!ApiNames.isValid(api.value())) {
      problems.wrong(api, API_EXPECTED);
      return ApiNames.field(name);
    }
    return api.value();
  }

  private Role role(Section section, ColumnType type) {
    Located role = section.text("role");
    if (role == null) {
      return Role.AUTO;
    }
    switch (role.value()) {
      case "dimension" -> {
        return Role.DIMENSION;
      }
      case "id" -> {
        boolean canBeId =
            type instanceof ColumnType.StringType
                || type instanceof ColumnType.IntType
                || type instanceof ColumnType.LongType
                || type instanceof ColumnType.UuidType;
        if (!canBeId) {
          problems.wrong(role, "expected on a string, int, long or uuid, not on " + type);
        }
        return Role.ID;
      }
      default -> {
        problems.wrong(
            role,
            "expected dimension or id" + (role.value().equals("measure") ? MEASURE_HINT : ""));
        return Role.AUTO;
      }
    }
  }

  /// Names that meet after camel-casing, as a member or as an enum constant, or that the API needs.
  private void checkApiNames(List<ColumnSpec> columns) {
    Map<String, ColumnSpec> members = new HashMap<>();
    Map<String, ColumnSpec> constants = new HashMap<>();
    for (ColumnSpec column : columns) {
      String api = column.apiName();
      String key = fields.pathOf(column.name());
      if (!column.name().matches(NAME)) {
        continue; // said already
      }
      if (ApiNames.RESERVED_MEMBERS.contains(api)) {
        problems.wrong(
            fields.line(column.name()),
            key,
            "the API needs the name '%s' for itself; add `api: event%s`"
                .formatted(api, ApiNames.type(api)));
        continue;
      }
      ColumnSpec other = members.putIfAbsent(api, column);
      if (other == null) {
        other = constants.putIfAbsent(ApiNames.constant(api), column);
      }
      if (other != null) {
        problems.wrong(
            fields.line(column.name()),
            key,
            "is '%s' in the API, and so is the column %s (line %d); add `api: %s` to one of them"
                .formatted(api, other.name(), fields.line(other.name()), free(api, columns)));
      }
    }
  }

  private static String free(String taken, List<ColumnSpec> columns) {
    for (int i = 2; ; i++) {
      String candidate = taken + i;
      if (columns.stream().noneMatch(column -> column.apiName().equals(candidate))) {
        return candidate;
      }
    }
  }

  private static String escaped(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
