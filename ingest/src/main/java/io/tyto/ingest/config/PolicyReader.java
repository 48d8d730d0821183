package io.tyto.ingest.config;

import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.EventConfig.Policy;
import io.tyto.model.schema.Join;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads who sees what of a collection: `project`, `access`, and `scope` of fields.
final class PolicyReader {
  private static final String PROJECT = "[a-z][a-z0-9_-]{0,62}";
  private static final String WORD = "[A-Za-z][A-Za-z0-9_]{0,62}";

  private final Fields columns;
  private final Problems problems;

  PolicyReader(Fields columns, Problems problems) {
    this.columns = columns;
    this.problems = problems;
  }

  Policy read(Section top, @Nullable Section fields, String collection) {
    Section access = top.section("access");
    return new Policy(
        project(top),
        collection,
        rows(access),
        labels(fields, top.plainText("time")),
        minGroup(access));
  }

  private int minGroup(@Nullable Section access) {
    Located least = access == null ? null : access.text("minGroup");
    if (least == null) {
      return 0;
    }
    if (!least.value().matches("[2-9]|[1-9][0-9]{1,5}")) {
      problems.wrong(
          least,
          "expected a number from 2 to 999999: how many stand behind what is told to those who may not read rows");
      return 0;
    }
    return Integer.parseInt(least.value());
  }

  /// The labels of fields taken from other collections: those they have there.
  ///
  /// @param sources by name; null where they are not known, and nothing is taken
  static Map<String, Set<String>> taken(
      List<Join> joins, @Nullable Map<String, EventConfig> sources) {
    Map<String, Set<String>> labels = new TreeMap<>();
    for (Join join : sources == null ? List.<Join>of() : joins) {
      if (join instanceof Join.OfEvents(String from, Map<String, String> take, var _)) {
        EventConfig source = Objects.requireNonNull(sources).get(from);
        take.forEach((column, field) -> {
          ColumnSpec spec = source == null ? null : source.column(field);
          if (source != null && spec != null) {
            labels.put(column, Guard.labels(source, spec));
          }
        });
      }
    }
    return labels;
  }

  private String project(Section top) {
    Located project = top.text("project");
    if (project == null) {
      return Caller.DEFAULT_PROJECT;
    }
    if (!project.value().matches(PROJECT)) {
      problems.wrong(
          project,
          "expected a name of small letters, digits, '_' and '-' that begins with a letter");
      return Caller.DEFAULT_PROJECT;
    }
    return project.value();
  }

  private Map<String, String> rows(@Nullable Section access) {
    Map<String, String> rows = new LinkedHashMap<>();
    if (access == null) {
      return rows;
    }
    access.allowOnly(ConfigKeys.ACCESS);
    Section section = access.section("rows");
    if (section == null) {
      return rows;
    }
    for (Located name : section.names()) {
      Located parameter = section.text(name.value());
      if (parameter == null) {
        problems.wrong(
            name, "has no value: expected the callers' parameter that the field is compared with");
      } else if (!parameter.value().matches(WORD)) {
        problems.wrong(parameter, "expected the name of a parameter of keys or a claim of tokens");
      } else if (isTellingWhose(name)) {
        rows.put(name.value(), parameter.value());
      }
    }
    return rows;
  }

  /// Whether rows can be told apart by a field for as long as they are there.
  private boolean isTellingWhose(Located name) {
    ColumnSpec column = columns.column(name.value());
    if (column == null) {
      if (!columns.has(name.value())) {
        problems.wrong(name, "expected a column of `fields`" + columns.didYouMean(name.value()));
      }
      return false;
    }
    if (!Guard.isComparable(column.type())) {
      problems.wrong(
          name,
          "which is a %s; expected a string, int, long, bool or uuid".formatted(column.type()));
      return false;
    }
    if (column.privacy() != null || column.isLookup()) {
      problems.wrong(
          name,
          "whose stored value is not that of the event; expected a field that is stored as it comes");
      return false;
    }
    return true;
  }

  private Map<String, Set<String>> labels(@Nullable Section fields, @Nullable String time) {
    Map<String, Set<String>> labels = new TreeMap<>();
    if (fields == null) {
      return labels;
    }
    for (String name : fields.keys()) {
      Section field = fields.isSection(name) ? fields.section(name) : null;
      Located label = field == null ? null : field.text("scope");
      if (label != null && !label.value().matches(WORD)) {
        problems.wrong(
            label,
            "expected a word such as finance: who shall see the field needs the scope fields:finance");
      } else if (label != null && name.equals(time)) {
        problems.wrong(
            label, "stands on the event's time, which every question needs; leave it out");
      } else if (label != null) {
        labels.put(name, Set.of(label.value()));
      }
    }
    return labels;
  }
}
