package io.tyto.engine.plan;

import io.tyto.engine.measure.Cells;
import io.tyto.engine.measure.MeasurePlan;
import io.tyto.engine.measure.MeasureShape;
import io.tyto.model.query.GroupKey;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One period's part of an answer's rows: where the states of each row stand.
///
/// @param states one a state of the plan, by place
/// @param places by row; {@link #nothing} where the period has no such group
/// @param nothing the place of a group of no rows
/// @param gaps what is written where there is nothing
record Side(List<Cells> states, int[] places, int nothing, Gaps gaps) {
  static Side of(PeriodRows rows, int[] places) {
    return new Side(rows.states(), places, rows.nothing(), Gaps.NONE);
  }

  /// The values of a measure by row.
  Cells rows(MeasurePlan measure) {
    return new RowCells(this, measure.over(states), measure.shape());
  }

  /// How rows without a group are filled.
  ///
  /// @param before for LINEAR, by row: the nearest filled row before, or -1; `after` alike
  /// @param weight for LINEAR, by row: how far from `before` to `after`, 0 to 1
  record Gaps(GroupKey.GapFill fill, int[] before, int[] after, double[] weight) {
    static final Gaps NONE = of(GroupKey.GapFill.NONE, 0);

    /// No neighbours known yet.
    static Gaps of(GroupKey.GapFill fill, int rows) {
      int[] before = new int[rows];
      int[] after = new int[rows];
      Arrays.fill(before, -1);
      Arrays.fill(after, -1);
      return new Gaps(fill, before, after, new double[rows]);
    }
  }

  private record RowCells(Side side, Cells cells, MeasureShape shape) implements Cells {
    @Override
    public boolean isNull(int row) {
      return isGap(row) ? value(row) == null : cells.isNull(side.places[row]);
    }

    @Override
    public @Nullable Object value(int row) {
      int place = side.places[row];
      if (!isGap(row)) {
        return cells.value(place);
      }
      return switch (side.gaps.fill()) {
        case NONE, NULL, PREVIOUS -> cells.value(place);
        case ZERO -> shape.zero() == null ? cells.value(place) : shape.zero();
        case LINEAR ->
            shape.kind() == MeasureShape.Kind.DOUBLE ? interpolated(row) : cells.value(place);
      };
    }

    @Override
    public double asDouble(int row) {
      return isGap(row) ? Cells.numberOf(value(row)) : cells.asDouble(side.places[row]);
    }

    private boolean isGap(int row) {
      return side.places[row] == side.nothing;
    }

    private @Nullable Object interpolated(int row) {
      int before = side.gaps.before()[row];
      int after = side.gaps.after()[row];
      if (before < 0 || after < 0) {
        return null;
      }
      double left = cells.asDouble(side.places[before]);
      double right = cells.asDouble(side.places[after]);
      double value = left + (right - left) * side.gaps.weight()[row];
      return Double.isNaN(value) ? null : value;
    }
  }
}
