package io.tyto.engine.measure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a measure comes out of states. Immutable.
public sealed interface MeasurePlan {
  MeasureShape shape();

  /// The measure by the places of the states.
  Cells over(List<Cells> states);

  /// @param index position in the scan's list of states
  record State(int index, MeasureShape shape) implements MeasurePlan {
    @Override
    public Cells over(List<Cells> states) {
      return states.get(index);
    }
  }

  record Ratio(MeasurePlan of, @Nullable MeasurePlan per) implements MeasurePlan {
    @Override
    public MeasureShape shape() {
      return MeasureShape.DOUBLE;
    }

    @Override
    public Cells over(List<Cells> states) {
      return new Cells.Ratio(of.over(states), per == null ? null : per.over(states));
    }
  }
}
