package io.tyto.ingest.enrich;

import io.tyto.model.plugin.AddedField;
import io.tyto.model.plugin.InputField;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A step and the positions of its columns in a schema. Immutable.
///
/// @param inputs by position in {@link Step#reads}, -1 where the collection has no such column
/// @param outputs by position in {@link Step#adds}, likewise
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
record BoundStep(Step step, TableSchema schema, int[] inputs, int[] outputs) {
  static final int NONE = -1;

  /// Null where the step has nothing to do for the schema.
  static @Nullable BoundStep of(Step step, TableSchema schema) {
    int[] inputs = new int[step.reads().size()];
    for (int i = 0; i < inputs.length; i++) {
      InputField field = step.reads().get(i);
      inputs[i] = positionOf(schema, field.name());
      if (inputs[i] != NONE && !isReadable(schema.columns().get(inputs[i]), field)) {
        return null;
      }
      if (inputs[i] == NONE && field.isRequired()) {
        return null;
      }
    }
    int[] outputs = new int[step.adds().size()];
    for (int i = 0; i < outputs.length; i++) {
      AddedField field = step.adds().get(i);
      int position = positionOf(schema, field.name());
      boolean isWanted =
          position != NONE && isFilledBy(step, schema.columns().get(position), field);
      outputs[i] = isWanted ? position : NONE;
    }
    return Arrays.stream(outputs).allMatch(position -> position == NONE)
        ? null
        : new BoundStep(step, schema, inputs, outputs);
  }

  private static boolean isReadable(ColumnSpec column, InputField field) {
    return column.derive() == null && !column.isAppended() && field.types().contains(column.type());
  }

  private static boolean isFilledBy(Step step, ColumnSpec column, AddedField field) {
    return step.name().equals(column.enriched()) && field.type().equals(column.type());
  }

  private static int positionOf(TableSchema schema, String name) {
    for (int i = 0; i < schema.columns().size(); i++) {
      if (schema.columns().get(i).name().equals(name)) {
        return i;
      }
    }
    return NONE;
  }

  ColumnType type(int column) {
    return schema.columns().get(column).type();
  }

  /// Names of the columns it fills.
  List<String> columnNames() {
    List<String> names = new ArrayList<>();
    for (int column : outputs) {
      if (column != NONE) {
        names.add(schema.columns().get(column).name());
      }
    }
    return names;
  }
}
