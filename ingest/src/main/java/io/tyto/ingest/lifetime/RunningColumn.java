package io.tyto.ingest.lifetime;

import io.tyto.engine.row.Row;
import io.tyto.engine.state.StateLayout;
import io.tyto.engine.state.StateRecord;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// A column that says of every event how a measure of its entity stands with it.
///
/// @param position among the columns of the schema
/// @param of type of the column that is measured; null: events are counted
/// @param element of the states
record RunningColumn(
    int position, ColumnSpec spec, Lifetime.Measure measure, @Nullable ColumnType of, int element) {

  /// Null where the column is none, or the states do not have its measure yet.
  static @Nullable RunningColumn of(TableSchema schema, int position, StateLayout layout) {
    ColumnSpec spec = schema.columns().get(position);
    Lifetime.Measure measure =
        spec.isAppended() ? schema.config().lifetime().runningOf(spec.name()) : null;
    if (measure == null) {
      return null;
    }
    int element = layout.indexOf(LifetimeLayouts.element(schema, measure));
    ColumnSpec measured = measure.column() == null ? null : schema.column(measure.column());
    return element < 0
        ? null
        : new RunningColumn(
            position, spec, measure, measured == null ? null : measured.type(), element);
  }

  /// Whether another version of the schema has the column as it is here.
  boolean isIn(TableSchema other) {
    return other.columns().stream()
        .anyMatch(column -> column.id() == spec.id() && column.type().equals(spec.type()));
  }

  void put(StateRecord state, Row row) {
    LifetimeValues.put(measure, of, state.value(element), row, position);
  }
}
