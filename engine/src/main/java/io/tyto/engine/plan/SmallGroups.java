package io.tyto.engine.plan;

import io.tyto.engine.group.Groups;
import io.tyto.engine.measure.Cells;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Scope;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Keeps answers from telling of few, see `access.minGroup` of configs: groups that fewer than k
/// entities stand behind are left out, and what cannot be kept to groups is refused.
///
/// Whoever knows a sum knows what the groups that are missing from it add up to. So wherever groups
/// are left out of what they have in common, some with k entities go with them: the smallest that
/// would have stayed.
public final class SmallGroups {
  /// Sums are known over every choice of keys; beyond it there would be too many.
  private static final int MAX_KEYS = 4;

  private static final double LEAST_Q = 0.05;

  private SmallGroups() {}

  /// What stands behind a group.
  static Measure counted(TableSchema schema) {
    EventConfig.Entity entity = schema.config().entity();
    return entity == null
        ? new Measure.Count()
        : new Measure.Column(entity.key(), Measure.Function.COUNT_DISTINCT_EXACT);
  }

  /// The rows of an answer that may be told, ascending.
  ///
  /// @param counts by row, of each of the compared periods
  static int[] told(Groups keys, List<Cells> counts, int least) {
    int[] inOrder = RowKeys.identity(keys.count());
    // Which of two equal ones goes must be the same each time.
    IntSort.sort(inOrder, RowOrder.byKeys(keys));
    boolean[] out = new boolean[keys.count()];
    for (int row = 0; row < out.length; row++) {
      Checkpoint.pass(row);
      out[row] = isFew(counts, row, least);
    }
    int subsets = 1 << keys.keys().size();
    boolean isChanged = true;
    while (isChanged) {
      isChanged = false;
      for (int subset = 0; subset < subsets - 1; subset++) {
        int[] tuples = keys.tuples(positions(subset));
        for (Cells side : counts) {
          isChanged |= cover(tuples, side, least, inOrder, out);
        }
      }
    }
    return Arrays.stream(RowKeys.identity(out.length)).filter(row -> !out[row]).toArray();
  }

  /// Whether there are fewer than `least` in some period that has any, or none at all.
  private static boolean isFew(List<Cells> counts, int row, int least) {
    boolean isAny = false;
    for (Cells side : counts) {
      double count = countOf(side, row);
      if (count > 0 && count < least) {
        return true;
      }
      isAny |= count > 0;
    }
    return !isAny;
  }

  private static double countOf(Cells side, int row) {
    double count = side.asDouble(row);
    return Double.isNaN(count) ? 0 : count;
  }

  private static int[] positions(int subset) {
    return IntStream.range(0, Integer.SIZE).filter(key -> (subset >>> key & 1) != 0).toArray();
  }

  /// Leaves out one more of each tuple of which too few are left out; whether there was one.
  private static boolean cover(int[] tuples, Cells side, int least, int[] inOrder, boolean[] out) {
    double[] hidden = new double[tuples.length];
    int[] smallest = new int[tuples.length];
    Arrays.fill(smallest, -1);
    for (int row : inOrder) {
      Checkpoint.pass(row);
      int tuple = tuples[row];
      double count = countOf(side, row);
      if (out[row]) {
        hidden[tuple] = Math.max(hidden[tuple], count);
      } else if (count > 0 && (smallest[tuple] < 0 || count < countOf(side, smallest[tuple]))) {
        smallest[tuple] = row;
      }
    }
    boolean isChanged = false;
    for (int tuple = 0; tuple < hidden.length; tuple++) {
      if (hidden[tuple] > 0 && hidden[tuple] < least && smallest[tuple] >= 0) {
        out[smallest[tuple]] = true;
        isChanged = true;
      }
    }
    return isChanged;
  }

  /// FORBIDDEN where an answer could tell of few whatever groups are left out.
  ///
  /// @param least 0: anything may be told
  public static void check(AggregateQuery query, TableSnapshot snapshot, int least) {
    if (least == 0) {
      return;
    }
    TableSchema schema = snapshot.schema();
    requireRows(snapshot);
    if (query.groupBy().size() > MAX_KEYS) {
      throw refused(schema, "more than %d keys".formatted(MAX_KEYS));
    }
    for (GroupKey key : query.groupBy()) {
      if (key instanceof GroupKey.TimeBucket bucket
          && (bucket.window() != null || bucket.cumulative())) {
        throw refused(schema, "buckets that overlap");
      }
    }
    List<Measure> measures = new ArrayList<>(query.measures());
    if (query.having() != null) {
      addMeasures(query.having(), measures);
    }
    for (AggregateQuery.Order order : query.orderBy()) {
      if (order instanceof AggregateQuery.Order.ByMeasure by) {
        measures.add(by.of());
      }
    }
    if (query.top() != null) {
      measures.add(query.top().by());
    }
    measures.forEach(measure -> check(measure, schema));
    checkFilter(query.where(), schema);
  }

  /// The same of values of a column.
  public static void checkValues(TableSnapshot snapshot, int least) {
    if (least > 0) {
      requireRows(snapshot);
    }
  }

  /// FORBIDDEN: rows of views are not those of entities.
  private static void requireRows(TableSnapshot snapshot) {
    if (snapshot.facts().made() != null) {
      throw refused(snapshot.schema(), "views");
    }
  }

  private static void addMeasures(Having having, List<Measure> measures) {
    switch (having) {
      case Having.And(var all) -> all.forEach(each -> addMeasures(each, measures));
      case Having.Or(var any) -> any.forEach(each -> addMeasures(each, measures));
      case Having.Not(var inner) -> addMeasures(inner, measures);
      case Having.Compare compare -> measures.add(compare.of());
      case Having.IsNull isNull -> measures.add(isNull.of());
    }
  }

  private static void check(Measure measure, TableSchema schema) {
    switch (measure) {
      case Measure.Count _ -> {}
      case Measure.Column(_, var function) -> {
        switch (function) {
          case COUNT, COUNT_DISTINCT, COUNT_DISTINCT_EXACT, SUM, SUM_EXACT, AVG, STDDEV -> {}
          case MIN, MAX, FIRST, LAST -> throw refused(schema, "values of single rows");
        }
      }
      case Measure.Quantiles quantiles -> {
        if (quantiles.qs().stream().anyMatch(q -> q < LEAST_Q || q > 1 - LEAST_Q)) {
          throw refused(schema, "quantiles below 0.05 or above 0.95");
        }
      }
      case Measure.Top _ -> throw refused(schema, "single values and their counts");
      case Measure.Only _ -> throw refused(schema, "measures of a part of a group");
      case Measure.Expr(var of, var where, var per, var perWhere) -> {
        if (where != null || perWhere != null) {
          throw refused(schema, "measures of a part of a group");
        }
        check(of, schema);
        if (per != null) {
          check(per, schema);
        }
      }
    }
  }

  /// A filter can leave out one entity, and the difference tells of it.
  private static void checkFilter(@Nullable Filter where, TableSchema schema) {
    if (where == null) {
      return;
    }
    for (String column : FilterColumns.of(where)) {
      if (column.equals(SystemColumns.ENTITY_NAME) || tellsWho(column, schema, new HashSet<>())) {
        throw refused(schema, "filters by who it is, or by single events");
      }
    }
  }

  private static boolean tellsWho(String name, TableSchema schema, Set<String> visited) {
    EventConfig config = schema.config();
    if (config.entity() != null && config.entity().key().equals(name)
        || name.equals(config.eventId())) {
      return true;
    }
    ColumnSpec column = schema.column(name);
    return column != null
        && column.derive() != null
        && visited.add(name)
        && column.derive().columns().stream().anyMatch(used -> tellsWho(used, schema, visited));
  }

  /// The rows that a question is about are those of too few.
  static TytoException few(TableSchema schema, int least) {
    return refused(
        schema,
        "anything about fewer than %d %s"
            .formatted(least, schema.config().entity() == null ? "rows" : "entities"));
  }

  /// FORBIDDEN: a question of that kind.
  public static TytoException refused(TableSchema schema, String what) {
    String collection = schema.config().policy().collection();
    return new TytoException(
        ErrorCode.FORBIDDEN,
        "%s tells of groups only (access.minGroup of its config), and not %s: that needs the scope %s"
            .formatted(collection, what, new Scope(Verb.RECORDS, collection)));
  }
}
