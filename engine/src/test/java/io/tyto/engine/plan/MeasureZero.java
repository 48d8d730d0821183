package io.tyto.engine.plan;

import io.tyto.engine.measure.Columns;
import io.tyto.engine.measure.MeasureCompiler;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// What gap fill writes for zero, per kind of measure.
final class MeasureZero {
  private MeasureZero() {}

  static @Nullable Object of(Measure measure, TableSchema schema) {
    return new MeasureCompiler(new Columns(schema)).compile(measure).shape().zero();
  }
}
