package io.tyto.ingest.lifetime;

import io.tyto.engine.row.Row;
import io.tyto.engine.state.StateOverlay;
import io.tyto.engine.state.StateRecord;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Compares the values of events with those before them and fills the columns of marks. Not
/// thread-safe.
final class Marks {
  private static final int ABSENT = -1;

  private final TableSchema schema;
  private final StateOverlay states;
  private final @Nullable Findings findings;
  private final List<Rule> rules = new ArrayList<>();

  /// @param position of the column of marks in the schema
  /// @param element of the states
  /// @param form of the values
  /// @param unit of the values, which are counted by their digits wherever the point stands
  /// @param cohorts whose values are compared; null: those of the event's entity
  private record Rule(
      int position,
      ColumnSpec spec,
      Anomaly anomaly,
      int element,
      Physical form,
      double unit,
      Cohorts.@Nullable OfRule cohorts) {
    boolean isIn(TableSchema other) {
      return other.columns().stream().anyMatch(column -> column.id() == spec.id());
    }
  }

  /// Where a kind of rows has what the rules read, rule by rule.
  ///
  /// @param values the column whose values are looked at
  /// @param cohorts columns that tell cohorts
  /// @param moments the value, in the place of the rule's element among all of the states
  /// @param marks whether the rows have the column of marks; others only count
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record Places(int[] values, int[][] cohorts, int[][] moments, boolean[] marks) {}

  /// @param findings takes the marked events; null where nobody asks
  Marks(TableSchema schema, StateOverlay states, Cohorts cohorts, @Nullable Findings findings) {
    this.findings = findings;
    this.schema = schema;
    this.states = states;
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnSpec column = schema.columns().get(i);
      Anomaly rule = column.isAppended() ? schema.config().lifetime().anomaly(column.name()) : null;
      int element =
          rule == null ? ABSENT : states.layout().indexOf(LifetimeLayouts.element(schema, rule));
      if (rule != null && element >= 0) {
        ColumnType value = column(rule.value()).type();
        double unit =
            value instanceof ColumnType.DecimalType decimal ? Math.pow(10, decimal.scale()) : 1;
        Cohorts.OfRule told =
            rule.isOfEntity() ? null : cohorts.of(schema, rule, cohortColumns(rule));
        rules.add(new Rule(i, column, rule, element, value.physical(), unit, told));
      }
    }
  }

  /// The columns that hold marks which another version of the schema has too.
  List<ColumnSpec> columnsIn(TableSchema other) {
    return rules.stream().filter(rule -> rule.isIn(other)).map(Rule::spec).toList();
  }

  /// Columns that are read.
  List<ColumnSpec> inputs() {
    List<ColumnSpec> columns = new ArrayList<>();
    for (Rule rule : rules) {
      columns.add(column(rule.anomaly().value()));
      columns.addAll(cohortColumns(rule.anomaly()));
    }
    return columns;
  }

  private List<ColumnSpec> cohortColumns(Anomaly rule) {
    return rule.cohort().stream().map(this::column).toList();
  }

  /// @param rows the schema they were made by
  /// @param placeOf place of a column in the rows
  Places places(TableSchema rows, ToIntFunction<ColumnSpec> placeOf) {
    int count = rules.size();
    Places places =
        new Places(new int[count], new int[count][], new int[count][], new boolean[count]);
    for (int i = 0; i < count; i++) {
      Rule rule = rules.get(i);
      int value = placeOf.applyAsInt(column(rule.anomaly().value()));
      places.values()[i] = value;
      places.cohorts()[i] = cohortColumns(rule.anomaly()).stream().mapToInt(placeOf).toArray();
      places.moments()[i] = StateFeed.none(states.layout().elements().size());
      places.moments()[i][rule.element()] = value;
      places.marks()[i] = rule.isIn(rows);
    }
    return places;
  }

  private ColumnSpec column(String name) {
    ColumnSpec column = schema.column(name);
    if (column == null) {
      throw new IllegalStateException(schema.name() + " has no column " + name);
    }
    return column;
  }

  /// Fills the marks of an event that is in the states of no entity yet, and brings it into those
  /// of its cohorts.
  ///
  /// @param position of the event among the rows of this call
  /// @param row what is read
  /// @param timeMicros of the event
  /// @param target has the columns of the schema
  void mark(int position, int entity, Row row, Places places, long timeMicros, Row target) {
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      int value = places.values()[i];
      target.setNull(rule.position());
      if (value < 0 || row.isNull(value)) {
        continue;
      }
      Cohorts.OfRule cohorts = rule.cohorts();
      int owner = cohorts == null ? entity : cohorts.idOf(row, places.cohorts()[i]);
      if (owner == 0) {
        continue;
      }
      if (places.marks()[i]) {
        mark(position, rule, states.current(owner), number(rule.form(), row, value), target);
      }
      if (cohorts != null) {
        states.apply(owner, row, places.moments()[i], timeMicros);
      }
    }
  }

  private void mark(int position, Rule rule, StateRecord before, double value, Row target) {
    if (before.momentCount(rule.element()) < rule.anomaly().after()) {
      return;
    }
    double mean = before.moment(rule.element());
    double deviation = before.deviation(rule.element());
    boolean isOdd = Math.abs(value - mean) > rule.anomaly().deviations() * deviation;
    target.setLong(rule.position(), isOdd ? 1 : 0);
    if (isOdd && findings != null) {
      double unit = rule.unit();
      findings.add(position, rule.anomaly(), value / unit, mean / unit, deviation / unit);
    }
  }

  private static double number(Physical form, Row row, int position) {
    return form == Physical.DOUBLE ? row.doubleAt(position) : row.longAt(position);
  }
}
