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
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Compares the values of events with those before them and fills the columns of marks. Not
/// thread-safe.
final class Marks {
  private static final int ABSENT = -1;

  private final TableSchema schema;
  private final StateOverlay states;
  private final Cohorts cohorts;
  private final @Nullable Findings findings;
  private final List<Rule> rules = new ArrayList<>();

  /// @param position of the column of marks in the schema
  /// @param element of the states
  /// @param form of the values
  /// @param unit of the values, which are counted by their digits wherever the point stands
  private record Rule(
      int position, ColumnSpec spec, Anomaly anomaly, int element, Physical form, double unit) {
    boolean isIn(TableSchema other) {
      return other.columns().stream().anyMatch(column -> column.id() == spec.id());
    }
  }

  /// Where a kind of rows has what the rules read.
  ///
  /// @param values of each element of the states, as states are applied
  /// @param cohorts columns of each rule
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record Places(int[] values, int[][] cohorts) {}

  /// @param findings takes the marked events; null where nobody asks
  Marks(TableSchema schema, StateOverlay states, Cohorts cohorts, @Nullable Findings findings) {
    this.findings = findings;
    this.schema = schema;
    this.states = states;
    this.cohorts = cohorts;
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnSpec column = schema.columns().get(i);
      Anomaly rule = column.isAppended() ? schema.config().lifetime().anomaly(column.name()) : null;
      int element =
          rule == null ? ABSENT : states.layout().indexOf(LifetimeLayouts.element(schema, rule));
      if (rule != null && element >= 0) {
        ColumnType value = column(rule.value()).type();
        double unit =
            value instanceof ColumnType.DecimalType decimal ? Math.pow(10, decimal.scale()) : 1;
        rules.add(new Rule(i, column, rule, element, value.physical(), unit));
      }
    }
  }

  /// The columns that hold marks which another version of the schema has too.
  List<ColumnSpec> columnsIn(TableSchema other) {
    return rules.stream().filter(rule -> rule.isIn(other)).map(Rule::spec).toList();
  }

  /// Columns that tell cohorts.
  List<ColumnSpec> cohortColumns() {
    List<ColumnSpec> columns = new ArrayList<>();
    for (Rule rule : rules) {
      for (String name : rule.anomaly().cohort()) {
        columns.add(column(name));
      }
    }
    return columns;
  }

  /// @param values of each element
  /// @param placeOf place of a column in the rows
  Places places(int[] values, ToIntFunction<ColumnSpec> placeOf) {
    int[][] places = new int[rules.size()][];
    for (int i = 0; i < places.length; i++) {
      places[i] =
          rules.get(i).anomaly().cohort().stream().map(this::column).mapToInt(placeOf).toArray();
    }
    return new Places(values, places);
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
      int value = places.values()[rule.element()];
      target.setNull(rule.position());
      if (value < 0 || row.isNull(value)) {
        continue;
      }
      int owner = entity;
      if (!rule.anomaly().isOfEntity()) {
        owner = cohorts.idOf(schema.collectionId(), rule.anomaly(), row, places.cohorts()[i]);
      }
      if (owner != 0) {
        mark(position, rule, states.current(owner), number(rule.form(), row, value), target);
      }
      if (owner != 0 && !rule.anomaly().isOfEntity()) {
        int[] moments = new int[places.values().length];
        Arrays.fill(moments, ABSENT);
        moments[rule.element()] = value;
        states.apply(owner, row, moments, timeMicros);
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
