package io.tyto.engine.live;

import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.ResultColumn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Compares answers to one question: everything but how they came about.
final class AnswerChanges {

  private AnswerChanges() {}

  static boolean areSame(AggregateResult left, AggregateResult right) {
    return left.rowCount() == right.rowCount()
        && left.groupCount() == right.groupCount()
        && left.hasNextPage() == right.hasNextPage()
        && left.ids().equals(right.ids())
        && areSame(left.keys(), right.keys())
        && areSame(left.measures(), right.measures())
        && areSame(left.previous(), right.previous())
        && areSame(left.totals(), right.totals())
        && areSame(left.previousTotals(), right.previousTotals())
        && areSame(left.others(), right.others())
        && areSame(left.othersKeys(), right.othersKeys())
        && areSame(left.othersMeasures(), right.othersMeasures());
  }

  /// Rows that were not there before, or had other cells.
  static int changedRows(AggregateResult before, AggregateResult after) {
    Map<String, Integer> places = HashMap.newHashMap(before.rowCount());
    for (int row = 0; row < before.rowCount(); row++) {
      places.put(before.ids().get(row), row);
    }
    int changed = 0;
    for (int row = 0; row < after.rowCount(); row++) {
      Integer place = places.get(after.ids().get(row));
      boolean isSame =
          place != null
              && isSameRow(before.measures(), place, after.measures(), row)
              && isSameRow(before.previous(), place, after.previous(), row);
      changed += isSame ? 0 : 1;
    }
    return changed;
  }

  private static boolean isSameRow(
      List<ResultColumn> left, int leftRow, List<ResultColumn> right, int rightRow) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int column = 0; column < left.size(); column++) {
      Object value = left.get(column).value(leftRow);
      if (!Objects.equals(value, right.get(column).value(rightRow))) {
        return false;
      }
    }
    return true;
  }

  private static boolean areSame(
      List<? extends @Nullable ResultColumn> left, List<? extends @Nullable ResultColumn> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int column = 0; column < left.size(); column++) {
      if (!areSame(left.get(column), right.get(column))) {
        return false;
      }
    }
    return true;
  }

  private static boolean areSame(@Nullable ResultColumn left, @Nullable ResultColumn right) {
    if (left == null || right == null) {
      return left == null && right == null;
    }
    if (left.size() != right.size()) {
      return false;
    }
    for (int row = 0; row < left.size(); row++) {
      if (!Objects.equals(left.value(row), right.value(row))) {
        return false;
      }
    }
    return true;
  }
}
