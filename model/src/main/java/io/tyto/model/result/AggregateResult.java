package io.tyto.model.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Columns in the order of the query's `groupBy` and `measures`; every list of columns has rows of
/// equal number.
///
/// @param ids one stable id a row: hash of the query's identity and the key
/// @param previous measures of the compared period, or empty
/// @param totals one row, or empty; `previousTotals` and `others` alike
/// @param othersKeys keys that remain without those of `top`, in `groupBy` order, null for a key of
///   top
/// @param groupCount groups after having and before limits
/// @param cursors one a row, or null where not wanted
public record AggregateResult(
    int rowCount,
    List<ResultColumn> keys,
    List<ResultColumn> measures,
    List<String> ids,
    List<ResultColumn> previous,
    List<ResultColumn> totals,
    List<ResultColumn> previousTotals,
    List<ResultColumn> others,
    int othersRowCount,
    List<@Nullable ResultColumn> othersKeys,
    List<ResultColumn> othersMeasures,
    long groupCount,
    boolean hasNextPage,
    @Nullable List<String> cursors,
    QueryMeta meta,
    QueryPlan plan) {

  /// The same answer, come by otherwise.
  public AggregateResult with(QueryMeta other) {
    return new AggregateResult(
        rowCount,
        keys,
        measures,
        ids,
        previous,
        totals,
        previousTotals,
        others,
        othersRowCount,
        othersKeys,
        othersMeasures,
        groupCount,
        hasNextPage,
        cursors,
        other,
        plan);
  }

  /// The same answer with other cursors.
  public AggregateResult withCursors(List<String> signed) {
    return new AggregateResult(
        rowCount,
        keys,
        measures,
        ids,
        previous,
        totals,
        previousTotals,
        others,
        othersRowCount,
        othersKeys,
        othersMeasures,
        groupCount,
        hasNextPage,
        signed,
        meta,
        plan);
  }
}
