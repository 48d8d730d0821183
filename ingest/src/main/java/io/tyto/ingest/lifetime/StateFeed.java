package io.tyto.ingest.lifetime;

import io.tyto.engine.load.AddedColumn;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateOverlay;
import io.tyto.engine.state.StateRecord;
import io.tyto.ingest.append.AppendColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Brings the events of one unit and collection into the states of their entities, and fills the
/// columns that say how these stand with the event. Not thread-safe.
public final class StateFeed implements AppendColumns {
  private static final int ABSENT = -1;
  private static final int NO_ENTITY = 0;

  private final TableSchema schema;
  private final StateOverlay states;
  private final int[] positions;

  /// False where nothing is kept but cohorts.
  private final boolean isOfEntities;

  private final EventTime time;
  private final List<RunningColumn> running = new ArrayList<>();
  private final UnaryOperator<RowSource> treated;
  private final Marks marks;
  private final Marks.Places places;

  /// @param cohorts of the partition
  /// @param findings takes the events that rules mark; null where nobody asks
  /// @param treated loaded rows as the newest policies leave them
  public StateFeed(
      TableSchema schema,
      StateOverlay states,
      Cohorts cohorts,
      @Nullable Findings findings,
      UnaryOperator<RowSource> treated) {
    this.treated = treated;
    this.schema = schema;
    this.states = states;
    List<StateElement> elements = states.layout().elements();
    this.positions = new int[elements.size()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = positionOf(elements.get(i));
    }
    this.isOfEntities = Arrays.stream(positions).anyMatch(position -> position != ABSENT);
    this.time = new EventTime(schema);
    for (int i = 0; i < schema.columns().size(); i++) {
      RunningColumn column = RunningColumn.of(schema, i, states.layout());
      if (column != null) {
        running.add(column);
      }
    }
    this.marks = new Marks(schema, states, cohorts, findings);
    this.places = marks.places(schema, column -> positionOf(column.id()));
  }

  /// @param receivedMicros counts as the time of an event without one
  @Override
  public void fill(Row row, int entity, long receivedMicros) {
    if (entity == NO_ENTITY) {
      return;
    }
    long micros = time.of(row, receivedMicros);
    marks.mark(0, entity, row, places, micros, row);
    if (isOfEntities) {
      states.apply(entity, row, positions, micros);
    }
    if (!running.isEmpty()) {
      StateRecord state = states.current(entity);
      running.forEach(column -> column.put(state, row));
    }
  }

  @Override
  public LoadedRows fill(LoadedRows rows) {
    List<RunningColumn> filled =
        running.stream().filter(column -> column.isIn(rows.schema())).toList();
    Map<Integer, AddedColumn> added = new LinkedHashMap<>();
    filled.forEach(column -> add(column.spec(), rows, added));
    marks.columnsIn(rows.schema()).forEach(column -> add(column, rows, added));
    List<@Nullable StateElement> elements = new ArrayList<>();
    for (StateElement element : states.layout().elements()) {
      elements.add(LifetimeLayouts.isOfCohorts(element) ? null : element);
    }
    StateScan scan = new StateScan(schema, elements, marks.inputs());
    Marks.Places read = marks.places(rows.schema(), scan::positionOf);
    Row values = new Row(schema.columns().size());
    for (RowSource evolved : EvolvedSource.allOf(List.of(treated.apply(rows)), schema)) {
      scan.read(
          evolved,
          (position, entity, row, inputs, time) -> {
            marks.mark(position, entity, row, read, time, values);
            if (isOfEntities) {
              states.apply(entity, row, inputs, time);
            }
            if (!filled.isEmpty()) {
              StateRecord state = states.current(entity);
              filled.forEach(column -> column.put(state, values));
            }
            added.forEach((place, column) -> {
              column.skipTo(position);
              column.add(values, place);
            });
          });
    }
    LoadedRows completed = rows;
    for (AddedColumn column : added.values()) {
      column.skipTo(rows.rowCount());
      completed = column.addTo(completed);
    }
    return completed;
  }

  private void add(ColumnSpec column, LoadedRows rows, Map<Integer, AddedColumn> added) {
    added.put(positionOf(column.id()), new AddedColumn(column, rows.rowCount()));
  }

  /// Where an element of entities reads; events are counted without looking at a column.
  private int positionOf(StateElement element) {
    if (LifetimeLayouts.isOfCohorts(element)) {
      return ABSENT;
    }
    return element.columnId() == 0 ? 0 : positionOf(element.columnId());
  }

  private int positionOf(int columnId) {
    for (int i = 0; i < schema.columns().size(); i++) {
      if (schema.columns().get(i).id() == columnId) {
        return i;
      }
    }
    return ABSENT;
  }

  /// Positions at which no element reads anything.
  static int[] none(int count) {
    int[] none = new int[count];
    Arrays.fill(none, ABSENT);
    return none;
  }
}
