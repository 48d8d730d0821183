package io.tyto.ingest.config;

import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnSpec.Role;
import io.tyto.model.schema.ColumnType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the section `anomalies`: first the columns that it adds, because fields may be derived
/// from them, and then the rules, because they refer to fields.
final class AnomalyReader {
  static final long MAX_AFTER = 1_000_000;

  private static final String NAME = "[A-Za-z][A-Za-z0-9_]{0,127}";
  private static final double MAX_DEVIATIONS = 1_000;
  private static final long MIN_AFTER = 2;
  private static final String ENTITY = "entity";

  private final @Nullable Section section;
  private final Problems problems;
  private final Map<String, Section> rules = new LinkedHashMap<>();

  /// @param top of the config
  /// @param taken names of other columns
  AnomalyReader(Section top, Set<String> taken, Problems problems) {
    this.section = top.section("anomalies");
    this.problems = problems;
    if (section == null) {
      return;
    }
    Set<String> names = new HashSet<>(taken);
    for (Located name : section.names()) {
      Section rule = section.section(name.value());
      if (!name.value().matches(NAME)) {
        problems.wrong(
            name, "expected a name of ASCII letters, digits and '_' that begins with a letter");
      } else if (!names.add(name.value())) {
        problems.wrong(
            name, "which is a column already; the rule adds one of its own, give it another name");
      } else if (rule != null) {
        rule.allowOnly(ConfigKeys.ANOMALY);
        rules.put(name.value(), rule);
      }
    }
    if (rules.size() > Anomaly.MAX_RULES) {
      problems.wrong(
          section.line(),
          section.path(),
          "has %d rules, at most %d".formatted(rules.size(), Anomaly.MAX_RULES));
    }
    if (!top.has("entity")) {
      problems.wrong(
          section.line(),
          section.path(),
          "is kept per entity: say whose events these are, `entity`");
    }
  }

  /// What the rules add to the collection.
  List<ColumnSpec> columns() {
    return rules.keySet().stream().map(AnomalyReader::column).toList();
  }

  private static ColumnSpec column(String name) {
    return new ColumnSpec(
        0,
        name,
        ApiNames.field(name),
        new ColumnType.BoolType(),
        Role.AUTO,
        null,
        null,
        null,
        null,
        Map.of(),
        null,
        List.of(),
        Anomaly.FILLER,
        null);
  }

  /// @param fields of the collection, those of the rules included
  List<Anomaly> read(Fields fields) {
    Set<String> appended = AppendedColumns.names(fields.columns());
    List<Anomaly> read = new ArrayList<>();
    rules.forEach((name, rule) -> {
      Located value = rule.requiredText("value", "the field whose values are looked at");
      List<String> cohort = cohort(rule, fields, appended);
      double deviations = deviations(rule);
      long after = after(rule);
      if (value != null && isColumn(value, fields, appended) && isNumber(value, fields)) {
        read.add(new Anomaly(name, value.value(), deviations, cohort, after));
      }
    });
    return read;
  }

  /// Whether it comes with the events and is stored as it comes.
  private boolean isColumn(Located name, Fields fields, Set<String> appended) {
    ColumnSpec column = fields.column(name.value());
    if (column == null) {
      if (!fields.has(name.value())) {
        problems.wrong(name, "expected a column of `fields`" + fields.didYouMean(name.value()));
      }
      return false;
    }
    String wrong =
        appended.contains(name.value())
            ? "filled from the rows before, or derived from what is"
            : column.isLookup()
                ? "looked up when somebody asks"
                : column.privacy() != null ? "private" : null;
    if (wrong != null) {
      problems.wrong(
          name,
          "which is %s; expected a field that comes with the events and is stored as it comes"
              .formatted(wrong));
    }
    return wrong == null;
  }

  private boolean isNumber(Located name, Fields fields) {
    ColumnSpec column = fields.column(name.value());
    boolean isNumber = column != null && LifetimeReader.isNumber(column.type());
    if (column != null && !isNumber) {
      problems.wrong(
          name,
          "expected a number of at most 18 digits; %s is a %s"
              .formatted(name.value(), column.type()));
    }
    return isNumber;
  }

  private List<String> cohort(Section rule, Fields fields, Set<String> appended) {
    List<Located> names = rule.texts("of");
    if (rule.isEmptyList("of")) {
      problems.wrong(
          rule.line("of"), rule.pathOf("of"), "is empty; expected `entity`, or at least one field");
    }
    if (names.isEmpty() || rule.isText("of") && names.getFirst().value().equals(ENTITY)) {
      return List.of();
    }
    if (names.size() > Anomaly.MAX_COHORT_COLUMNS) {
      problems.wrong(
          rule.line("of"),
          rule.pathOf("of"),
          "has %d fields, at most %d".formatted(names.size(), Anomaly.MAX_COHORT_COLUMNS));
    }
    Set<String> cohort = new HashSet<>();
    List<String> ordered = new ArrayList<>();
    for (Located name : names) {
      ColumnSpec column = isColumn(name, fields, appended) ? fields.column(name.value()) : null;
      if (column != null && !tellsCohorts(column.type())) {
        problems.wrong(
            name,
            "expected `entity`, or fields of single values that are no fractions; %s is a %s"
                .formatted(name.value(), column.type()));
      } else if (column != null && !cohort.add(name.value())) {
        problems.wrong(name, "stands twice");
      } else if (column != null) {
        ordered.add(name.value());
      }
    }
    return ordered;
  }

  private static boolean tellsCohorts(ColumnType type) {
    return !type.isList()
        && !(type instanceof ColumnType.JsonType)
        && !(type instanceof ColumnType.DoubleType);
  }

  private double deviations(Section rule) {
    Located text = rule.text("deviations");
    if (text == null) {
      return Anomaly.DEFAULT_DEVIATIONS;
    }
    if (text.value().matches("[0-9]{1,4}(\\.[0-9]{1,6})?")) {
      double deviations = Double.parseDouble(text.value());
      if (deviations > 0 && deviations <= MAX_DEVIATIONS) {
        return deviations;
      }
    }
    problems.wrong(text, "expected a number above 0, at most %.0f".formatted(MAX_DEVIATIONS));
    return Anomaly.DEFAULT_DEVIATIONS;
  }

  private long after(Section rule) {
    Located text = rule.text("after");
    if (text == null) {
      return Anomaly.DEFAULT_AFTER;
    }
    if (text.value().matches("[0-9]{1,7}")) {
      long after = Long.parseLong(text.value());
      if (after >= MIN_AFTER && after <= MAX_AFTER) {
        return after;
      }
    }
    problems.wrong(text, "expected a whole number from %d to %d".formatted(MIN_AFTER, MAX_AFTER));
    return Anomaly.DEFAULT_AFTER;
  }
}
