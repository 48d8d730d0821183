package io.tyto.engine.cube;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.expression.DerivedColumns;
import io.tyto.engine.group.BucketAxis;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.GroupScan.Part;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.KeyVectors;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.CellShape;
import io.tyto.engine.source.CellShape.State;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.query.Measure;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.Cube.Level;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/// Rolls rows up into the cells of the cubes of their collection. Not thread-safe; one per build.
///
/// Cells are made by the scan that answers queries, so a cube keeps what a query would have found.
/// Sources that bring cells of the same kind along are merged from those, and coarser levels are
/// made of the finest where its buckets fit into theirs.
public final class CubeBuilder {
  private static final long[] NO_TIME = {0, 1};

  private final TableSchema schema;
  private final List<RowSource> sources;
  private final ScanContext context;
  private final ColumnSpec time;

  /// @param sources rows of one partition
  public CubeBuilder(TableSchema schema, List<RowSource> sources, ScanContext context) {
    this.schema = schema;
    this.sources = sources;
    this.context = context;
    this.time = schema.timeColumn();
  }

  /// The cells of every level of every cube, in the order of the config. Blocks until done;
  /// MEMORY_LIMIT_EXCEEDED where there are too many of them.
  public List<CellTable> build() {
    List<CellTable> tables = new ArrayList<>();
    for (Cube cube : schema.config().cubes()) {
      CellTable finest = build(cube, cube.levels().getFirst(), null);
      tables.add(finest);
      for (Level level : cube.levels().subList(1, cube.levels().size())) {
        tables.add(build(cube, level, finest));
      }
    }
    return tables;
  }

  private CellTable build(Cube cube, Level level, @Nullable CellTable finest) {
    Grain grain = new Grain(level, time.type().element());
    CellShape shape = CubeShapes.of(schema, cube, level);
    List<RowSource> inputs =
        finest != null && fits(finest, grain) ? List.of(finest) : inputs(shape);
    RolledUp made = rollUp(cube, grain, whole(inputs));
    int partition = sources.isEmpty() ? 0 : sources.getFirst().partition();
    return table(shape, made.boundaries, made.states, made.groups, partition);
  }

  /// Groups of cells, ascending, and what they were grouped and accumulated by.
  private record RolledUp(long[] boundaries, List<State> states, Groups groups) {}

  private static List<Part> whole(List<RowSource> inputs) {
    return List.of(new Part(TimeInterval.ALL_TIME, inputs));
  }

  private RolledUp rollUp(Cube cube, Grain grain, List<Part> parts) {
    long[] boundaries = boundaries(schema, parts, grain);
    Map<State, Measure> measures = CubeShapes.measures(schema, cube);
    List<ScanKey> keys = new ArrayList<>();
    keys.add(new ScanKey.BucketKey(time.name(), new BucketAxis(boundaries)));
    cube.dimensions().forEach(name -> keys.add(new ScanKey.ColumnKey(name)));
    List<StateSpec> states =
        measures.values().stream().map(measure -> new StateSpec(measure, null)).toList();
    GroupScan.Spec spec = new GroupScan.Spec(schema, TimeInterval.ALL_TIME, null, keys, states);
    Groups groups = GroupScan.runParts(spec, parts, context).sorted();
    return new RolledUp(boundaries, new ArrayList<>(measures.keySet()), groups);
  }

  /// The cells of the only level of the only cube of a schema, over rows and cells of one
  /// partition. Blocks until done; MEMORY_LIMIT_EXCEEDED where there are too many of them.
  ///
  /// @param partition where the rows lie
  public static CellTable only(
      TableSchema schema, List<Part> parts, int partition, ScanContext context) {
    CubeBuilder builder = new CubeBuilder(schema, List.of(), context);
    Cube cube = schema.config().cubes().getFirst();
    Level level = cube.levels().getFirst();
    RolledUp made = builder.rollUp(cube, new Grain(level, builder.time.type().element()), parts);
    return builder.table(
        CubeShapes.of(schema, cube, level), made.boundaries, made.states, made.groups, partition);
  }

  /// Where cells of the only level of the only cube of a schema are not what rows roll up to, in
  /// words; null where they are. Blocks until done.
  public static @Nullable String difference(
      TableSchema schema, List<Part> rows, List<Part> cells, ScanContext context) {
    CubeBuilder builder = new CubeBuilder(schema, List.of(), context);
    Cube cube = schema.config().cubes().getFirst();
    Grain grain = new Grain(cube.levels().getFirst(), builder.time.type().element());
    return GroupsCheck.difference(
        builder.rollUp(cube, grain, rows).groups, builder.rollUp(cube, grain, cells).groups);
  }

  /// How many cells of its finest level a cube would have, whose columns the schema has. Blocks
  /// until done.
  public static long cells(TableSchema schema, Cube cube, RowSource source, ScanContext context) {
    CubeBuilder builder = new CubeBuilder(schema, List.of(source), context);
    Grain grain = new Grain(cube.levels().getFirst(), builder.time.type().element());
    Cube counted =
        new Cube(
            cube.name(),
            cube.dimensions(),
            List.of(Cube.Measure.COUNT),
            cube.granularities(),
            cube.zones(),
            cube.levels());
    return builder.rollUp(counted, grain, whole(List.of(source))).groups.count();
  }

  /// Where stored cells of a source are not what its rows roll up to, in words; cells that are not
  /// made yet are no difference. Blocks until done.
  public static List<String> differences(
      TableSchema schema, RowSource source, ScanContext context) {
    CubeBuilder builder = new CubeBuilder(schema, List.of(source), context);
    List<String> differences = new ArrayList<>();
    for (Cube cube : schema.config().cubes()) {
      for (Level level : cube.levels()) {
        String difference = builder.difference(cube, level, source);
        if (difference != null) {
          differences.add("cube %s by %s: %s".formatted(cube.name(), level, difference));
        }
      }
    }
    return differences;
  }

  private @Nullable String difference(Cube cube, Level level, RowSource source) {
    CellShape shape = CubeShapes.of(schema, cube, level);
    RowSource cells = inputs(shape).getFirst();
    if (!(cells instanceof CellSource)) {
      return null;
    }
    Grain grain = new Grain(level, time.type().element());
    return GroupsCheck.difference(
        rollUp(cube, grain, whole(List.of(source))).groups,
        rollUp(cube, grain, whole(List.of(cells))).groups);
  }

  /// Cells instead of rows, where a source has them.
  private List<RowSource> inputs(CellShape shape) {
    List<RowSource> inputs = new ArrayList<>();
    for (RowSource source : sources) {
      RowSource input = source;
      for (CellSource cells : source.cells()) {
        boolean isUsed = cells.shape().covers(shape) && CellTypes.match(cells, shape, schema);
        input = isUsed ? cells : input;
      }
      inputs.add(input);
    }
    return inputs;
  }

  /// Whether every bucket of the finer cells lies in one of the grain.
  private static boolean fits(CellTable finer, Grain grain) {
    Grain fine = new Grain(finer.shape().level(), finer.type(finer.shape().time()).element());
    ColumnReader reader = finer.column(finer.shape().time());
    for (int from = 0; reader != null && from < finer.rowCount(); from += RowSource.BATCH_ROWS) {
      int count = Math.min(RowSource.BATCH_ROWS, finer.rowCount() - from);
      ColumnVector vector = reader.read(from, count);
      long last = 0;
      for (int i = 0; i < count; i++) {
        if (vector instanceof ColumnVector.Longs longs && !longs.isNull(i)) {
          long start = longs.values()[i];
          if ((i == 0 || start != last) && grain.next(start) < fine.next(start)) {
            return false;
          }
          last = start;
        }
      }
    }
    return true;
  }

  /// Begins of the buckets that rows lie in, and their ends: an axis that is no longer where one
  /// row lies far from the others.
  public static long[] boundaries(TableSchema schema, List<Part> parts, Grain grain) {
    ColumnSpec time = schema.timeColumn();
    LongHashSet found = new LongHashSet();
    long low = 1;
    long high = 0;
    for (RowSource source : parts.stream().flatMap(part -> part.sources().stream()).toList()) {
      ColumnReader stored = source.column(time.id());
      ColumnReader reader =
          stored == null && time.isComputable() && !(source instanceof CellSource)
              ? DerivedColumns.reader(source, schema, time)
              : stored;
      for (int from = 0; reader != null && from < source.rowCount(); from += RowSource.BATCH_ROWS) {
        int count = Math.min(RowSource.BATCH_ROWS, source.rowCount() - from);
        ColumnVector vector = reader.read(from, count);
        for (int i = 0; vector instanceof ColumnVector.Longs longs && i < count; i++) {
          long value = longs.values()[i];
          if ((value < low || value >= high) && !longs.isNull(i)) {
            low = grain.floor(value);
            high = grain.next(value);
            found.add(low);
            found.add(high);
          }
        }
      }
    }
    long[] boundaries = new long[found.size()];
    int next = 0;
    for (LongHashSet.LongIterator values = found.iterator(); values.hasNext(); ) {
      boundaries[next++] = values.nextValue();
    }
    Arrays.sort(boundaries);
    return found.isEmpty() ? NO_TIME : boundaries;
  }

  private CellTable table(
      CellShape shape, long[] boundaries, List<State> states, Groups groups, int partition) {
    int cells = groups.count();
    Map<Integer, CellTable.Column> columns = new LinkedHashMap<>();
    columns.put(
        time.id(),
        new CellTable.Column(time.type(), KeyVectors.buckets(groups.key(0), boundaries)));
    for (int i = 0; i < shape.dimensions().size(); i++) {
      GroupKeys key = groups.key(i + 1);
      ColumnType type = CellTypes.of(schema, shape.dimensions().get(i));
      columns.put(shape.dimensions().get(i), new CellTable.Column(type, KeyVectors.of(key)));
    }
    for (int i = 0; i < states.size(); i++) {
      groups
          .state(i)
          .store(
              cells,
              states.get(i).columnId(),
              (id, type, values) -> columns.putIfAbsent(id, new CellTable.Column(type, values)));
    }
    CellTable.Origin origin = new CellTable.Origin(partition, schema.version());
    return new CellTable(shape, origin, cells, columns);
  }
}
