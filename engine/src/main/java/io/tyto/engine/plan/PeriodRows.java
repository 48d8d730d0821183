package io.tyto.engine.plan;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.group.Groups;
import io.tyto.engine.measure.Cells;
import java.util.ArrayList;
import java.util.List;

/// The rows of one period: their keys, and where their states stand.
///
/// @param keys without states; time keys are bucket numbers
/// @param states one a state of the plan, by place
/// @param places by row
/// @param nothing the place of a group of no rows: counts 0, everything else null
record PeriodRows(Groups keys, List<Cells> states, int[] places, int nothing) {
  /// A row per group, as they were scanned.
  static PeriodRows of(Groups groups) {
    // The keys are not copied: of the groups, who may be millions, a page is all that is answered.
    return new PeriodRows(
        RowKeys.of(groups.count(), groups.keys()),
        cells(groups),
        RowKeys.identity(groups.count()),
        groups.count());
  }

  /// A row for each of `picks`; the states stay where they are.
  static PeriodRows of(Groups groups, int[] picks) {
    return new PeriodRows(RowKeys.select(groups, picks), cells(groups), picks, groups.count());
  }

  int count() {
    return places.length;
  }

  /// The states of the groups, and one more place for the group of no rows.
  static List<Cells> cells(Groups groups) {
    List<Cells> cells = new ArrayList<>();
    for (Accumulator state : groups.states()) {
      state.ensureGroups(groups.count() + 1);
      cells.add(new Cells.Stated(state));
    }
    return cells;
  }
}
