package io.tyto.ingest.partition;

import io.tyto.engine.load.AddedColumn;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateRecord;
import io.tyto.ingest.append.AppendColumns;
import io.tyto.ingest.join.RecentEvents;
import io.tyto.ingest.join.TakenFields;
import io.tyto.ingest.lifetime.EventTime;
import io.tyto.ingest.lifetime.StateScan;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Joins between the collections of a partition's group, as rows are taken in: fills what rows take
/// from events of another collection, and notes in the unit where that has to be done again.
///
/// Thread-safety: {@link #late} may be called from any thread, all else by the partition's.
final class EventJoins {
  private static final int NO_ENTITY = 0;

  private final SchemaDirectory schemas;
  private final Lifetimes lifetimes;

  /// By collection that others take fields of.
  private final Map<Integer, RecentEvents> recent = new HashMap<>();

  private final Map<Integer, LongAdder> late = new ConcurrentHashMap<>();

  EventJoins(SchemaDirectory schemas, Lifetimes lifetimes) {
    this.schemas = schemas;
    this.lifetimes = lifetimes;
  }

  /// Events that came, since the start, when there was a row of a collection already which they may
  /// concern.
  long late(int collection) {
    LongAdder count = late.get(collection);
    return count == null ? 0 : count.sum();
  }

  /// What looks at the events of a collection that others take fields of, before the states of
  /// their entities take them; null where nobody does.
  @Nullable AppendColumns noting(TableSchema schema, TailUnit unit) {
    List<TableSchema> group = schemas.groupOf(schema);
    List<TableSchema> takers = TakenFields.takersOf(schema, group);
    if (takers.isEmpty()) {
      recent.remove(schema.collectionId());
      return null;
    }
    List<StateElement> elements = TakenFields.takenOf(schema, group);
    RecentEvents events = recent.get(schema.collectionId());
    if (events == null || !events.elements().equals(elements)) {
      events = new RecentEvents(elements);
      recent.put(schema.collectionId(), events);
    }
    return new Noting(schema, unit, events, takers);
  }

  /// What fills the columns that a collection takes from others; null where it takes none.
  @Nullable AppendColumns filling(TableSchema schema, TailUnit unit) {
    List<TakenFields> taken = TakenFields.of(schema, schemas.groupOf(schema));
    return taken.isEmpty() ? null : new Filling(schema, unit, taken);
  }

  /// Remembers events, and tells the rows that should have had them from the others.
  private final class Noting implements AppendColumns {
    private final TableSchema schema;
    private final TailUnit unit;
    private final RecentEvents events;
    private final List<TableSchema> takers;
    private final List<StateElement> latest;
    private final EventTime time;
    private final int[] positions;

    Noting(TableSchema schema, TailUnit unit, RecentEvents events, List<TableSchema> takers) {
      this.schema = schema;
      this.unit = unit;
      this.events = events;
      this.takers = takers;
      this.latest = takers.stream().map(TakenFields::latest).toList();
      this.time = new EventTime(schema);
      Map<Integer, Integer> byId = schema.positions();
      this.positions =
          events.elements().stream()
              .mapToInt(one -> byId.getOrDefault(one.columnId(), -1))
              .toArray();
    }

    @Override
    public void fill(Row row, int entity, long receivedMicros) {
      if (entity != NO_ENTITY) {
        note(entity, row, positions, time.of(row, receivedMicros), events.count());
      }
    }

    @Override
    public LoadedRows fill(LoadedRows rows) {
      // The states take them when all are remembered.
      long before = events.count();
      StateScan scan = new StateScan(schema, events.elements());
      for (RowSource evolved : EvolvedSource.allOf(List.of(rows), schema)) {
        scan.read(
            evolved, (_, entity, row, inputs, micros) -> note(entity, row, inputs, micros, before));
      }
      return rows;
    }

    /// @param inStates of the remembered events, so many are in the states
    private void note(int entity, Row row, int[] inputs, long timeMicros, long inStates) {
      boolean saysSomething = false;
      for (int input : inputs) {
        saysSomething |= input >= 0 && !row.isNull(input);
      }
      if (!saysSomething) {
        return;
      }
      boolean isKnown = !events.has(entity) && !events.isForgotten(inStates);
      StateRecord before = isKnown ? lifetimes.current(schema, entity) : null;
      events.add(entity, row, inputs, timeMicros, before);
      for (int i = 0; i < takers.size(); i++) {
        StateRecord rows = lifetimes.current(takers.get(i), entity);
        int element = rows.layout().indexOf(latest.get(i));
        // Where it is not kept yet, there may be rows.
        if (element < 0 || rows.has(element) && rows.timeOf(element) >= timeMicros) {
          int taker = takers.get(i).collectionId();
          unit.rejoin(taker, timeMicros);
          late.computeIfAbsent(taker, _ -> new LongAdder()).increment();
        }
      }
    }
  }

  /// Fills the columns of rows.
  private final class Filling implements AppendColumns {
    private final TableSchema schema;
    private final TailUnit unit;
    private final List<TakenFields> taken;
    private final List<int[]> positions = new ArrayList<>();
    private final EventTime time;

    Filling(TableSchema schema, TailUnit unit, List<TakenFields> taken) {
      this.schema = schema;
      this.unit = unit;
      this.taken = taken;
      this.time = new EventTime(schema);
      Map<Integer, Integer> byId = schema.positions();
      for (TakenFields fields : taken) {
        positions.add(fields.targets().stream().mapToInt(one -> byId.get(one.id())).toArray());
      }
    }

    @Override
    public void fill(Row row, int entity, long receivedMicros) {
      if (entity == NO_ENTITY) {
        positions.forEach(targets -> clear(row, targets));
        return;
      }
      join(entity, time.of(row, receivedMicros), row);
    }

    private static void clear(Row row, int[] targets) {
      for (int target : targets) {
        row.setNull(target);
      }
    }

    @Override
    public LoadedRows fill(LoadedRows rows) {
      List<ColumnSpec> targets = new ArrayList<>();
      for (TakenFields fields : taken) {
        targets.addAll(fields.targets());
      }
      List<ColumnSpec> known = rows.schema().columns();
      boolean hasAll =
          targets.stream()
              .allMatch(one -> known.stream().anyMatch(other -> other.id() == one.id()));
      List<AddedColumn> added =
          targets.stream().map(column -> new AddedColumn(column, rows.rowCount())).toList();
      Map<Integer, Integer> byId = schema.positions();
      int[] sources = targets.stream().mapToInt(one -> byId.get(one.id())).toArray();
      Row values = new Row(schema.columns().size());
      StateScan scan = new StateScan(schema, List.of());
      for (RowSource evolved : EvolvedSource.allOf(List.of(rows), schema)) {
        scan.read(
            evolved,
            (position, entity, _, _, micros) -> {
              if (!hasAll) {
                // Decoded before the columns were declared: they have no place in it.
                unit.rejoin(schema.collectionId(), micros);
                return;
              }
              join(entity, micros, values);
              for (int i = 0; i < sources.length; i++) {
                added.get(i).skipTo(position);
                added.get(i).add(values, sources[i]);
              }
            });
      }
      LoadedRows completed = rows;
      for (AddedColumn column : hasAll ? added : List.<AddedColumn>of()) {
        column.skipTo(rows.rowCount());
        completed = column.addTo(completed);
      }
      return completed;
    }

    private void join(int entity, long timeMicros, Row row) {
      for (int i = 0; i < taken.size(); i++) {
        TakenFields fields = taken.get(i);
        StateRecord newest = lifetimes.current(fields.source(), entity);
        for (int k = 0; k < fields.elements().size(); k++) {
          int target = positions.get(i)[k];
          put(row, target, value(fields, k, newest, entity, timeMicros));
        }
      }
    }

    /// The newest value of the entity, or an older one where that is after the row; where it is not
    /// known, null, and the row is to be joined again.
    private @Nullable Object value(
        TakenFields fields, int index, StateRecord newest, int entity, long timeMicros) {
      StateElement wanted = fields.elements().get(index);
      int element = newest.layout().indexOf(wanted);
      if (element >= 0 && !newest.has(element)) {
        return null;
      }
      if (element >= 0 && newest.timeOf(element) <= timeMicros) {
        return newest.value(element);
      }
      RecentEvents events = recent.get(fields.source().collectionId());
      int known = events == null ? -1 : events.elements().indexOf(wanted);
      if (element >= 0 && events != null && known >= 0 && events.find(entity, known, timeMicros)) {
        return events.found();
      }
      unit.rejoin(schema.collectionId(), timeMicros);
      return null;
    }

    private static void put(Row row, int target, @Nullable Object value) {
      switch (value) {
        case null -> row.setNull(target);
        case Long number -> row.setLong(target, number);
        case Double number -> row.setDouble(target, number);
        case byte[] bytes -> row.setBytes(target, bytes);
        default -> throw new IllegalStateException("states hold no " + value.getClass());
      }
    }
  }
}
