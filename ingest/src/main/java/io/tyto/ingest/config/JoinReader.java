package io.tyto.ingest.config;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.Join.AsOf;
import io.tyto.model.text.Suggestion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the section `join`: first the columns that it adds, because fields may be derived from
/// them, and then the joins, because they refer to fields.
final class JoinReader {
  private static final String NAME = "[A-Za-z][A-Za-z0-9_]{0,127}";

  private final List<Section> sections;
  private final Map<String, DimensionTable> tables;

  /// Null: other collections are not known, so nothing is said of what is taken from them.
  private final @Nullable EventJoinReader events;

  private final Problems problems;
  private final List<ColumnSpec> columns = new ArrayList<>();
  private final Set<String> broken = new HashSet<>();

  /// @param top of the config
  /// @param fields its section `fields`
  /// @param tables that may be joined, by name
  /// @param sources collections that may be, likewise; null where they are not known
  JoinReader(
      Section top,
      @Nullable Section fields,
      Map<String, DimensionTable> tables,
      @Nullable Map<String, EventConfig> sources,
      Problems problems) {
    this.sections = top.sections("join");
    this.tables = tables;
    this.events = sources == null ? null : new EventJoinReader(sources, problems);
    this.problems = problems;
    if (sections.size() > Join.MAX_JOINS) {
      problems.wrong(
          top.line("join"),
          "join",
          "has %d entries, at most %d".formatted(sections.size(), Join.MAX_JOINS));
    }
    Set<String> taken = new HashSet<>(fields == null ? List.of() : fields.keys());
    for (Section section : sections) {
      boolean isOfEvents = isOfEvents(section);
      section.allowOnly(isOfEvents ? ConfigKeys.JOIN_EVENTS : ConfigKeys.JOIN_TABLE);
      DimensionTable table = isOfEvents ? null : table(section);
      EventConfig source = isOfEvents && events != null ? events.source(section) : null;
      Section take = section.section("take");
      if (take == null) {
        problems.wrong(
            section.line(),
            section.pathOf("take"),
            "is missing, expected new fields and those of the %s, such as { server_region: region }"
                .formatted(isOfEvents ? "collection" : "table"));
        continue;
      }
      for (Located entry : take.entries()) {
        String name = newName(take, entry, taken);
        ColumnSpec column = null;
        if (name != null && source != null && events != null) {
          column = events.column(name, entry, source);
        } else if (name != null && table != null) {
          column = column(name, entry, table);
        }
        if (column != null) {
          columns.add(column);
        } else if (name != null) {
          broken.add(name);
        }
      }
    }
  }

  /// Whether an entry takes from a collection and not from a table.
  static boolean isOfEvents(Section section) {
    return section.has("from");
  }

  /// The name of a joined column; null, with a problem, where it cannot have that.
  private @Nullable String newName(Section take, Located entry, Set<String> taken) {
    String name = entry.key().substring(take.path().length() + 1);
    if (!name.matches(NAME)) {
      problems.wrong(
          entry.line(),
          entry.key(),
          "a column's name has ASCII letters, digits and '_' and begins with a letter");
      return null;
    }
    if (!taken.add(name)) {
      problems.wrong(
          entry.line(),
          entry.key(),
          "is a column already; give the joined one another name, and leave it out of `fields`");
      return null;
    }
    return name;
  }

  private @Nullable ColumnSpec column(String name, Located entry, DimensionTable table) {
    ColumnSpec field = table.column(entry.value());
    if (field == null) {
      List<String> names = table.columns().stream().map(ColumnSpec::name).toList();
      problems.wrong(
          entry,
          "expected a field of the table %s: %s%s"
              .formatted(
                  table.name(),
                  String.join(", ", names),
                  Suggestion.didYouMean(entry.value(), names)));
      return null;
    }
    return new ColumnSpec(
        0,
        name,
        ApiNames.field(name),
        field.type(),
        field.role(),
        field.description(),
        field.deprecated(),
        field.unit(),
        null,
        field.annotations(),
        null,
        List.of(),
        Join.OfTable.FILLER,
        null);
  }

  /// Null, with a problem, where there is none.
  private @Nullable DimensionTable table(Section section) {
    Located name = section.requiredText("table", "the dimension table to look into");
    DimensionTable table = name == null ? null : tables.get(name.value());
    if (name != null && table == null) {
      problems.wrong(
          name,
          tables.isEmpty()
              ? "expected a dimension table; there is none: write a file with `table: %s`"
                  .formatted(name.value())
              : "expected a dimension table: %s%s"
                  .formatted(
                      String.join(", ", tables.keySet()),
                      Suggestion.didYouMean(name.value(), tables.keySet())));
    }
    return table;
  }

  /// What the joins add to the collection.
  List<ColumnSpec> columns() {
    return columns;
  }

  /// Names that they would add, were there not something wrong.
  Set<String> broken() {
    return broken;
  }

  /// @param fields of the collection, the joined ones included
  /// @param time the column of the event's time, or null
  /// @param entity of the collection, or null
  List<Join> read(
      Fields fields,
      @Nullable String time,
      String collection,
      EventConfig.@Nullable Entity entity) {
    List<Join> joins = new ArrayList<>();
    for (Section section : sections) {
      Join join;
      if (!isOfEvents(section)) {
        join = readTable(section, fields, time);
      } else if (events == null || !section.has("take")) {
        join = null;
      } else {
        ColumnSpec timeColumn = time == null ? null : fields.column(time);
        join = events.read(section, taken(section), collection, entity, timeColumn);
      }
      if (join != null) {
        joins.add(join);
      }
    }
    return joins;
  }

  private @Nullable Join readTable(Section section, Fields fields, @Nullable String time) {
    Located name = section.has("table") ? section.text("table") : null;
    DimensionTable table = name == null ? null : tables.get(name.value());
    Located on = section.requiredText("on", "the field whose value is the table's key");
    AsOf asOf = asOf(section, time);
    return table == null || on == null || !section.has("take") || !isKey(on, fields, table)
        ? null
        : new Join.OfTable(table.name(), on.value(), taken(section), asOf);
  }

  private static Map<String, String> taken(Section section) {
    Map<String, String> taken = new LinkedHashMap<>();
    Section take = section.section("take");
    if (take != null) {
      for (String key : take.keys()) {
        String field = take.plainText(key);
        if (field != null) {
          taken.put(key, field);
        }
      }
    }
    return taken;
  }

  private boolean isKey(Located on, Fields fields, DimensionTable table) {
    ColumnSpec column = fields.column(on.value());
    if (column == null) {
      if (!fields.has(on.value())) {
        problems.wrong(on, "expected a column of `fields`" + fields.didYouMean(on.value()));
      }
      return false;
    }
    if (column.derive() != null || column.isJoined() || column.isAppended()) {
      problems.wrong(
          on,
          "which is %s; expected a column that comes with the event or from an enricher: joins run before derived fields"
              .formatted(
                  column.derive() != null
                      ? "derived"
                      : column.isJoined() ? "joined itself" : "filled by the state of the entity"));
      return false;
    }
    ColumnType keyType = table.keyColumn().type();
    if (!column.type().equals(keyType) && !(isWhole(column.type()) && isWhole(keyType))) {
      problems.wrong(
          on,
          "which is a %s, and the key %s of the table %s is a %s; declare one as the other"
              .formatted(column.type(), table.key(), table.name(), keyType));
      return false;
    }
    return true;
  }

  private static boolean isWhole(ColumnType type) {
    return type instanceof ColumnType.IntType || type instanceof ColumnType.LongType;
  }

  private AsOf asOf(Section section, @Nullable String time) {
    Located text = section.text("asOf");
    if (text == null) {
      return time == null ? AsOf.NOW : AsOf.EVENT_TIME;
    }
    for (AsOf asOf : AsOf.values()) {
      if (asOf.name().equals(text.value())) {
        if (asOf == AsOf.EVENT_TIME && time == null) {
          problems.wrong(text, "which needs the event's time: name its column in `time`");
        }
        return asOf;
      }
    }
    problems.wrong(text, "expected one of " + Arrays.toString(AsOf.values()));
    return AsOf.NOW;
  }
}
