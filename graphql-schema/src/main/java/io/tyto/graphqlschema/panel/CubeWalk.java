package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.FilterInput;
import io.tyto.graphqlschema.input.InputObject;
import io.tyto.graphqlschema.input.RangeInput;
import io.tyto.graphqlschema.input.Zones;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiCube;
import io.tyto.graphqlschema.schema.ApiCube.ApiMeasure;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.ResultColumn;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One cube below `cubes`: buckets of time, below each the values of the first dimension, and so on
/// down to where the selection ends.
///
/// Every level that is selected is a question of its own, as counts of distinct values do not add
/// up; all go to the engine as any aggregate does, which finds the cube for them. Immutable.
final class CubeWalk implements Panel {
  /// The most rows of one level: an answer of more is not walked, it is exported.
  private static final int MAX_ROWS = 100_000;

  /// How many keys a level is grouped by, and what it is asked for.
  private record Level(List<GroupKey> keys, List<Measure> measures) {}

  private final String collection;
  private final TimeInterval range;
  private final @Nullable Filter where;
  private final List<Level> levels;
  private final ObjectShape<Tree> shape;

  private CubeWalk(
      String collection,
      TimeInterval range,
      @Nullable Filter where,
      List<Level> levels,
      ObjectShape<Tree> shape) {
    this.collection = collection;
    this.range = range;
    this.where = where;
    this.levels = levels;
    this.shape = shape;
  }

  static CubeWalk compile(ExecutableNormalizedField field, ApiCube cube, Scope scope) {
    return new Compiler(field, cube, scope).compile();
  }

  @Override
  public Answer answer(QueryService queries, QueryContext context) {
    List<@Nullable AggregateResult> results = new ArrayList<>();
    for (Level level : levels) {
      results.add(level.measures.isEmpty() ? null : ask(level, queries, context));
    }
    Tree tree = Tree.of(results);
    return new Answer(shape.read(tree), tree.meta());
  }

  private AggregateResult ask(Level level, QueryService queries, QueryContext context) {
    List<AggregateQuery.Order> orders = new ArrayList<>();
    for (int key = 0; key < level.keys.size(); key++) {
      orders.add(new AggregateQuery.Order.ByKey(key, AggregateQuery.Direction.ASC));
    }
    AggregateResult result =
        queries.aggregate(
            new AggregateQuery(
                collection,
                range,
                where,
                level.keys,
                level.measures,
                null,
                orders,
                null,
                null,
                false,
                null,
                null,
                AggregateQuery.Wants.ROWS,
                MAX_ROWS + 1,
                0,
                null,
                "cube"),
            context);
    if (result.rowCount() > MAX_ROWS) {
      throw new TytoException(
          ErrorCode.LIMIT_TOO_LARGE,
          "the cube has more than %,d combinations in this range: narrow it, filter, or take a coarser granularity"
              .formatted(MAX_ROWS));
    }
    return result;
  }

  /// The answers of all levels, and which rows of one lie below a row of the one above.
  ///
  /// @param results by level, null where it was not asked
  /// @param children by level, then by row: the rows of the next level
  private record Tree(List<@Nullable AggregateResult> results, List<List<List<Integer>>> children) {

    static Tree of(List<@Nullable AggregateResult> results) {
      List<List<List<Integer>>> children = new ArrayList<>();
      children.add(List.of());
      for (int level = 1; level + 1 < results.size(); level++) {
        AggregateResult above = results.get(level);
        AggregateResult below = results.get(level + 1);
        children.add(above == null || below == null ? List.of() : children(above, below));
      }
      return new Tree(results, children);
    }

    private static List<List<Integer>> children(AggregateResult above, AggregateResult below) {
      int keys = above.keys().size();
      Map<List<@Nullable Object>, Integer> rows = new HashMap<>();
      List<List<Integer>> children = new ArrayList<>();
      for (int row = 0; row < above.rowCount(); row++) {
        rows.put(tuple(above, row, keys), row);
        children.add(new ArrayList<>());
      }
      for (int row = 0; row < below.rowCount(); row++) {
        Integer parent = rows.get(tuple(below, row, keys));
        if (parent != null) {
          children.get(parent).add(row);
        }
      }
      return children;
    }

    private static List<@Nullable Object> tuple(AggregateResult result, int row, int keys) {
      List<@Nullable Object> tuple = new ArrayList<>();
      for (int key = 0; key < keys; key++) {
        tuple.add(result.keys().get(key).value(row));
      }
      return tuple;
    }

    AggregateResult at(int level) {
      AggregateResult result = results.get(level);
      if (result == null) {
        throw new IllegalStateException("level " + level + " was not asked");
      }
      return result;
    }

    /// Of the finest level.
    QueryMeta meta() {
      for (int level = results.size() - 1; level >= 0; level--) {
        AggregateResult result = results.get(level);
        if (result != null) {
          return result.meta();
        }
      }
      throw new IllegalStateException("nothing was asked");
    }
  }

  /// Walks through the selection and notes what each level is asked for.
  private static final class Compiler {
    private final ExecutableNormalizedField field;
    private final ApiCube cube;
    private final Scope scope;
    private final InputObject arguments;
    private final List<GroupKey> keys = new ArrayList<>();

    /// By how many keys there are: none for the total, one for buckets, then dimensions.
    private final List<MeasureSet> measures = new ArrayList<>();

    Compiler(ExecutableNormalizedField field, ApiCube cube, Scope scope) {
      this.field = field;
      this.cube = cube;
      this.scope = scope;
      this.arguments = Scope.arguments(field);
      ZoneId zone = zone();
      keys.add(
          new GroupKey.TimeBucket(
              scope.collection().time().name(),
              GroupKey.Granularity.valueOf(arguments.text("granularity")),
              1,
              isDate() ? ZoneOffset.UTC : zone,
              DayOfWeek.MONDAY,
              null,
              GroupKey.GapFill.NONE,
              null,
              false));
      cube.dimensions().forEach(column -> keys.add(new GroupKey.Dimension(column.name())));
      for (int level = 0; level <= keys.size(); level++) {
        measures.add(new MeasureSet());
      }
    }

    private ZoneId zone() {
      return Zones.of(arguments, ZoneOffset.UTC);
    }

    private boolean isDate() {
      return scope.collection().time().type() == ApiType.DATE;
    }

    CubeWalk compile() {
      requireDays();
      ObjectShape<Tree> shape = ObjectShape.of(field, this::root);
      List<Level> levels = new ArrayList<>();
      for (int level = 0; level <= keys.size(); level++) {
        levels.add(new Level(List.copyOf(keys.subList(0, level)), measures.get(level).list()));
      }
      RangeInput ranges = new RangeInput(scope.now(), isDate());
      return new CubeWalk(
          scope.collection().name(), ranges.interval(arguments, zone()), where(), levels, shape);
    }

    private void requireDays() {
      String granularity = arguments.text("granularity");
      boolean isClock =
          GroupKey.Granularity.valueOf(granularity).compareTo(GroupKey.Granularity.DAY) < 0;
      if (isDate() && isClock) {
        throw arguments.error(
            "granularity", scope.collection().time().constant() + " holds days: DAY is the finest");
      }
    }

    private @Nullable Filter where() {
      FilterInput filters = new FilterInput(scope.collection());
      List<Filter> all = new ArrayList<>();
      for (ApiColumn dimension : cube.dimensions()) {
        if (arguments.names().contains(dimension.field())) {
          all.add(filters.readColumn(arguments, dimension.field()));
        }
      }
      return all.isEmpty() ? null : all.size() == 1 ? all.getFirst() : new Filter.And(all);
    }

    private Cell<Tree> root(ExecutableNormalizedField part) {
      return switch (part.getName()) {
        case "total" -> total(part, 0);
        case "buckets" -> {
          ObjectShape<Tree> bucket = rows(part, 1);
          yield (tree, _) -> bucket.readAll(tree, tree.at(1).rowCount());
        }
        case "meta" -> {
          measures.getFirst().add(new Measure.Count(), ApiType.LONG);
          ObjectShape<QueryMeta> meta = Shapes.meta(part);
          yield (tree, _) -> meta.read(tree.meta());
        }
        default -> throw Shapes.unknown(part);
      };
    }

    /// The objects of a level, which is asked for so that they are known.
    private ObjectShape<Tree> rows(ExecutableNormalizedField list, int level) {
      measures.get(level).add(new Measure.Count(), ApiType.LONG);
      return ObjectShape.of(list, member -> member(member, level));
    }

    private Cell<Tree> member(ExecutableNormalizedField member, int level) {
      String name = member.getName();
      if (name.equals("total")) {
        return total(member, level);
      }
      ApiColumn time = scope.collection().time();
      if (level == 1 && (name.equals(time.field()) || name.equals(time.endField()))) {
        boolean isEnd = name.equals(time.endField());
        return (tree, row) ->
            KeyCells.shown(tree.at(1).keys().getFirst().value(row), time.type(), isEnd);
      }
      if (level > 1 && name.equals(cube.dimensions().get(level - 2).field())) {
        ApiType type = cube.dimensions().get(level - 2).type();
        return (tree, row) -> {
          Object value = tree.at(level).keys().get(level - 1).value(row);
          return value == null ? null : type.json(value);
        };
      }
      return nested(member, level);
    }

    private Cell<Tree> nested(ExecutableNormalizedField list, int level) {
      InputObject taken = Scope.arguments(list);
      ObjectShape<Tree> shape = rows(list, level + 1);
      int top = Scope.count(taken, "top", MAX_ROWS, MAX_ROWS);
      ApiMeasure by =
          cube.orders().stream()
              .filter(each -> each.constant().equals(taken.text("by")))
              .findFirst()
              .orElseThrow(() -> Shapes.unknown(list));
      if (!taken.has("top")) {
        return (tree, row) -> read(shape, tree, tree.children().get(level).get(row));
      }
      int position = measures.get(level + 1).add(measure(by), by.type());
      return (tree, row) -> {
        ResultColumn values = tree.at(level + 1).measures().get(position);
        List<Integer> best =
            tree.children().get(level).get(row).stream()
                .sorted(Comparator.comparingDouble(child -> -number(values.value(child))))
                .limit(top)
                .toList();
        return read(shape, tree, best);
      };
    }

    private static Measure measure(ApiMeasure measure) {
      Measure known = measure.measure();
      if (known == null) {
        throw new IllegalStateException(measure.field() + " needs an argument");
      }
      return known;
    }

    /// Nulls come last.
    private static double number(@Nullable Object value) {
      return value instanceof Number number ? number.doubleValue() : Double.NEGATIVE_INFINITY;
    }

    private static List<Map<String, @Nullable Object>> read(
        ObjectShape<Tree> shape, Tree tree, List<Integer> rows) {
      List<Map<String, @Nullable Object>> objects = new ArrayList<>();
      for (int row : rows) {
        objects.add(shape.read(tree, row));
      }
      return objects;
    }

    private Cell<Tree> total(ExecutableNormalizedField part, int level) {
      MeasureSet asked = measures.get(level);
      asked.add(new Measure.Count(), ApiType.LONG);
      ObjectShape<List<ResultColumn>> shape = ObjectShape.of(part, cell -> cell(cell, asked));
      return (tree, row) -> shape.read(tree.at(level).measures(), row);
    }

    private Cell<List<ResultColumn>> cell(ExecutableNormalizedField part, MeasureSet asked) {
      ApiMeasure measure = cube.measures().get(part.getName());
      if (measure == null) {
        throw Shapes.unknown(part);
      }
      ApiColumn column = measure.column();
      if (measure.measure() == null && column != null) {
        InputObject call = Scope.arguments(part);
        double q = (Double) call.require("q");
        Measure quantile =
            new Measure.Quantiles(column.name(), List.of(q), false, Measure.QuantileMethod.LINEAR);
        int position = asked.add(quantile, ApiType.FLOAT);
        return (columns, row) -> MeasureCells.first(columns.get(position).value(row));
      }
      int position = asked.add(measure(measure), measure.type());
      return (columns, row) -> {
        Object value = columns.get(position).value(row);
        return value == null
            ? (measure.isCount() ? (Object) 0L : null)
            : measure.type().json(value);
      };
    }
  }
}
