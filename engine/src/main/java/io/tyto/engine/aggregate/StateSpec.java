package io.tyto.engine.aggregate;

import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import org.jspecify.annotations.Nullable;

/// One state per group: a simple measure, over the rows of the group that meet `where`.
///
/// @param measure Count, Column, Quantiles or Top
public record StateSpec(Measure measure, @Nullable Filter where) {
  public StateSpec {
    switch (measure) {
      case Measure.Count _, Measure.Column _, Measure.Quantiles _, Measure.Top _ -> {}
      case Measure.Only _, Measure.Expr _ ->
          throw new IllegalArgumentException(measure + " is not a simple measure");
    }
  }
}
