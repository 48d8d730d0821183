package io.tyto.engine.shipping;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.KeyVectors;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How the groups of a scan that several nodes share in are sent, and put together again.
/// Immutable; both ends make it of the same question.
///
/// Groups become a table with a column for each key, and for each state the columns that a cube
/// would keep of it. Merging them is then one more scan, of tables instead of rows, by the keys as
/// they are: so it has the threads, the memory bounds and the best-of-all of any scan. A state is
/// known by its place, as two may be of one column and of different rows.
public final class ShippedGroups {
  private final GroupScan.Spec merging;
  private final List<Form> forms;

  /// How many keys there are.
  private final int keys;

  /// Whether entities live on one node each, and groups are never put together once merged: then
  /// each node counts its own.
  private enum Form {
    STATE,
    COUNT
  }

  /// What a state is when it is merged.
  private record Merged(Form form, ColumnType.Scalar type, Measure measure) {}

  private ShippedGroups(GroupScan.Spec merging, List<Form> forms, int keys) {
    this.merging = merging;
    this.forms = forms;
    this.keys = keys;
  }

  /// @param spec of the scan at each node
  /// @param entities how distinct entities are counted
  public static ShippedGroups of(GroupScan.Spec spec, Entities entities) {
    List<ColumnSpec> columns = new ArrayList<>();
    List<ScanKey> keys = new ArrayList<>();
    for (ScanKey key : spec.keys()) {
      String name = "k" + keys.size();
      boolean isValue = key instanceof ScanKey.ColumnKey;
      ColumnSpec of = require(spec.schema(), key.column());
      columns.add(
          column(columns.size(), name, of, isValue ? of.type().element() : ColumnType.LONG));
      keys.add(new ScanKey.ColumnKey(name));
    }
    List<StateSpec> states = new ArrayList<>();
    List<Form> forms = new ArrayList<>();
    for (StateSpec state : spec.states()) {
      String name = "s" + states.size();
      Merged merged = merged(spec.schema(), state.measure(), name, entities);
      String from = columnOf(state.measure());
      ColumnSpec of = require(spec.schema(), from == null ? "_offset" : from);
      columns.add(column(columns.size(), name, of, merged.type));
      states.add(new StateSpec(merged.measure, null));
      forms.add(merged.form);
    }
    TableSchema schema = schema(spec.schema(), columns);
    return new ShippedGroups(
        new GroupScan.Spec(schema, TimeInterval.ALL_TIME, null, keys, states, spec.best()),
        List.copyOf(forms),
        keys.size());
  }

  /// How the nodes of a scan count distinct entities.
  public enum Entities {
    /// As the values of any column.
    AS_VALUES,
    /// By their ids, which are sent.
    AS_IDS,
    /// Each node counts those of its groups: right where no two groups are put together later, as
    /// an entity lives in one partition and a partition is read by one node.
    AS_COUNTS
  }

  private static TableSchema schema(TableSchema of, List<ColumnSpec> columns) {
    EventConfig config = EventConfig.of(of.name(), columns).build();
    return new TableSchema(
        of.projectId(), of.groupId(), of.collectionId(), of.name(), 1, columns, config);
  }

  /// Errors name the column as the caller does.
  private static ColumnSpec column(int place, String name, ColumnSpec of, ColumnType.Scalar type) {
    return new ColumnSpec(
        SystemColumns.FIRST_USER_ID + place,
        name,
        of.apiName(),
        type,
        ColumnSpec.Role.AUTO,
        null,
        null,
        null,
        null,
        Map.of());
  }

  private static ColumnSpec require(TableSchema schema, String name) {
    ColumnSpec column = schema.column(name);
    if (column == null) {
      throw new IllegalArgumentException("collection " + schema.name() + " has no column " + name);
    }
    return column;
  }

  private static @Nullable String columnOf(Measure measure) {
    return switch (measure) {
      case Measure.Column(String column, _) -> column;
      case Measure.Quantiles quantiles -> quantiles.column();
      case Measure.Top(String column, _) -> column;
      case Measure.Count _, Measure.Only _, Measure.Expr _ -> null;
    };
  }

  private static Merged merged(
      TableSchema schema, Measure measure, String name, Entities entities) {
    return switch (measure) {
      case Measure.Count _ -> counted(name, Form.STATE);
      case Measure.Column of -> merged(schema, of, name, entities);
      case Measure.Quantiles(String column, var qs, boolean isExact, var method) -> {
        ColumnType.Scalar type = type(schema, column);
        boolean isDouble = isExact && type.physical() == Physical.BYTES;
        yield new Merged(
            Form.STATE,
            isDouble ? ColumnType.DOUBLE : type,
            new Measure.Quantiles(name, qs, isExact, method));
      }
      case Measure.Top(String column, int n) ->
          new Merged(Form.STATE, type(schema, column), new Measure.Top(name, n));
      case Measure.Only _, Measure.Expr _ ->
          throw new IllegalArgumentException(measure + " is not a simple measure");
    };
  }

  private static Merged merged(
      TableSchema schema, Measure.Column of, String name, Entities entities) {
    return switch (of.function()) {
      case COUNT -> counted(name, Form.STATE);
      case COUNT_DISTINCT, COUNT_DISTINCT_EXACT ->
          distinct(schema, require(schema, of.column()), of.function(), name, entities);
      case SUM, SUM_EXACT, AVG, MIN, MAX, STDDEV, FIRST, LAST ->
          new Merged(
              Form.STATE, type(schema, of.column()), new Measure.Column(name, of.function()));
    };
  }

  private static ColumnType.Scalar type(TableSchema schema, String column) {
    return require(schema, column).type().element();
  }

  private static Merged counted(String name, Form form) {
    return new Merged(form, ColumnType.LONG, new Measure.Column(name, Function.COUNT));
  }

  private static Merged distinct(
      TableSchema schema, ColumnSpec of, Function function, String name, Entities entities) {
    EventConfig.Entity entity = schema.config().entity();
    boolean isEntity = entity != null && entity.key().equals(of.name()) && !of.type().isList();
    if (isEntity && entities == Entities.AS_COUNTS) {
      return counted(name, Form.COUNT);
    }
    if (isEntity && entities == Entities.AS_IDS) {
      return new Merged(
          Form.STATE, ColumnType.LONG, new Measure.Column(name, Function.COUNT_DISTINCT_EXACT));
    }
    boolean isExact =
        function == Function.COUNT_DISTINCT_EXACT
            || Cube.counting(schema.config().cubes(), of.name()) == Cube.Counting.EXACT;
    return new Merged(
        Form.STATE,
        of.type().element(),
        new Measure.Column(
            name, isExact ? Function.COUNT_DISTINCT_EXACT : Function.COUNT_DISTINCT));
  }

  /// The groups in tables, in their order. What each holds is copied.
  public List<StateTable> tables(Groups groups) {
    List<StateTable> tables = new ArrayList<>();
    for (int from = 0; from < groups.count(); from += StateTable.MAX_ROWS) {
      Checkpoint.pass();
      int[] some = new int[Math.min(StateTable.MAX_ROWS, groups.count() - from)];
      int first = from;
      Arrays.setAll(some, i -> first + i);
      tables.add(table(some.length == groups.count() ? groups : groups.select(some)));
    }
    return tables;
  }

  private StateTable table(Groups groups) {
    int count = groups.count();
    List<ColumnSpec> specs = merging.schema().columns();
    Map<Integer, StateTable.Column> columns = new LinkedHashMap<>();
    for (int i = 0; i < keys; i++) {
      ColumnSpec spec = specs.get(i);
      columns.put(spec.id(), new StateTable.Column(spec.type(), KeyVectors.of(groups.key(i))));
    }
    // A group is there because it has rows; how many is a state of its own where somebody asks.
    add(columns, CellKind.ROWS.id(0), count, _ -> 1);
    for (int i = 0; i < forms.size(); i++) {
      Accumulator state = groups.state(i);
      int id = specs.get(keys + i).id();
      switch (forms.get(i)) {
        case STATE ->
            state.ship(
                count,
                id,
                (column, type, values) ->
                    columns.putIfAbsent(column, new StateTable.Column(type, values)));
        case COUNT -> add(columns, CellKind.PRESENT.id(id), count, state::asLong);
      }
    }
    return new StateTable(count, columns);
  }

  private interface LongOfGroup {
    long of(int group);
  }

  private static void add(
      Map<Integer, StateTable.Column> columns, int id, int count, LongOfGroup value) {
    long[] values = new long[count];
    Arrays.setAll(values, value::of);
    columns.put(
        id, new StateTable.Column(ColumnType.LONG, new ColumnVector.Longs(count, values, null)));
  }

  /// Puts the groups of all nodes together: as the scan of all their rows by one would have found
  /// them, but for the last bits of sums of doubles, which depend on how rows were shared out, not
  /// on who came first.
  ///
  /// Without keys there is one group, even of no table. Blocks until done; MEMORY_LIMIT_EXCEEDED,
  /// QUERY_TIMEOUT, CANCELLED.
  ///
  /// @param tables in an order that does not depend on when they came
  public Groups merge(List<StateTable> tables, ScanContext context) {
    List<RowSource> sources = List.copyOf(tables);
    return GroupScan.run(merging, sources, context);
  }
}
