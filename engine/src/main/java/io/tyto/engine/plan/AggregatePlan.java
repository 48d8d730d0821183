package io.tyto.engine.plan;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.measure.Columns;
import io.tyto.engine.measure.MeasureCompiler;
import io.tyto.engine.measure.MeasurePlan;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A checked query and what its measures are made of. Immutable.
///
/// @param states what every scan of the query accumulates
/// @param measures in the order of the query's
/// @param named every measure that order, having or top name
/// @param rollingKey position of the time key whose buckets overlap, or -1
/// @param filledKey position of the time key whose gaps are filled, or -1
record AggregatePlan(
    AggregateQuery query,
    Columns columns,
    List<StateSpec> states,
    List<MeasurePlan> measures,
    Map<Measure, MeasurePlan> named,
    int rollingKey,
    int filledKey) {
  /// BAD_USER_INPUT and its like, see {@link QueryCheck}.
  ///
  /// @param further a number that is needed beside what the query names, or null
  static AggregatePlan of(AggregateQuery query, TableSchema schema, @Nullable Measure further) {
    Columns columns = new Columns(schema);
    new QueryCheck(columns).check(query);
    MeasureCompiler compiler = new MeasureCompiler(columns);
    List<MeasurePlan> measures = query.measures().stream().map(compiler::compile).toList();
    Map<Measure, MeasurePlan> named = new HashMap<>();
    AggregateQuery.TopGroups top = query.top();
    if (top != null) {
      named.put(top.by(), compiler.compileOrdered(top.by()));
    }
    for (AggregateQuery.Order order : query.orderBy()) {
      if (order instanceof AggregateQuery.Order.ByMeasure(Measure of, _, var basis)) {
        boolean isPlain =
            basis == AggregateQuery.Basis.CURRENT || basis == AggregateQuery.Basis.PREVIOUS;
        named.put(
            of, isPlain ? compiler.compileOrdered(of) : compiler.compileNumber(of, "a difference"));
      }
    }
    if (further != null) {
      named.put(further, compiler.compileNumber(further, "a group"));
    }
    if (query.having() != null) {
      compileHaving(query.having(), compiler, named);
    }
    return new AggregatePlan(
        query,
        columns,
        compiler.states(),
        measures,
        Map.copyOf(named),
        positionOf(query, QueryCheck::isRolling),
        positionOf(query, bucket -> bucket.fill() != GroupKey.GapFill.NONE));
  }

  MeasurePlan named(Measure measure) {
    MeasurePlan plan = named.get(measure);
    if (plan == null) {
      throw new IllegalArgumentException(measure + " was not compiled");
    }
    return plan;
  }

  /// The groups that an answer of its first `count` rows needs, or null: all of them.
  GroupScan.@Nullable Best best(long count) {
    boolean isPlain =
        keyCount() > 0
            && query.top() == null
            && query.having() == null
            && query.limitPer() == null
            && query.compareTo() == null
            && !query.wants().totals()
            && rollingKey < 0
            && filledKey < 0;
    if (!isPlain
        || count > Integer.MAX_VALUE
        || query.orderBy().isEmpty()
        || !(query.orderBy().getFirst()
            instanceof AggregateQuery.Order.ByMeasure(Measure of, var direction, var basis))
        || basis != AggregateQuery.Basis.CURRENT
        || direction.nullsFirst()
        || !(named(of) instanceof MeasurePlan.State(int index, var shape))
        || !shape.isNumeric()) {
      return null;
    }
    return new GroupScan.Best(index, direction.descending(), (int) count);
  }

  /// Whether some of the groups of a scan are put together later.
  boolean regroups() {
    return query.wants().totals()
        || query.wants().othersRows()
        || query.others()
        || query.top() != null
        || rollingKey >= 0;
  }

  GroupKey key(int position) {
    return query.groupBy().get(position);
  }

  int keyCount() {
    return query.groupBy().size();
  }

  GroupKey.@Nullable TimeBucket bucketKey(int position) {
    return position >= 0 && key(position) instanceof GroupKey.TimeBucket bucket ? bucket : null;
  }

  /// Whether some key makes several group members of one row, or none.
  boolean explodes() {
    return query.groupBy().stream().anyMatch(key -> columns.require(key.column()).type().isList());
  }

  private static void compileHaving(
      AggregateQuery.Having having, MeasureCompiler compiler, Map<Measure, MeasurePlan> named) {
    List<AggregateQuery.Having> left = new ArrayList<>(List.of(having));
    while (!left.isEmpty()) {
      switch (left.removeLast()) {
        case AggregateQuery.Having.And(var havings) -> left.addAll(havings);
        case AggregateQuery.Having.Or(var havings) -> left.addAll(havings);
        case AggregateQuery.Having.Not(var inner) -> left.add(inner);
        case AggregateQuery.Having.Compare(Measure of, _, _) ->
            named.put(of, compiler.compileNumber(of, "having"));
        case AggregateQuery.Having.IsNull(Measure of) -> named.put(of, compiler.compile(of));
      }
    }
  }

  private static int positionOf(AggregateQuery query, Predicate<GroupKey.TimeBucket> test) {
    for (int i = 0; i < query.groupBy().size(); i++) {
      if (query.groupBy().get(i) instanceof GroupKey.TimeBucket bucket && test.test(bucket)) {
        return i;
      }
    }
    return -1;
  }
}
