package io.tyto.ingest.lifetime;

import io.tyto.engine.row.Row;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateOverlay;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Brings the events of one unit and collection into the states of their entities. Not thread-safe.
public final class StateFeed {
  private static final int ABSENT = -1;

  private final TableSchema schema;
  private final StateOverlay states;
  private final int[] positions;
  private final int timePosition;
  private final ColumnType timeType;

  public StateFeed(TableSchema schema, StateOverlay states) {
    this.schema = schema;
    this.states = states;
    List<StateElement> elements = states.layout().elements();
    this.positions = new int[elements.size()];
    for (int i = 0; i < positions.length; i++) {
      // Events are counted without looking at a column.
      positions[i] = elements.get(i).columnId() == 0 ? 0 : positionOf(elements.get(i).columnId());
    }
    ColumnSpec time = schema.timeColumn();
    this.timePosition = positionOf(time.id());
    this.timeType = time.type();
  }

  /// @param receivedMicros counts as the time of an event without one
  public void apply(int entity, Row row, long receivedMicros) {
    boolean hasTime = timePosition >= 0 && !row.isNull(timePosition);
    long time = hasTime ? micros(timeType, row.longAt(timePosition)) : receivedMicros;
    states.apply(entity, row, positions, time);
  }

  /// Applies rows that are columns, in their order.
  public void applyAll(RowSource rows) {
    StateScan scan = new StateScan(schema, states.layout().elements());
    for (RowSource evolved : EvolvedSource.allOf(List.of(rows), schema)) {
      scan.read(evolved, states::apply);
    }
  }

  private int positionOf(int columnId) {
    for (int i = 0; i < schema.columns().size(); i++) {
      if (schema.columns().get(i).id() == columnId) {
        return i;
      }
    }
    return ABSENT;
  }

  /// Event time in epoch microseconds, finer digits floored.
  static long micros(ColumnType type, long value) {
    return switch (type) {
      case ColumnType.TimestampType timestamp ->
          switch (timestamp.unit()) {
            case MILLIS -> TimeUnit.MILLISECONDS.toMicros(value);
            case MICROS -> value;
            case NANOS -> Math.floorDiv(value, 1000L);
          };
      case ColumnType.DateType _ -> TimeUnit.DAYS.toMicros(value);
      case ColumnType.Scalar _, ColumnType.ListType _ ->
          throw new IllegalArgumentException("the time of an event is no " + type);
    };
  }

  /// Positions at which no element reads anything.
  static int[] none(int count) {
    int[] none = new int[count];
    Arrays.fill(none, ABSENT);
    return none;
  }
}
